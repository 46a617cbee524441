/** How much of the target's spread a regression explains: 1 minus an error over a spread. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { meanAndError } from '../statistics/mean.ts'
import { quantileOfSorted, weightedQuantile } from '../statistics/quantile.ts'
import { normalMetric, undefinedMetrics } from './metric.ts'

const keys = ['r2', 'explained_variance', 'd2_absolute_error'] as const

/** @param residual Target minus prediction. */
export function explainedMetrics(y: Float64Array, residual: Float64Array, weight?: Float64Array | null): Metrics {
  const n = y.length
  const reason = n < 2 ? 'fewer than two rows' : y.every((value) => value === y[0]) ? 'the target is constant' : null
  if (reason) return undefinedMetrics(keys, n, reason)
  const targetMean = meanAndError(n, (row) => y[row]!, weight).mean
  const residualMean = meanAndError(n, (row) => residual[row]!, weight).mean
  const targetMedian = weight ? weightedQuantile(y, weight, 0.5) : quantileOfSorted(y.toSorted(), 0.5)
  const oneMinusRatio = ratioOf(n, weight)
  const square = (row: number): number => (y[row]! - targetMean) ** 2
  return {
    r2: oneMinusRatio((row) => residual[row]! ** 2, square),
    explained_variance: oneMinusRatio((row) => (residual[row]! - residualMean) ** 2, square),
    d2_absolute_error: oneMinusRatio(
      (row) => Math.abs(residual[row]!),
      (row) => Math.abs(y[row]! - targetMedian),
    ),
  }
}

/**
 * 1 − mean(error) / mean(spread). To first order an error in the mean or median that the spread is taken around does
 * not move it, so a row's influence is −(error − ratio · spread) / mean(spread).
 */
function ratioOf(n: number, weight: Float64Array | null | undefined) {
  return (error: (row: number) => number, spread: (row: number) => number): Metric => {
    const spreadMean = meanAndError(n, spread, weight).mean
    const ratio = meanAndError(n, error, weight).mean / spreadMean
    const { standardError } = meanAndError(n, (row) => (error(row) - ratio * spread(row)) / spreadMean, weight)
    return normalMetric({
      value: 1 - ratio,
      standardError,
      n,
      method: 'Delta method on a ratio of means',
      range: [-Infinity, 1],
    })
  }
}
