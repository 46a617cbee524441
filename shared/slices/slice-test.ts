/** One slice against all other rows: difference, test and effect size. */
import type { Metric } from '../contract/evidence.ts'
import type { SlicesSection } from '../contract/slices.ts'
import {
  metricWithInterval,
  metricWithoutInterval,
  normalMetric,
  proportionMetric,
  undefinedMetric,
} from '../metrics/metric.ts'
import { fisherExactGreater, fisherExactTwoSided } from '../statistics/fisher-exact.ts'
import { moverDifference } from '../statistics/mover.ts'
import { normalQuantile } from '../statistics/normal.ts'
import { welch, welchGreater, welchInterval, welchTwoSided } from '../statistics/welch.ts'
import { wilsonInterval } from '../statistics/wilson.ts'

/**
 * Rows and what they lose. Losses are stored less the mean of all rows, so that sums of squares lose no digits; for a
 * rate they are 0 or 1 as they are, and the sum counts events.
 */
export interface Sums {
  readonly n: number
  readonly sum: number
  readonly squares: number
}

export interface Losses {
  /** One a row, less `centre`. */
  readonly values: Float64Array
  readonly centre: number
  /** Whether each loss is 0 or 1; `centre` is 0 then. */
  readonly isRate: boolean
  readonly total: Sums
}

/** @param isRate losses are 0 or 1; others are centred, so that sums of squares keep their digits */
export function makeLosses(raw: Float64Array, isRate: boolean): Losses {
  let centre = 0
  if (!isRate) for (let row = 0; row < raw.length; row++) centre += (raw[row]! - centre) / (row + 1)
  const values = isRate ? raw : raw.map((loss) => loss - centre)
  let sum = 0
  let squares = 0
  for (let row = 0; row < values.length; row++) {
    sum += values[row]!
    squares += values[row]! * values[row]!
  }
  return { values, centre, isRate, total: { n: values.length, sum, squares } }
}

/** Sums of the rows that are not in a part. */
export function without(total: Sums, part: Sums): Sums {
  return { n: total.n - part.n, sum: total.sum - part.sum, squares: total.squares - part.squares }
}

/** Squared distances from the sample's own mean; rounding must not make it negative. */
function moments({ n, sum, squares }: Sums) {
  return { n, mean: sum / n, squares: Math.max(0, squares - (sum * sum) / n) }
}

/** Difference of the means in standard errors, inside minus outside; 0 where it has none. */
export function statisticOf(isRate: boolean, inside: Sums, outside: Sums): number {
  if (inside.n < 2 || outside.n < 2) return 0
  const difference = inside.sum / inside.n - outside.sum / outside.n
  if (isRate) {
    const pooled = (inside.sum + outside.sum) / (inside.n + outside.n)
    const variance = pooled * (1 - pooled) * (1 / inside.n + 1 / outside.n)
    return variance > 0 ? difference / Math.sqrt(variance) : 0
  }
  const { standardError } = welch(moments(inside), moments(outside))
  return standardError > 0 ? difference / standardError : 0
}

/**
 * p-value against "the slice is like the rest". Rates are tested exactly: in the far tail, where a choice among
 * thousands is made, the normal distribution would call a small slice worse ten times too often.
 */
export function testOf(isRate: boolean, inside: Sums, outside: Sums, side: 'worse' | 'either'): number | null {
  if (inside.n === 0 || outside.n === 0) return null
  if (isRate) {
    const table = { events: inside.sum, n: inside.n, otherEvents: outside.sum, otherN: outside.n }
    return side === 'worse' ? fisherExactGreater(table) : fisherExactTwoSided(table)
  }
  if (inside.n < 2 || outside.n < 2) return null
  const result = welch(moments(inside), moments(outside))
  return side === 'worse' ? welchGreater(result) : welchTwoSided(result)
}

/** The metric's mean over some rows. */
export function meanOf(losses: Pick<Losses, 'isRate' | 'centre'>, sums: Sums): Metric {
  const { n, sum, squares } = sums
  if (n === 0) return undefinedMetric(0, 'no rows')
  if (losses.isRate) return proportionMetric(sum, n, 'no rows')
  const { mean } = moments({ n, sum, squares })
  return normalMetric({
    value: mean + losses.centre,
    standardError: n > 1 ? Math.sqrt(moments(sums).squares / (n - 1) / n) : NaN,
    n,
    method: 'Standard error of the mean over rows',
    range: [0, Infinity],
  })
}

/** @param level Probability outside the interval. */
export function differenceOf(isRate: boolean, inside: Sums, outside: Sums, level: number, how: string): Metric {
  const n = inside.n + outside.n
  if (inside.n === 0 || outside.n === 0) return undefinedMetric(n, 'the slice is empty or holds every row')
  const value = inside.sum / inside.n - outside.sum / outside.n
  if (isRate) {
    const z = normalQuantile(1 - level / 2)
    const part = ({ sum, n: rows }: Sums) => ({ value: sum / rows, ...wilsonInterval(sum, rows, z) })
    return metricWithInterval(value, n, `Newcombe${how}`, moverDifference(part(inside), part(outside)))
  }
  const result = welch(moments(inside), moments(outside))
  if (!(result.standardError > 0)) return metricWithoutInterval(value, n, 'no spread between rows')
  return metricWithInterval(value, n, `Welch${how}`, welchInterval(result, level))
}

/** Cohen's h (1988) for a rate, Hedges' g (1981) for a mean; null where there is no spread. */
export function effectSizeOf(isRate: boolean, inside: Sums, outside: Sums): number | null {
  if (inside.n < 2 || outside.n < 2) return null
  if (isRate) return 2 * Math.asin(Math.sqrt(inside.sum / inside.n)) - 2 * Math.asin(Math.sqrt(outside.sum / outside.n))
  const a = moments(inside)
  const b = moments(outside)
  const degrees = a.n + b.n - 2
  const deviation = Math.sqrt((a.squares + b.squares) / degrees)
  return deviation > 0 ? ((a.mean - b.mean) / deviation) * (1 - 3 / (4 * degrees - 1)) : null
}

export const unitOf = (metric: SlicesSection['metric']): SlicesSection['unit'] =>
  metric === 'log_loss'
    ? 'nats'
    : metric === 'absolute_error'
      ? 'target'
      : metric === 'squared_error'
        ? 'target²'
        : 'fraction'
