/** Metrics that are a mean over rows: their interval is from the central limit theorem. */
import type { Metric } from '../contract/evidence.ts'
import { meanAndError } from '../statistics/mean.ts'
import { normalMetric, undefinedMetric, weightedProportionMetric } from './metric.ts'

export const rowMeanMethod = 'Standard error of the mean over rows'

/**
 * @param range Limits of the metric, at which the interval is cut.
 * @param weight What each row counts for; 1 where left out.
 */
export function rowMeanMetric(
  n: number,
  valueAt: (row: number) => number,
  range: readonly [number, number] = [-Infinity, Infinity],
  weight?: Float64Array | null,
): Metric {
  if (n === 0) return undefinedMetric(0, 'no rows')
  const { mean, standardError } = meanAndError(n, valueAt, weight)
  return normalMetric({ value: mean, standardError, n, method: rowMeanMethod, range })
}

/** Share of the rows of which something holds, with its Wilson interval. */
export function rowShareMetric(n: number, holds: (row: number) => boolean, weight?: Float64Array | null): Metric {
  const [hits, misses] = [
    { sum: 0, squares: 0, rows: 0 },
    { sum: 0, squares: 0, rows: 0 },
  ]
  for (let row = 0; row < n; row++) {
    const side = holds(row) ? hits : misses
    const w = weight ? weight[row]! : 1
    side.sum += w
    side.squares += w * w
    side.rows++
  }
  return weightedProportionMetric(hits, misses, 'no rows')
}
