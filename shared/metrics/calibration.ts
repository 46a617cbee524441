/** Calibration: does an event given probability p happen in a fraction p of the rows? */
import type { Calibration, Metric } from '../contract/evidence.ts'
import { meanAndError } from '../statistics/mean.ts'
import { createRandom } from '../statistics/random.ts'
import { normalMetric, undefinedMetric, weightedProportionMetric } from './metric.ts'
import type { Mass } from './metric.ts'
import type { ScoredGroups } from './ranked-groups.ts'

const bins = 10
const replicates = 500

export interface Calibrated {
  readonly calibration: Calibration
  readonly ece: Metric
  readonly mce: Metric
}

/** Whether every score can be a probability. */
export function areProbabilities(scores: Float32Array | Float64Array): boolean {
  return scores.every((score) => score >= 0 && score <= 1)
}

/** Whether every score of the groups can be a probability. */
export function groupsAreProbabilities({ threshold }: ScoredGroups): boolean {
  return threshold.length === 0 || (threshold[0]! <= 1 && threshold[threshold.length - 1]! >= 0)
}

/**
 * Ten bins of equal width, bin = min(⌊10 p⌋, 9), with the expected and the maximum calibration error over them
 * (Naeini, Cooper and Hauskrecht 2015). Weighted rows count with their weight.
 *
 * @param groups Rows by probability, positive where the event happened.
 * @param seed Seed of the resampled bin gaps.
 */
export function calibrate(groups: ScoredGroups, seed: number): Calibrated {
  const { threshold, positives, negatives, rows: n } = groups
  const squares = groups.squares ?? groups
  const counts = groups.counts ?? groups
  const zeros = (): Float64Array<ArrayBuffer> => new Float64Array(bins)
  const [weights, probabilitySums, squaredGaps] = [zeros(), zeros(), zeros()]
  const hits = { sum: zeros(), squares: zeros(), rows: zeros() }
  const misses = { sum: zeros(), squares: zeros(), rows: zeros() }
  for (let g = 0; g < threshold.length; g++) {
    const p = threshold[g]!
    const bin = Math.min(Math.floor(p * bins), bins - 1)
    const own = positives[g]!
    const others = negatives[g]!
    const ownSquares = squares.positives[g]!
    const otherSquares = squares.negatives[g]!
    weights[bin]! += own + others
    probabilitySums[bin]! += (own + others) * p
    squaredGaps[bin]! += ownSquares * (1 - p) * (1 - p) + otherSquares * p * p
    hits.sum[bin]! += own
    misses.sum[bin]! += others
    hits.squares[bin]! += ownSquares
    misses.squares[bin]! += otherSquares
    hits.rows[bin]! += counts.positives[g]!
    misses.rows[bin]! += counts.negatives[g]!
  }
  const massAt = (side: typeof hits, bin: number): Mass => ({
    sum: side.sum[bin]!,
    squares: side.squares[bin]!,
    rows: side.rows[bin]!,
  })
  const calibration: Calibration = {
    bins: Array.from(weights, (weight, bin) => ({
      low: bin / bins,
      high: (bin + 1) / bins,
      n: hits.rows[bin]! + misses.rows[bin]!,
      meanPredicted: weight === 0 ? null : probabilitySums[bin]! / weight,
      observed: weightedProportionMetric(massAt(hits, bin), massAt(misses, bin), 'no rows in the bin'),
    })),
  }
  if (n === 0) return { calibration, ece: undefinedMetric(0, 'no rows'), mce: undefinedMetric(0, 'no rows') }
  const gaps = hits.sum.map((events, bin) => events - probabilitySums[bin]!)
  const total = groups.positiveRows + groups.negativeRows
  const value = calibrationErrors(gaps, weights, total)
  const spread = calibrationSpread(value, gaps, squaredGaps, weights, total, seed)
  const method = `Normal resampling of the bins' gaps (${replicates} replicates, seed ${seed})`
  const metric = (key: 'ece' | 'mce'): Metric =>
    normalMetric({ value: value[key], ...spread[key], n, method, range: [0, 1] })
  return { calibration, ece: metric('ece'), mce: metric('mce') }
}

/** @param gaps Events minus the sum of probabilities, by bin. */
export function calibrationErrors(gaps: Float64Array, rows: Float64Array, n: number): { ece: number; mce: number } {
  let ece = 0
  let mce = 0
  for (let bin = 0; bin < bins; bin++) {
    if (rows[bin] === 0) continue
    const gap = Math.abs(gaps[bin]!)
    ece += gap / n
    mce = Math.max(mce, gap / rows[bin]!)
  }
  return { ece, mce }
}

export interface Spread {
  readonly standardError: number
  readonly bias: number
}

/**
 * A bin's gap is a sum over its rows, so resampling rows moves it by a normal number with the variance of that sum.
 * Sizes of gaps add up whatever their sign, so the errors are too high on few rows, and their resampled values more so.
 */
export function calibrationSpread(
  value: { ece: number; mce: number },
  gaps: Float64Array,
  squaredGaps: Float64Array,
  rows: Float64Array,
  n: number,
  seed: number,
): { ece: Spread; mce: Spread } {
  const random = createRandom(seed)
  const draws = Array.from({ length: replicates }, () =>
    calibrationErrors(
      gaps.map((gap, bin) => gap + Math.sqrt(squaredGaps[bin]!) * random.normal()),
      rows,
      n,
    ),
  )
  const spread = (key: 'ece' | 'mce'): Spread => {
    const { mean, deviation } = meanAndError(replicates, (draw) => draws[draw]![key])
    return { standardError: deviation, bias: mean - value[key] }
  }
  return { ece: spread('ece'), mce: spread('mce') }
}
