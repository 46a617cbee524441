/** Metrics that are a mean over rows: their interval is from the central limit theorem. */
import type { Metric } from '../contract/evidence.ts'
import { meanAndError } from '../statistics/mean.ts'
import { normalMetric, undefinedMetric } from './metric.ts'

const method = 'Standard error of the mean over rows'

/** @param range Limits of the metric, at which the interval is cut. */
export function rowMeanMetric(
  n: number,
  valueAt: (row: number) => number,
  range: readonly [number, number] = [-Infinity, Infinity],
): Metric {
  if (n === 0) return undefinedMetric(0, 'no rows')
  const { mean, standardError } = meanAndError(n, valueAt)
  return normalMetric({ value: mean, standardError, n, method, range })
}
