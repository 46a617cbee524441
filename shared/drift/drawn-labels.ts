/** How much an estimate without labels may be off: the reference is drawn again, and so are the labels that nobody has. */
import type { Metric } from '../contract/evidence.ts'
import { z95 } from '../statistics/normal.ts'
import { drawPoisson } from '../statistics/poisson.ts'
import type { Random } from '../statistics/random.ts'

export const replicates = 400

/** Rows in cells, and those of them with the event. */
export interface CountedEvents {
  readonly rows: Float64Array
  readonly events: Float64Array
}

/** The reference's rows drawn again (Poisson bootstrap). */
export function drawEvents(random: Random, known: CountedEvents): CountedEvents {
  const draw = (count: number): number => (count === 0 ? 0 : drawPoisson(random, count))
  const events = known.events.map(draw)
  const rows = known.rows.map((count, cell) => events[cell]! + draw(count - known.events[cell]!))
  return { events, rows }
}

/** Successes of `n` trials: by their number where there are few, by the normal distribution where there are many. */
export function drawBinomial(random: Random, n: number, p: number): number {
  if (n * p * (1 - p) > 25) {
    return Math.min(n, Math.max(0, Math.round(n * p + Math.sqrt(n * p * (1 - p)) * random.normal())))
  }
  // The rarer side is Poisson to good accuracy where the variance is small and there are many trials.
  if (n > 200)
    return p < 0.5 ? Math.min(n, drawPoisson(random, n * p)) : n - Math.min(n, drawPoisson(random, n * (1 - p)))
  let successes = 0
  for (let trial = 0; trial < n; trial++) if (random.uniform() < p) successes++
  return successes
}

/** Standard deviation of what replicates gave, those without a result left out. */
export function deviationOf(replicated: readonly number[]): number {
  const finite = replicated.filter(Number.isFinite)
  const mean = finite.reduce((sum, x) => sum + x, 0) / finite.length
  return Math.sqrt(finite.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (finite.length - 1))
}

/** @param how What the replicates drew that the deviation is of. */
export function metricOf(value: number, deviation: number, n: number, how: string): Metric {
  if (!Number.isFinite(value)) return foundMetric(value, n)
  return {
    value,
    low: Math.max(0, value - z95 * deviation),
    high: Math.min(1, value + z95 * deviation),
    n,
    method: `${how}, ${replicates} replicates`,
  }
}

/** @param how What the replicates drew. */
export const estimatedMetric = (value: number, replicated: readonly number[], n: number, how: string): Metric =>
  metricOf(value, deviationOf(replicated), n, how)

/** A metric of labels that are known: a value without an interval, since nothing is estimated. */
export function foundMetric(value: number, n: number): Metric {
  const defined = Number.isFinite(value)
  return {
    value: defined ? value : null,
    low: null,
    high: null,
    n,
    method: null,
    reason: defined ? 'what happened; nothing is estimated' : 'no row to divide by',
  }
}
