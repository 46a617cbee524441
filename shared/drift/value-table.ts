/**
 * Two samples as one table of distinct values with the counts of each sample: what every test of a number column is
 * computed from, in one sweep and with ties exact.
 */
export interface ValueTable {
  /** Rising, no two equal. */
  readonly values: Float64Array
  /** Rows of the reference with each value; `current` likewise. Both are 0 nowhere at once. */
  readonly reference: Uint32Array
  readonly current: Uint32Array
  /** Rows of the reference in all, and of the current sample. */
  readonly n: number
  readonly m: number
  /** Distinct values of each sample. */
  readonly distinct: { readonly reference: number; readonly current: number }
}

/**
 * @param reference Rising, no NaN; so is `current`.
 */
export function buildValueTable(reference: Float64Array, current: Float64Array): ValueTable {
  const n = reference.length
  const m = current.length
  const values = new Float64Array(n + m)
  const inReference = new Uint32Array(n + m)
  const inCurrent = new Uint32Array(n + m)
  let i = 0
  let j = 0
  let size = 0
  let distinct = 0
  let distinctCurrent = 0
  while (i < n || j < m) {
    const value = j >= m || (i < n && reference[i]! <= current[j]!) ? reference[i]! : current[j]!
    const startI = i
    const startJ = j
    while (i < n && reference[i] === value) i++
    while (j < m && current[j] === value) j++
    values[size] = value
    inReference[size] = i - startI
    inCurrent[size] = j - startJ
    if (i > startI) distinct++
    if (j > startJ) distinctCurrent++
    size++
  }
  return {
    values: values.subarray(0, size),
    reference: inReference.subarray(0, size),
    current: inCurrent.subarray(0, size),
    n,
    m,
    distinct: { reference: distinct, current: distinctCurrent },
  }
}
