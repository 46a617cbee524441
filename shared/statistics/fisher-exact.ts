/** Fisher's exact test of two proportions (1935): the margins of the table are fixed, so no approximation enters. */
import { logFactorial } from './gamma.ts'

/** A table of two samples: rows with the event, and all rows. */
export interface TwoSamples {
  readonly events: number
  readonly n: number
  readonly otherEvents: number
  readonly otherN: number
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k)
}

/** ln of the hypergeometric probability that exactly `k` of the events fall into the first sample. */
function logProbability(k: number, { n, otherN }: TwoSamples, events: number): number {
  return logChoose(n, k) + logChoose(otherN, events - k) - logChoose(n + otherN, events)
}

/**
 * One-sided p-value: the probability of at least this many events in the first sample, were the two alike. Sums from the
 * table outwards until the terms no longer count, so that the cost is that of the tail.
 */
export function fisherExactGreater(table: TwoSamples): number {
  const { n, otherN } = table
  const events = table.events + table.otherEvents
  const top = Math.min(n, events)
  const bottom = Math.max(0, events - otherN)
  if (table.events <= bottom) return 1
  const mean = (n * events) / (n + otherN)
  // The smaller tail is summed: above the mean it is the one asked for, below it is its complement.
  const upward = table.events >= mean
  let term = Math.exp(logProbability(upward ? table.events : table.events - 1, table, events))
  let tail = 0
  if (upward) {
    for (let k = table.events; k <= top && tail + term > tail; k++) {
      tail += term
      term *= ((n - k) * (events - k)) / ((k + 1) * (otherN - events + k + 1))
    }
    return Math.min(1, tail)
  }
  for (let k = table.events - 1; k >= bottom && tail + term > tail; k--) {
    tail += term
    term *= (k * (otherN - events + k)) / ((n - k + 1) * (events - k + 1))
  }
  return Math.min(1, Math.max(0, 1 - tail))
}

/** Two-sided p-value by doubling the smaller tail, at most 1. */
export function fisherExactTwoSided(table: TwoSamples): number {
  const swapped = { events: table.otherEvents, n: table.otherN, otherEvents: table.events, otherN: table.n }
  return Math.min(1, 2 * Math.min(fisherExactGreater(table), fisherExactGreater(swapped)))
}
