/** Calibration: does an event given probability p happen in a fraction p of the rows? */
import type { Calibration, Metric } from '../contract/evidence.ts'
import { meanAndError } from '../statistics/mean.ts'
import { createRandom } from '../statistics/random.ts'
import { normalMetric, proportionMetric, undefinedMetric } from './metric.ts'

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

/**
 * Ten bins of equal width, bin = min(⌊10 p⌋, 9), with the expected and the maximum calibration error over them
 * (Naeini, Cooper and Hauskrecht 2015).
 *
 * @param happened 1 where the event happened, else 0.
 * @param probability In [0, 1], one a row.
 * @param seed Seed of the resampled bin gaps.
 */
export function calibrate(happened: Uint8Array, probability: Float32Array | Float64Array, seed: number): Calibrated {
  const n = happened.length
  const rows = new Float64Array(bins)
  const events = new Float64Array(bins)
  const probabilitySums = new Float64Array(bins)
  const squaredGaps = new Float64Array(bins)
  for (let row = 0; row < n; row++) {
    const p = probability[row]!
    const bin = Math.min(Math.floor(p * bins), bins - 1)
    rows[bin]!++
    events[bin]! += happened[row]!
    probabilitySums[bin]! += p
    squaredGaps[bin]! += (happened[row]! - p) ** 2
  }
  const calibration: Calibration = {
    bins: Array.from(rows, (count, bin) => ({
      low: bin / bins,
      high: (bin + 1) / bins,
      n: count,
      meanPredicted: count === 0 ? null : probabilitySums[bin]! / count,
      observed: proportionMetric(events[bin]!, count, 'no rows in the bin'),
    })),
  }
  if (n === 0) return { calibration, ece: undefinedMetric(0, 'no rows'), mce: undefinedMetric(0, 'no rows') }
  const gaps = events.map((count, bin) => count - probabilitySums[bin]!)
  const value = calibrationErrors(gaps, rows, n)
  const spread = calibrationSpread(value, gaps, squaredGaps, rows, n, seed)
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
