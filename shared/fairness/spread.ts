/**
 * How far groups are apart in one number. The largest of many differences is larger than 0 even where all groups are
 * alike, so its interval is made from intervals of all pairs that hold together with 95 %: the widest gap is the largest
 * difference of any pair, so it lies between the largest lower and the largest upper limit.
 */
import type { Metric } from '../contract/evidence.ts'
import { metricWithInterval, metricWithoutInterval, undefinedMetric } from '../metrics/metric.ts'
import { moverDifference, moverRatio } from '../statistics/mover.ts'
import type { Estimate } from '../statistics/mover.ts'
import { normalQuantile } from '../statistics/normal.ts'
import type { Interval } from '../statistics/wilson.ts'

/** A number of one group, and its interval at any level. */
export interface GroupEstimate {
  readonly label: string
  readonly value: number
  /** Rows behind it. */
  readonly n: number
  /** @param z Half-width in standard errors of a normal number. */
  readonly intervalAt: (z: number) => Interval
}

export interface Spread {
  readonly difference: Metric
  /** Least over largest; undefined where a value is negative or the largest is 0. */
  readonly ratio: Metric
  readonly lowest: string | null
  readonly highest: string | null
}

const alone = 'fewer than two groups have a value'

/**
 * @param metrics The groups' estimates of each metric. With more than one, the difference is the largest of any and the
 *   ratio the least of any, as Fairlearn defines equalized odds.
 * @param method How one group's interval is made.
 */
export function spreadOf(metrics: readonly (readonly GroupEstimate[])[], method: string): Spread {
  const compared = metrics.filter((estimates) => estimates.length > 1)
  if (compared.length < metrics.length || compared.length === 0) {
    const n = metrics.flat().reduce((sum, { n: rows }) => sum + rows, 0)
    return { difference: undefinedMetric(n, alone), ratio: undefinedMetric(n, alone), lowest: null, highest: null }
  }
  const pairs = compared.reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0)
  const z = normalQuantile(1 - 0.025 / pairs)
  const spreads = compared.map((estimates) => oneSpread(estimates, z))
  const widest = spreads.reduce((a, b) => (b.difference > a.difference ? b : a))
  const n = compared.flat().reduce((sum, { n: rows }) => sum + rows, 0)
  // The gap is a size, and the pairs hold together: never less than 95 %, and more where the groups are alike.
  const how = `${method}, ${pairs === 1 ? 'one pair' : `${pairs} pairs at once (Bonferroni)`}, conservative`
  const ratios = spreads.map(({ ratio }) => ratio)
  return {
    difference: metricWithInterval(widest.difference, n, how, {
      low: Math.max(...spreads.map(({ differenceInterval }) => differenceInterval.low)),
      high: Math.max(...spreads.map(({ differenceInterval }) => differenceInterval.high)),
    }),
    ratio: ratioMetric(ratios, n, how),
    lowest: widest.lowest,
    highest: widest.highest,
  }
}

interface OneSpread {
  readonly difference: number
  readonly differenceInterval: Interval
  readonly ratio: { readonly value: number; readonly interval: Interval } | string
  readonly lowest: string
  readonly highest: string
}

function oneSpread(estimates: readonly GroupEstimate[], z: number): OneSpread {
  const at = estimates.map((estimate): Estimate => ({ value: estimate.value, ...estimate.intervalAt(z) }))
  const lowest = estimates.reduce((a, b) => (b.value < a.value ? b : a))
  const highest = estimates.reduce((a, b) => (b.value > a.value ? b : a))
  let low = 0
  let high = 0
  for (let i = 0; i < at.length; i++) {
    for (let j = i + 1; j < at.length; j++) {
      const interval = moverDifference(at[i]!, at[j]!)
      low = Math.max(low, interval.low, -interval.high)
      high = Math.max(high, interval.high, -interval.low)
    }
  }
  return {
    difference: highest.value - lowest.value,
    differenceInterval: { low, high },
    ratio: oneRatio(at),
    lowest: lowest.label,
    highest: highest.label,
  }
}

function oneRatio(at: readonly Estimate[]): OneSpread['ratio'] {
  const least = Math.min(...at.map(({ value }) => value))
  const largest = Math.max(...at.map(({ value }) => value))
  if (least < 0 || at.some(({ low }) => low < 0)) return 'a ratio of negative numbers says nothing'
  if (largest === 0) return 'the value is 0 in every group'
  let low = 1
  let high = 1
  for (const first of at) {
    for (const second of at) {
      if (first === second || second.value === 0) continue
      const interval = moverRatio(first, second)
      low = Math.min(low, interval.low)
      high = Math.min(high, interval.high)
    }
  }
  return { value: least / largest, interval: { low, high } }
}

function ratioMetric(ratios: readonly OneSpread['ratio'][], n: number, how: string): Metric {
  const defined = ratios.filter((ratio) => typeof ratio !== 'string')
  const reason = ratios.find((ratio) => typeof ratio === 'string')
  if (reason !== undefined || defined.length === 0) return undefinedMetric(n, reason ?? alone)
  const value = Math.min(...defined.map((ratio) => ratio.value))
  const low = Math.min(...defined.map(({ interval }) => interval.low))
  const high = Math.min(...defined.map(({ interval }) => interval.high))
  if (low > value || high < value) return metricWithoutInterval(value, n, 'the pairs’ intervals do not hold it')
  return metricWithInterval(value, n, how, { low, high })
}
