/** Means over rows of what a score and its outcome give, from groups of equal scores. */
import type { Metric } from '../contract/evidence.ts'
import { normalMetric, undefinedMetric } from './metric.ts'
import type { ScoredGroups } from './ranked-groups.ts'
import { rowMeanMethod } from './row-mean.ts'

/** Groups whose sums are taken apart, so that 10M rows lose no digits. */
const block = 1024

/**
 * Mean over rows with its standard error (central limit theorem); with weights w, Σ w x / Σ w and the linearised
 * √Σ w² (x − mean)² / Σ w. One pass.
 *
 * @param valueAt The value of a row with this score that is positive or not.
 * @param range Limits of the metric, at which the interval is cut.
 */
export function groupMeanMetric(
  groups: ScoredGroups,
  valueAt: (score: number, positive: boolean) => number,
  range: readonly [number, number] = [-Infinity, Infinity],
): Metric {
  const { threshold, positives, negatives, rows } = groups
  if (rows === 0) return undefinedMetric(0, 'no rows')
  const { positives: positiveSquares, negatives: negativeSquares } = groups.squares ?? groups
  // Values are taken from that of the first row, so that equal ones have a spread of exactly 0.
  const origin = valueAt(threshold[0]!, positives[0]! > 0)
  let weight = 0
  let sum = 0
  let squaredWeight = 0
  let squaredSum = 0
  let squares = 0
  for (let start = 0; start < threshold.length; start += block) {
    const end = Math.min(start + block, threshold.length)
    let blockWeight = 0
    let blockSum = 0
    let blockSquaredWeight = 0
    let blockSquaredSum = 0
    let blockSquares = 0
    for (let g = start; g < end; g++) {
      const score = threshold[g]!
      if (positives[g]! > 0) {
        const value = valueAt(score, true) - origin
        const squared = positiveSquares[g]!
        blockWeight += positives[g]!
        blockSum += positives[g]! * value
        blockSquaredWeight += squared
        blockSquaredSum += squared * value
        blockSquares += squared * value * value
      }
      if (negatives[g]! > 0) {
        const value = valueAt(score, false) - origin
        const squared = negativeSquares[g]!
        blockWeight += negatives[g]!
        blockSum += negatives[g]! * value
        blockSquaredWeight += squared
        blockSquaredSum += squared * value
        blockSquares += squared * value * value
      }
    }
    weight += blockWeight
    sum += blockSum
    squaredWeight += blockSquaredWeight
    squaredSum += blockSquaredSum
    squares += blockSquares
  }
  const mean = sum / weight
  const spread = Math.max(0, squares - 2 * mean * squaredSum + mean * mean * squaredWeight)
  const effective = (weight * weight) / squaredWeight
  const standardError = effective > 1 ? Math.sqrt((spread * effective) / (effective - 1)) / weight : NaN
  return normalMetric({ value: mean + origin, standardError, n: rows, method: rowMeanMethod, range })
}

/** Mean squared error of the probability (Brier 1950). */
export function brierMetric(groups: ScoredGroups): Metric {
  return groupMeanMetric(groups, (p, happened) => (happened ? (1 - p) * (1 - p) : p * p), [0, 1])
}
