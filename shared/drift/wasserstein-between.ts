/**
 * Wasserstein distance between two sorted samples in standard deviations of the first (divisor n), by a merge: what a
 * chunk of a timeline needs, without a table.
 *
 * @param reference Rising, no NaN, not empty; so is `current`.
 * @returns null where the reference has no spread.
 */
export function wassersteinBetween(reference: Float64Array, current: Float64Array): number | null {
  const n = reference.length
  const m = current.length
  let mean = 0
  for (const value of reference) mean += (value - reference[0]!) / n
  let squares = 0
  for (const value of reference) squares += (value - reference[0]! - mean) ** 2
  if (!(squares > 0)) return null
  let i = 0
  let j = 0
  let distance = 0
  let before = Math.min(reference[0]!, current[0]!)
  while (i < n || j < m) {
    const value = j >= m || (i < n && reference[i]! <= current[j]!) ? reference[i]! : current[j]!
    distance += Math.abs(i / n - j / m) * (value - before)
    before = value
    while (i < n && reference[i] === value) i++
    while (j < m && current[j] === value) j++
  }
  return distance / Math.sqrt(squares / n)
}
