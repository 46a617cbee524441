/** Correlation of target and prediction. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { averageRanks } from '../statistics/average-ranks.ts'
import { meanAndError } from '../statistics/mean.ts'
import { normalMetric, undefinedMetric } from './metric.ts'

/**
 * Pearson's r and Spearman's ρ of target and prediction, with their intervals.
 *
 * @param weight of each row, above 0; ρ has no weighted form and is then null with the reason
 * @returns null values where either side does not vary or there are too few rows
 */
export function correlationMetrics(y: Float64Array, prediction: Float64Array, weight?: Float64Array | null): Metrics {
  const reason = undefinedReason(y, prediction)
  if (reason) {
    return { pearson_r: undefinedMetric(y.length, reason), spearman_rho: undefinedMetric(y.length, reason) }
  }
  return { pearson_r: pearson(y, prediction, weight), spearman_rho: spearman(y, prediction, weight) }
}

function undefinedReason(y: Float64Array, prediction: Float64Array): string | null {
  if (y.length < 2) return 'fewer than two rows'
  if (y.every((value) => value === y[0])) return 'the target is constant'
  return prediction.every((value) => value === prediction[0]) ? 'the prediction is constant' : null
}

/** Both arrays' deviations from their means, in standard deviations (divisor n). */
function standardised(values: Float64Array, weight?: Float64Array | null): Float64Array {
  const n = values.length
  const { mean } = meanAndError(n, (row) => values[row]!, weight)
  const scale = Math.sqrt(meanAndError(n, (row) => (values[row]! - mean) ** 2, weight).mean)
  return values.map((value) => (value - mean) / scale)
}

/** Pearson's r, its standard error from the influence function, which does not take the rows to be normal. */
function pearson(y: Float64Array, prediction: Float64Array, weight: Float64Array | null | undefined): Metric {
  const n = y.length
  const a = standardised(y, weight)
  const b = standardised(prediction, weight)
  const value = clamp(meanAndError(n, (row) => a[row]! * b[row]!, weight).mean)
  const influence = (row: number): number => a[row]! * b[row]! - (value * (a[row]! ** 2 + b[row]! ** 2)) / 2
  const { standardError } = meanAndError(n, influence, weight)
  return normalMetric({ value, standardError, n, method: 'Influence function', scale: 'Fisher z' })
}

/** Spearman's ρ with the standard error of Bonett and Wright (2000) on Fisher's z scale. */
function spearman(y: Float64Array, prediction: Float64Array, weight: Float64Array | null | undefined): Metric {
  const n = y.length
  if (weight) return undefinedMetric(n, 'ranks of weighted rows have no agreed definition')
  const a = standardised(averageRanks(y))
  const b = standardised(averageRanks(prediction))
  const value = clamp(meanAndError(n, (row) => a[row]! * b[row]!).mean)
  const standardError = n > 3 ? (1 - value * value) * Math.sqrt((1 + value ** 2 / 2) / (n - 3)) : NaN
  return normalMetric({ value, standardError, n, method: 'Bonett and Wright', scale: 'Fisher z' })
}

/** Rounding can put a perfect correlation a few units past 1. */
function clamp(correlation: number): number {
  return Math.max(-1, Math.min(1, correlation))
}
