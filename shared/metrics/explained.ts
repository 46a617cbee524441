/** How much of the target's spread a regression explains: 1 minus an error over a spread. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { meanAndError } from '../statistics/mean.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { normalMetric, undefinedMetrics } from './metric.ts'

const keys = ['r2', 'explained_variance', 'd2_absolute_error'] as const

/** @param residual Target minus prediction. */
export function explainedMetrics(y: Float64Array, residual: Float64Array): Metrics {
  const n = y.length
  const reason = n < 2 ? 'fewer than two rows' : y.every((value) => value === y[0]) ? 'the target is constant' : null
  if (reason) return undefinedMetrics(keys, n, reason)
  const targetMean = meanAndError(n, (row) => y[row]!).mean
  const residualMean = meanAndError(n, (row) => residual[row]!).mean
  const targetMedian = quantileOfSorted(y.toSorted(), 0.5)
  const square = (row: number): number => (y[row]! - targetMean) ** 2
  return {
    r2: oneMinusRatio(n, (row) => residual[row]! ** 2, square),
    explained_variance: oneMinusRatio(n, (row) => (residual[row]! - residualMean) ** 2, square),
    d2_absolute_error: oneMinusRatio(
      n,
      (row) => Math.abs(residual[row]!),
      (row) => Math.abs(y[row]! - targetMedian),
    ),
  }
}

/**
 * 1 − mean(error) / mean(spread). To first order an error in the mean or median that the spread is taken around does
 * not move it, so a row's influence is −(error − ratio · spread) / mean(spread).
 */
function oneMinusRatio(n: number, error: (row: number) => number, spread: (row: number) => number): Metric {
  const spreadMean = meanAndError(n, spread).mean
  const ratio = meanAndError(n, error).mean / spreadMean
  const { standardError } = meanAndError(n, (row) => (error(row) - ratio * spread(row)) / spreadMean)
  return normalMetric({
    value: 1 - ratio,
    standardError,
    n,
    method: 'Delta method on a ratio of means',
    range: [-Infinity, 1],
  })
}
