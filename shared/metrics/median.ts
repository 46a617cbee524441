import type { Metric } from '../contract/evidence.ts'
import { z95 } from '../statistics/normal.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
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
