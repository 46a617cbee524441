/**
 * p-values adjusted for being many, so that the expected share of false alarms among those at or below a level is at
 * most that level (Benjamini and Hochberg 1995). With weights, more of the level is spent where fewer were looked at
 * (Genovese, Roeder and Wasserman 2006).
 *
 * @param pValues In [0, 1].
 * @param tests How many tests there were in all; those not in `pValues` count as p = 1.
 * @param weights One a p-value, with a mean of 1 over all `tests`; left out, each weighs 1.
 * @returns Adjusted p-values, at most 1, in the order of `pValues`.
 */
export function benjaminiHochberg(
  pValues: ArrayLike<number>,
  tests = pValues.length,
  weights?: ArrayLike<number>,
): Float64Array {
  const weighted = Float64Array.from(pValues, (p, index) => p / (weights ? weights[index]! : 1))
  const order = Array.from(weighted.keys()).sort((a, b) => weighted[b]! - weighted[a]!)
  const adjusted = new Float64Array(weighted.length)
  let least = 1
  order.forEach((index, fromLargest) => {
    const rank = weighted.length - fromLargest
    least = Math.min(least, (weighted[index]! * tests) / rank)
    adjusted[index] = least
  })
  return adjusted
}
