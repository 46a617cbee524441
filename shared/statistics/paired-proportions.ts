/** Difference of two proportions measured on the same rows: score test and interval (Tango 1998). */
import { z95 } from './normal.ts'
import type { Interval } from './wilson.ts'

export interface PairedCounts {
  /** Rows on which only the first succeeds. */
  readonly onlyFirst: number
  /** Rows on which only the second succeeds. */
  readonly onlySecond: number
  /** All rows, more than 0. */
  readonly n: number
}

/**
 * Score statistic of the hypothesis that first minus second is `delta`, the discordant cells estimated under it. At 0 it
 * is McNemar's (1947) without continuity correction.
 *
 * @param delta In (−1, 1).
 * @returns z, standard normal under the hypothesis; 0 where nothing is discordant at `delta` 0.
 */
export function pairedScore({ onlyFirst: b, onlySecond: c, n }: PairedCounts, delta: number): number {
  const distance = b - c - n * delta
  const linear = -b - c + (2 * n - b + c) * delta
  const constant = -c * delta * (1 - delta)
  const root = Math.sqrt(Math.max(0, linear * linear - 8 * n * constant))
  // The stable form of the larger root: subtracting equal numbers would lose every digit.
  const estimate = Math.max(0, linear <= 0 ? (root - linear) / (4 * n) : (-2 * constant) / (linear + root))
  const variance = n * (2 * estimate + delta * (1 - delta))
  if (variance <= 0) return distance === 0 ? 0 : Math.sign(distance) * Infinity
  return distance / Math.sqrt(variance)
}

/** 95 % interval of first minus second: every difference that the score test does not reject. */
export function pairedDifferenceInterval(counts: PairedCounts): Interval {
  const estimate = (counts.onlyFirst - counts.onlySecond) / counts.n
  // The score falls as the difference rises, so each end is found by halving.
  const end = (from: number, to: number, wanted: number): number => {
    let low = from
    let high = to
    for (let step = 0; step < 100 && high - low > 1e-15; step++) {
      const middle = (low + high) / 2
      if (pairedScore(counts, middle) > wanted) low = middle
      else high = middle
    }
    return (low + high) / 2
  }
  return { low: end(-1, estimate, z95), high: end(estimate, 1, -z95) }
}
