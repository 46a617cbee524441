/** Means over rows as metrics with intervals. */
import type { Metric } from '../contract/evidence.ts'
import { meanAndError } from '../statistics/mean.ts'
import { z95 } from '../statistics/normal.ts'

/** Six digits: more would say nothing, and the evidence must stay small. */
export function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : value
}

export function meanMetric(mean: number, deviation: number | null, n: number, method: string): Metric {
  const half = deviation === null || n < 2 ? null : (z95 * deviation) / Math.sqrt(n)
  return {
    value: rounded(mean),
    low: half === null ? null : rounded(mean - half),
    high: half === null ? null : rounded(mean + half),
    n,
    method: half === null ? null : method,
    ...(half === null ? { reason: 'one row has no spread' } : {}),
  }
}

export const overRows = 'central limit theorem, over rows'

/** The mean of one value a row; rows whose value is not a number are left out. */
export function metricOfRows(values: ArrayLike<number>): Metric {
  const known = Array.from(values).filter(Number.isFinite)
  const n = known.length
  if (n === 0) return { value: null, low: null, high: null, n, method: null, reason: 'no row has a value' }
  const { mean, deviation } = meanAndError(n, (row) => known[row]!)
  return meanMetric(mean, n > 1 ? deviation : null, n, overRows)
}
