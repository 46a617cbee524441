import type { Metric } from '../contract/evidence.ts'
import { meanAndError } from '../statistics/mean.ts'
import { z95 } from '../statistics/normal.ts'
import { quantileOfSorted, weightedQuantile } from '../statistics/quantile.ts'
import { metricWithInterval, metricWithoutInterval, undefinedMetric } from './metric.ts'

/** Fewer rows than this have no pair of order statistics with 95 % between them. */
const leastRows = 6

/**
 * Median with the order statistics around it as interval: their ranks are n/2 ± 1.96 √n/2, rounded outward
 * (Conover 1999, section 3.2), whatever the distribution.
 *
 * @param sorted Rising.
 */
export function medianMetric(sorted: Float64Array): Metric {
  const n = sorted.length
  if (n === 0) return undefinedMetric(0, 'no rows')
  const value = quantileOfSorted(sorted, 0.5)
  if (n < leastRows) return metricWithoutInterval(value, n, 'too few rows for an interval')
  const half = (z95 * Math.sqrt(n)) / 2
  return metricWithInterval(value, n, 'Order statistics', {
    low: sorted[Math.max(0, Math.floor(n / 2 - half) - 1)]!,
    high: sorted[Math.min(n - 1, Math.ceil(n / 2 + half))]!,
  })
}

/**
 * Weighted median (scikit-learn's median_absolute_error with sample weights) with the quantiles whose order the
 * linearised standard error of the weighted share below it gives (Woodruff 1952).
 */
export function weightedMedianMetric(values: Float64Array, weight: Float64Array): Metric {
  const n = values.length
  if (n === 0) return undefinedMetric(0, 'no rows')
  const value = weightedQuantile(values, weight, 0.5)
  if (n < leastRows) return metricWithoutInterval(value, n, 'too few rows for an interval')
  const { standardError } = meanAndError(n, (row) => (values[row]! <= value ? 1 : 0), weight)
  const half = z95 * standardError
  return metricWithInterval(value, n, 'Woodruff', {
    low: weightedQuantile(values, weight, Math.max(0, 0.5 - half)),
    high: weightedQuantile(values, weight, Math.min(1, 0.5 + half)),
  })
}
