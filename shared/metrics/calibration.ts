/** Calibration: does an event given probability p happen in a fraction p of the rows? */
import type { Calibration, Metric } from '../contract/evidence.ts'
import type { Interval } from '../statistics/wilson.ts'
import { gapIntervals, gapReplicates } from './gap-intervals.ts'
import { clippedLogLoss } from './log-loss.ts'
import {
  metricWithInterval,
  metricWithoutInterval,
  normalMetric,
  undefinedMetric,
  weightedProportionMetric,
} from './metric.ts'
import type { ScoredGroups } from './ranked-groups.ts'
import { rowMeanMethod } from './row-mean.ts'

const bins = 10

export interface Calibrated {
  readonly calibration: Calibration
  readonly ece: Metric
  readonly mce: Metric
  /** Mean squared error of the probability (Brier 1950). */
  readonly brier: Metric
  readonly logLoss: Metric
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
 * (Naeini, Cooper and Hauskrecht 2015), and the mean losses of the probabilities, all in one pass. Weighted rows count with
 * their weight.
 *
 * @param groups Rows by probability, positive where the event happened.
 * @param seed Seed of the resampled bin gaps.
 */
export function calibrate(groups: ScoredGroups, seed: number): Calibrated {
  const n = groups.rows
  const sums = Array.from({ length: bins }, (_, bin) => sumsOf(groups, bin))
  const calibration: Calibration = {
    bins: sums.map(({ hits, misses, probability, weight }, bin) => ({
      low: bin / bins,
      high: (bin + 1) / bins,
      n: hits.rows + misses.rows,
      meanPredicted: weight === 0 ? null : probability / weight,
      observed: weightedProportionMetric(hits, misses, 'no rows in the bin'),
    })),
  }
  if (n === 0) {
    const none = undefinedMetric(0, 'no rows')
    return { calibration, ece: none, mce: none, brier: none, logLoss: none }
  }
  const weights = Float64Array.from(sums, ({ weight }) => weight)
  const gaps = Float64Array.from(sums, ({ hits, probability }) => hits.sum - probability)
  const squaredGaps = Float64Array.from(sums, ({ squaredGap }) => squaredGap)
  const total = groups.positiveRows + groups.negativeRows
  const squaredWeight = sums.reduce((sum, { hits, misses }) => sum + hits.squares + misses.squares, 0)
  const loss = (key: 'brier' | 'logLoss', range: readonly [number, number]): Metric =>
    lossMetric(
      sums.map((bin) => bin[key]),
      { n, total, squaredWeight, range },
    )
  return {
    calibration,
    ...gapMetrics({ gaps, squaredGaps, weights }, n, seed),
    brier: loss('brier', [0, 1]),
    logLoss: loss('logLoss', [0, Infinity]),
  }
}

/** First group of which the bin is below `bin + 1`: thresholds fall, so that each bin is one run of groups. */
function firstBelow(threshold: Float32Array | Float64Array, bin: number): number {
  let low = 0
  for (let high = threshold.length; low < high;) {
    const middle = (low + high) >>> 1
    if (Math.min(Math.floor(threshold[middle]! * bins), bins - 1) > bin) low = middle + 1
    else high = middle
  }
  return low
}

/** Groups whose sums are taken apart, so that 10M rows lose no digits. */
const block = 1024

interface LossSums {
  /** Σ w x, Σ w² x and Σ w² x². */
  readonly sum: number
  readonly squaredSum: number
  readonly squares: number
}

function sumsOf(groups: ScoredGroups, bin: number) {
  const { threshold, positives, negatives } = groups
  const squares = groups.squares ?? groups
  const counts = groups.counts ?? groups
  const positiveSquares = squares.positives
  const negativeSquares = squares.negatives
  const hits = { sum: 0, squares: 0, rows: 0 }
  const misses = { sum: 0, squares: 0, rows: 0 }
  const brier = { sum: 0, squaredSum: 0, squares: 0 }
  const logLoss = { sum: 0, squaredSum: 0, squares: 0 }
  let probability = 0
  const to = firstBelow(threshold, bin - 1)
  for (let start = firstBelow(threshold, bin); start < to; start += block) {
    const end = Math.min(start + block, to)
    let [p, q, p2, q2, expected] = [0, 0, 0, 0, 0]
    let [b, bb, b2, l, ll, l2] = [0, 0, 0, 0, 0, 0]
    for (let g = start; g < end; g++) {
      const s = threshold[g]!
      const own = positives[g]!
      const others = negatives[g]!
      const ownSquares = positiveSquares[g]!
      const otherSquares = negativeSquares[g]!
      p += own
      q += others
      p2 += ownSquares
      q2 += otherSquares
      expected += (own + others) * s
      const rest = 1 - s
      const atOwn = rest * rest
      const atOthers = s * s
      b += own * atOwn + others * atOthers
      bb += ownSquares * atOwn + otherSquares * atOthers
      b2 += ownSquares * atOwn * atOwn + otherSquares * atOthers * atOthers
      if (own > 0) {
        const loss = clippedLogLoss(s)
        l += own * loss
        ll += ownSquares * loss
        l2 += ownSquares * loss * loss
      }
      if (others > 0) {
        const loss = clippedLogLoss(rest)
        l += others * loss
        ll += otherSquares * loss
        l2 += otherSquares * loss * loss
      }
    }
    hits.sum += p
    hits.squares += p2
    misses.sum += q
    misses.squares += q2
    probability += expected
    brier.sum += b
    brier.squaredSum += bb
    brier.squares += b2
    logLoss.sum += l
    logLoss.squaredSum += ll
    logLoss.squares += l2
    if (groups.counts) {
      for (let g = start; g < end; g++) {
        hits.rows += counts.positives[g]!
        misses.rows += counts.negatives[g]!
      }
    } else {
      hits.rows += p
      misses.rows += q
    }
  }
  // A bin's gap is a sum over its rows, whose squares are those of the Brier score.
  return { hits, misses, brier, logLoss, probability, weight: hits.sum + misses.sum, squaredGap: brier.squaredSum }
}

/** Mean loss with the standard error of a weighted mean: the linearised √Σ w² (x − mean)² / Σ w. */
function lossMetric(
  parts: readonly LossSums[],
  {
    n,
    total,
    squaredWeight,
    range,
  }: {
    readonly n: number
    readonly total: number
    readonly squaredWeight: number
    readonly range: readonly [number, number]
  },
): Metric {
  const all = (key: keyof LossSums): number => parts.reduce((sum, part) => sum + part[key], 0)
  const mean = all('sum') / total
  const spread = all('squares') - 2 * mean * all('squaredSum') + mean * mean * squaredWeight
  // What rounding leaves of a spread of 0.
  const noise = 1e-13 * all('squares')
  const effective = (total * total) / squaredWeight
  const variance = spread > noise ? (spread * effective) / (effective - 1) : 0
  const standardError = effective > 1 ? Math.sqrt(variance) / total : NaN
  return normalMetric({ value: mean, standardError, n, method: rowMeanMethod, range })
}

/** @param gaps Events minus the sum of probabilities, by bin. */
function calibrationErrors(gaps: Float64Array, rows: Float64Array, n: number): { ece: number; mce: number } {
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

/**
 * Both errors with their intervals.
 *
 * @param gaps Events minus the sum of probabilities, by bin.
 * @param squaredGaps The sum of each bin's squared gaps of rows: the variance of its gap.
 */
export function gapMetrics(
  { gaps, squaredGaps, weights }: Record<'gaps' | 'squaredGaps' | 'weights', Float64Array>,
  n: number,
  seed: number,
): { ece: Metric; mce: Metric } {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const { ece, mce } = calibrationErrors(gaps, weights, total)
  const error = squaredGaps.map(Math.sqrt)
  if (error.every((one) => one === 0)) {
    const reason = 'no spread between rows to make an interval from'
    return { ece: metricWithoutInterval(ece, n, reason), mce: metricWithoutInterval(mce, n, reason) }
  }
  const { mean, largest } = gapIntervals({ size: gaps.map(Math.abs), error, rows: weights }, seed)
  const method = `Inverted resampling test of the bins' gaps (${gapReplicates} replicates, seed ${seed})`
  const metric = (value: number, { low, high }: Interval, how: string): Metric =>
    metricWithInterval(value, n, how, { low: Math.min(low, value), high: Math.max(high, value) })
  return { ece: metric(ece, mean, method), mce: metric(mce, largest, `${method}, conservative`) }
}
