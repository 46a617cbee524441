/** Means of per-row values, summed with Neumaier's compensation (1974): 1M rows lose no digits. */

/** @param valueAt The value of row i, for 0 ≤ i < n. */
export function compensatedSum(n: number, valueAt: (row: number) => number): number {
  let sum = 0
  let lost = 0
  for (let row = 0; row < n; row++) {
    const value = valueAt(row)
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return sum + lost
}

export interface MeanAndError {
  readonly mean: number
  /** Standard deviation of the rows, divisor n − 1; NaN for fewer than two rows. */
  readonly deviation: number
  /** Standard error of the mean; NaN for fewer than two rows. */
  readonly standardError: number
}

/**
 * Mean and its standard error over independent rows (central limit theorem), in two passes.
 *
 * @param n Rows, at least 1.
 * @param valueAt The value of row i, for 0 ≤ i < n; the same at each call.
 */
export function meanAndError(n: number, valueAt: (row: number) => number): MeanAndError {
  const mean = compensatedSum(n, valueAt) / n
  const squares = compensatedSum(n, (row) => (valueAt(row) - mean) ** 2)
  const deviation = n > 1 ? Math.sqrt(squares / (n - 1)) : NaN
  return { mean, deviation, standardError: deviation / Math.sqrt(n) }
}
