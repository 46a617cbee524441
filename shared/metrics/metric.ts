/** Makes a metric with its 95 % interval, or null with a reason: no number in the evidence is NaN or infinite. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { z95 } from '../statistics/normal.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import type { Interval } from '../statistics/wilson.ts'

/** @param n rows that it would have been of */
export function undefinedMetric(n: number, reason: string): Metric {
  return { value: null, low: null, high: null, n, method: null, reason }
}

/** The same reason for several metrics. */
export function undefinedMetrics(keys: readonly string[], n: number, reason: string): Metrics {
  return Object.fromEntries(keys.map((key) => [key, undefinedMetric(n, reason)]))
}

/** @param reason why it has no interval */
export function metricWithoutInterval(value: number, n: number, reason: string): Metric {
  if (!Number.isFinite(value)) return undefinedMetric(n, 'the result is not a finite number')
  return { value, low: null, high: null, n, method: null, reason }
}

/** A metric with an interval that is already made. */
export function metricWithInterval(value: number, n: number, method: string, interval: Interval): Metric {
  const { low, high } = interval
  if (Number.isFinite(value) && Number.isFinite(low) && Number.isFinite(high)) return { value, low, high, n, method }
  return metricWithoutInterval(value, n, 'the interval is not finite')
}

/** Wilson score interval; null with `emptyReason` where `n` is 0. */
export function proportionMetric(successes: number, n: number, emptyReason: string): Metric {
  if (n === 0) return undefinedMetric(n, emptyReason)
  return metricWithInterval(successes / n, n, 'Wilson score', wilsonInterval(successes, n))
}

/** Rows of a weighted sample: what they weigh together, the sum of their squared weights, and how many they are. */
export interface Mass {
  readonly sum: number
  readonly squares: number
  readonly rows: number
}

/** Sums of rows that lie apart. */
export function addMasses(...masses: readonly Mass[]): Mass {
  return masses.reduce((a, b) => ({ sum: a.sum + b.sum, squares: a.squares + b.squares, rows: a.rows + b.rows }), {
    sum: 0,
    squares: 0,
    rows: 0,
  })
}

/**
 * Rows of equal weight that would make the weighted share of `hits` as uncertain as it is: p (1 − p) over its linearised
 * variance; at p = 0 or 1, Kish's (1965) (Σw)² / Σw².
 */
export function effectiveRows(hits: Mass, misses: Mass): number {
  const sum = hits.sum + misses.sum
  const p = hits.sum / sum
  const variance = ((1 - p) ** 2 * hits.squares + p * p * misses.squares) / (sum * sum)
  return p > 0 && p < 1 ? (p * (1 - p)) / variance : (sum * sum) / (hits.squares + misses.squares)
}

/** Weighted share of the hits, its Wilson interval with the effective count of rows (Korn and Graubard 1998). */
export function weightedProportionMetric(hits: Mass, misses: Mass, emptyReason: string): Metric {
  const { sum, squares, rows } = addMasses(hits, misses)
  if (sum === rows && squares === rows) return proportionMetric(hits.sum, rows, emptyReason)
  if (!(sum > 0)) return undefinedMetric(rows, emptyReason)
  const n = effectiveRows(hits, misses)
  const value = hits.sum / sum
  return metricWithInterval(value, rows, 'Wilson score with effective rows', wilsonInterval(value * n, n))
}

/** The scale on which an estimate is taken to be normal, so that its interval stays within the metric's range. */
export type Scale = 'plain' | 'logit' | 'Fisher z'

const scales: Record<Scale, Record<'forward' | 'inverse' | 'slope', (value: number) => number>> = {
  plain: { forward: (value) => value, inverse: (value) => value, slope: () => 1 },
  logit: {
    forward: (value) => Math.log(value / (1 - value)),
    inverse: (value) => 1 / (1 + Math.exp(-value)),
    slope: (value) => 1 / (value * (1 - value)),
  },
  'Fisher z': { forward: Math.atanh, inverse: Math.tanh, slope: (value) => 1 / (1 - value * value) },
}
const scaleNames: Record<Scale, string> = {
  plain: '',
  logit: ' on the logit scale',
  'Fisher z': ' on Fisher’s z scale',
}

export interface NormalMetric {
  readonly value: number
  readonly standardError: number
  readonly n: number
  /** How much the value is expected to be too high: the interval moves down by it, and still holds the value. */
  readonly bias?: number
  /** What the standard error is from. */
  readonly method: string
  readonly scale?: Scale
  /** Limits of the metric, at which a plain interval is cut. */
  readonly range?: readonly [number, number]
}

/** Value ± 1.96 standard errors on the scale given; the interval is null where the standard error is 0 or unknown. */
export function normalMetric(request: NormalMetric): Metric {
  const { value, standardError, n, scale = 'plain', range = [-Infinity, Infinity], bias } = request
  if (Number.isNaN(standardError)) return metricWithoutInterval(value, n, 'too few rows for an interval')
  if (!(standardError > 1e-12 * Math.abs(value))) {
    return metricWithoutInterval(value, n, 'no spread between rows to make an interval from')
  }
  const { forward, inverse, slope } = scales[scale]
  const centre = forward(value) - slope(value) * (bias ?? 0)
  const half = z95 * slope(value) * standardError
  const low = Math.max(range[0], inverse(centre - half))
  const high = Math.min(range[1], inverse(centre + half))
  const corrected = bias === undefined ? '' : 'bias-corrected, '
  return metricWithInterval(value, n, `${request.method}, ${corrected}normal${scaleNames[scale]}`, {
    low: Math.min(low, value),
    high: Math.max(high, value),
  })
}

/** A strictly rising function of a metric, applied to its value and to both ends of its interval. */
export function transformedMetric(metric: Metric, rising: (value: number) => number): Metric {
  const apply = (value: number | null): number | null => (value === null ? null : rising(value))
  return { ...metric, value: apply(metric.value), low: apply(metric.low), high: apply(metric.high) }
}

/** F1 = 2 J / (1 + J), a rising function of the Jaccard index J, which is a proportion and so has a Wilson interval. */
export function f1Metric(jaccard: Metric): Metric {
  return {
    ...transformedMetric(jaccard, (j) => (2 * j) / (1 + j)),
    method: jaccard.method && 'Wilson score of Jaccard',
  }
}
