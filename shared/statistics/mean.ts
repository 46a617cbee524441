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
 * Mean and its standard error over independent rows (central limit theorem), in two passes. With weights the mean is
 * Σ w x / Σ w and its standard error the linearised √Σ w² (x − mean)² / Σ w (Särndal et al. 1992, 5.7), with Kish's
 * effective count of rows in the place of n in n − 1.
 *
 * @param n Rows, at least 1.
 * @param valueAt The value of row i, for 0 ≤ i < n; the same at each call.
 * @param weight What each row counts for; 1 where left out.
 */
export function meanAndError(n: number, valueAt: (row: number) => number, weight?: Float64Array | null): MeanAndError {
  if (weight) return weightedMeanAndError(n, valueAt, weight)
  const mean = compensatedSum(n, valueAt) / n
  const squares = compensatedSum(n, (row) => (valueAt(row) - mean) ** 2)
  const deviation = n > 1 ? Math.sqrt(squares / (n - 1)) : NaN
  return { mean, deviation, standardError: deviation / Math.sqrt(n) }
}

function weightedMeanAndError(n: number, valueAt: (row: number) => number, weight: Float64Array): MeanAndError {
  const total = compensatedSum(n, (row) => weight[row]!)
  const squaredTotal = compensatedSum(n, (row) => weight[row]! ** 2)
  const mean = compensatedSum(n, (row) => weight[row]! * valueAt(row)) / total
  const squares = compensatedSum(n, (row) => weight[row]! * (valueAt(row) - mean) ** 2)
  const weightedSquares = compensatedSum(n, (row) => (weight[row]! * (valueAt(row) - mean)) ** 2)
  const effective = (total * total) / squaredTotal
  const correction = effective > 1 ? effective / (effective - 1) : NaN
  return {
    mean,
    deviation: Math.sqrt((squares / total) * correction),
    standardError: Math.sqrt(weightedSquares * correction) / total,
  }
}
