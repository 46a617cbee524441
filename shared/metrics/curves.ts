/** ROC and precision-recall curves from ranked groups, thinned for drawing: no array as long as the rows is made. */
import type { PrCurve, RocCurve } from '../contract/evidence.ts'
import { missingClassReason } from './ranked-groups.ts'
import type { ScoredGroups } from './ranked-groups.ts'

/** Most points a curve keeps. */
export const curvePoints = 300

/**
 * @param limit Most points to keep.
 * @returns Null where a class has no rows. `exactPoints` counts the corners, as scikit-learn's roc_curve with
 *   drop_intermediate: points within a straight run carry nothing.
 */
export function rocCurve(groups: ScoredGroups, limit: number = curvePoints): RocCurve | null {
  if (missingClassReason(groups)) return null
  // Kept are the corners nearest to equal steps along the curve, which is 2 long, and the last one.
  const thinned = rocCorners(groups, limit, 2 / (limit - 1))
  return thinned.exactPoints <= limit ? rocCorners(groups, limit, 0) : thinned
}

/** @param step Least distance between kept corners, along the curve. */
function rocCorners(groups: ScoredGroups, limit: number, step: number): RocCurve {
  const { positives, negatives, threshold, positiveRows, negativeRows } = groups
  const last = positives.length - 1
  const curve = { fpr: [0], tpr: [0], threshold: [null] as (number | null)[] }
  let exactPoints = 1
  let tp = 0
  let fp = 0
  let due = step
  for (let g = 0; g <= last; g++) {
    const p = positives[g]!
    const q = negatives[g]!
    tp += p
    fp += q
    // A point within a straight run is no corner.
    if (g > 0 && g < last && p === positives[g + 1] && q === negatives[g + 1]) continue
    exactPoints++
    if (g < last && step > 0) {
      if (tp / positiveRows + fp / negativeRows < due || curve.fpr.length >= limit - 1) continue
    }
    // The sums of weights may miss their total by a rounding.
    curve.fpr.push(g === last ? 1 : fp / negativeRows)
    curve.tpr.push(g === last ? 1 : tp / positiveRows)
    curve.threshold.push(threshold[g]!)
    due = curve.fpr.length * step
  }
  return { ...curve, exactPoints }
}

/**
 * @param limit Most points to keep.
 * @returns From recall 0, where precision is 1 by convention, to recall 1; null where there are no positive rows.
 */
export function prCurve(groups: ScoredGroups, limit: number = curvePoints): PrCurve | null {
  if (groups.positiveRows === 0) return null
  const { positives, negatives, threshold, positiveRows, negativeRows } = groups
  const last = positives.length - 1
  const curve = { recall: [0], precision: [1], threshold: [null] as (number | null)[], exactPoints: last + 2 }
  // Half the points follow recall; half follow log rows, because precision swings most over the first few rows.
  const logRows = Math.log1p(positiveRows + negativeRows)
  const thinned = last + 2 > limit
  const step = thinned ? 2 / (limit - 1) : 0
  let tp = 0
  let seen = 0
  // Neither can the next point be due before one of these is reached: the logarithm is left for few groups.
  let nextTp = 0
  let nextSeen = 0
  for (let g = 0; g <= last; g++) {
    tp += positives[g]!
    seen += positives[g]! + negatives[g]!
    if (thinned && g < last) {
      if (curve.recall.length >= limit - 1 || (tp < nextTp && seen < nextSeen)) continue
      const missing = curve.recall.length * step - tp / positiveRows - Math.log1p(seen) / logRows
      if (missing > 0) {
        nextTp = tp + (missing / 2) * positiveRows
        nextSeen = Math.expm1(Math.log1p(seen) + (missing / 2) * logRows)
        continue
      }
    }
    curve.recall.push(g === last ? 1 : tp / positiveRows)
    curve.precision.push(tp / seen)
    curve.threshold.push(threshold[g]!)
    nextTp = 0
  }
  return curve
}
