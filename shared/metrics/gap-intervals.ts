/**
 * Intervals of the mean and of the largest size of the bins' gaps (the expected and the maximum calibration error) by
 * inverting a resampled test (hybrid resampling, Chuang and Lai 2000). A bin's gap is a sum over its rows, so it is normal
 * around its true gap. A value is in the interval where the error that was found is neither among the least nor the largest
 * 2.5 % of those that true gaps with that error give: the ones nearest to what was found, in standard errors. Sizes add up
 * whatever their sign, so that the errors found are too high on few rows; the test knows that, where a correction of the
 * estimate would not where bins are well calibrated.
 */
import { createRandom } from '../statistics/random.ts'
import type { Interval } from '../statistics/wilson.ts'

export interface Gaps {
  /** Size of each bin's gap: events minus the sum of probabilities. */
  readonly size: Float64Array
  /** Its standard error. */
  readonly error: Float64Array
  /** Weight of the bin's rows. */
  readonly rows: Float64Array
}

export const gapReplicates = 400
const halvings = 14

type Found = (gaps: ArrayLike<number>, rows: Float64Array) => number

const meanOf: Found = (gaps, rows) => {
  let sum = 0
  let total = 0
  for (let bin = 0; bin < rows.length; bin++) {
    sum += Math.abs(gaps[bin]!)
    total += rows[bin]!
  }
  return sum / total
}

const largestOf: Found = (gaps, rows) => {
  let largest = 0
  for (let bin = 0; bin < rows.length; bin++) {
    if (rows[bin]! > 0) largest = Math.max(largest, Math.abs(gaps[bin]!) / rows[bin]!)
  }
  return largest
}

/** True gaps with this mean size nearest to those found: each moved in proportion to its variance, and none below 0. */
function nearestWithMean({ size, error, rows }: Gaps, wanted: number): Float64Array {
  const target = wanted * rows.reduce((sum, count) => sum + count, 0)
  const moved = (by: number): Float64Array =>
    size.map((gap, bin) => (rows[bin] === 0 ? 0 : Math.max(0, gap + by * error[bin]! ** 2)))
  const sum = (gaps: Float64Array): number => gaps.reduce((total, gap) => total + gap, 0)
  let low = -1
  let high = 1
  while (sum(moved(low)) > target && low > -1e300) low *= 2
  while (sum(moved(high)) < target && high < 1e300) high *= 2
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (sum(moved(middle)) < target) low = middle
    else high = middle
  }
  return moved((low + high) / 2)
}

/** True gaps with this largest size nearest to those found: larger ones cut, or the one raised that has least to go. */
function nearestWithLargest({ size, error, rows }: Gaps, wanted: number): Float64Array {
  const cut = size.map((gap, bin) => Math.min(gap, wanted * rows[bin]!))
  if (largestOf(cut, rows) >= wanted) return cut
  let nearest = -1
  let least = Infinity
  rows.forEach((count, bin) => {
    if (count === 0) return
    const distance = (wanted * count - cut[bin]!) / error[bin]!
    if (distance < least) {
      least = distance
      nearest = bin
    }
  })
  if (nearest >= 0) cut[nearest] = wanted * rows[nearest]!
  return cut
}

/**
 * @param draws Standard normal numbers, one row of bins a replicate.
 * @returns Share of the replicates whose error is at or above what was found.
 */
function shareAbove(gaps: Gaps, truth: Float64Array, draws: Float64Array, found: number, of: Found): number {
  const bins = truth.length
  const drawn = new Float64Array(bins)
  let above = 0
  for (let replicate = 0; replicate < draws.length / bins; replicate++) {
    for (let bin = 0; bin < bins; bin++) drawn[bin] = truth[bin]! + gaps.error[bin]! * draws[replicate * bins + bin]!
    if (of(drawn, gaps.rows) >= found) above++
  }
  return above / (draws.length / bins)
}

function invert(gaps: Gaps, seed: number, of: Found, nearest: (gaps: Gaps, wanted: number) => Float64Array): Interval {
  const random = createRandom(seed)
  const draws = Float64Array.from({ length: gapReplicates * gaps.size.length }, () => random.normal())
  const found = of(gaps.size, gaps.rows)
  // The share above rises with the true error, from where it is 0 to where each replicate is above.
  const endAt = (share: number): number => {
    let low = 0
    let high = 1
    if (shareAbove(gaps, nearest(gaps, 0), draws, found, of) >= share) return 0
    for (let step = 0; step < halvings; step++) {
      const middle = (low + high) / 2
      if (shareAbove(gaps, nearest(gaps, middle), draws, found, of) < share) low = middle
      else high = middle
    }
    return (low + high) / 2
  }
  return { low: endAt(0.025), high: endAt(0.975) }
}

/** 95 % intervals of the expected and of the maximum calibration error. */
export function gapIntervals(gaps: Gaps, seed: number): { readonly mean: Interval; readonly largest: Interval } {
  return {
    mean: invert(gaps, seed, meanOf, nearestWithMean),
    largest: invert(gaps, seed, largestOf, nearestWithLargest),
  }
}
