/** ROC and precision-recall curves from ranked groups, thinned for drawing. */
import type { PrCurve, RocCurve } from '../contract/evidence.ts'
import { missingClassReason } from './ranked-groups.ts'
import type { RankedGroups } from './ranked-groups.ts'

/** Most points a curve keeps. */
export const curvePoints = 300

interface Points {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly threshold: Float64Array
  readonly size: number
}

/**
 * Keeps the first and the last point and, between them, the points nearest to equal steps of `travelled`.
 *
 * @param travelled Never falling; how far along the curve each point is.
 * @returns Indices of the points that stay, rising.
 */
function thin(travelled: (point: number) => number, size: number, limit: number): number[] {
  if (size <= limit) return Array.from({ length: size }, (_, point) => point)
  const kept = [0]
  const start = travelled(0)
  const step = (travelled(size - 1) - start) / (limit - 1)
  for (let point = 1; point < size - 1 && kept.length < limit - 1; point++) {
    if (travelled(point) - start >= kept.length * step) kept.push(point)
  }
  kept.push(size - 1)
  return kept
}

function pick(values: Float64Array, kept: readonly number[]): number[] {
  return kept.map((point) => values[point]!)
}

/** The first point has no threshold: no row is called positive there. */
function pickThresholds(values: Float64Array, kept: readonly number[]): (number | null)[] {
  return kept.map((point) => (point === 0 ? null : values[point]!))
}

/**
 * @param limit Most points to keep.
 * @returns Null where a class has no rows. `exactPoints` counts the corners, as scikit-learn's roc_curve with
 *   drop_intermediate: points within a straight run carry nothing.
 */
export function rocCurve(groups: RankedGroups, limit: number = curvePoints): RocCurve | null {
  if (missingClassReason(groups)) return null
  const { x, y, threshold, size } = rocCorners(groups)
  const kept = thin((point) => x[point]! + y[point]!, size, limit)
  return {
    fpr: pick(x, kept),
    tpr: pick(y, kept),
    threshold: pickThresholds(threshold, kept),
    exactPoints: size,
  }
}

function rocCorners({ positives, negatives, threshold, positiveRows, negativeRows }: RankedGroups): Points {
  const groups = positives.length
  const x = new Float64Array(groups + 1)
  const y = new Float64Array(groups + 1)
  const cut = new Float64Array(groups + 1)
  let tp = 0
  let fp = 0
  let size = 1
  for (let g = 0; g < groups; g++) {
    tp += positives[g]!
    fp += negatives[g]!
    const straight = g > 0 && g < groups - 1 && positives[g] === positives[g + 1] && negatives[g] === negatives[g + 1]
    if (straight) continue
    x[size] = fp / negativeRows
    y[size] = tp / positiveRows
    cut[size] = threshold[g]!
    size++
  }
  return { x, y, threshold: cut, size }
}

/**
 * @param limit Most points to keep.
 * @returns From recall 0, where precision is 1 by convention, to recall 1; null where there are no positive rows.
 */
export function prCurve(groups: RankedGroups, limit: number = curvePoints): PrCurve | null {
  if (groups.positiveRows === 0) return null
  const size = groups.positives.length + 1
  const recall = new Float64Array(size)
  const precision = new Float64Array(size).fill(1)
  const threshold = new Float64Array(size)
  const travelled = new Float64Array(size)
  let tp = 0
  let seen = 0
  for (let point = 1; point < size; point++) {
    tp += groups.positives[point - 1]!
    seen += groups.positives[point - 1]! + groups.negatives[point - 1]!
    recall[point] = tp / groups.positiveRows
    precision[point] = tp / seen
    threshold[point] = groups.threshold[point - 1]!
    // Half the points follow recall; half follow log rows, because precision swings most over the first few rows.
    travelled[point] = recall[point]! + Math.log1p(seen) / Math.log1p(groups.order.length)
  }
  const kept = thin((point) => travelled[point]!, size, limit)
  return {
    recall: pick(recall, kept),
    precision: pick(precision, kept),
    threshold: pickThresholds(threshold, kept),
    exactPoints: size,
  }
}
