/**
 * What of many classes goes into the evidence, which stays under 2 MB however many a model names: all metrics over them,
 * the metrics of the first thousand, curves of the most frequent.
 */
import type { ClassEvidence } from '../contract/evidence.ts'
import { curvePoints } from './curves.ts'

/** Classes with curves, with all metrics, and with a row of their own in the confusion matrix. */
export const mostDetailed = 100
/** Classes with metrics. */
export const mostClasses = 1000
/** Metrics of classes past the first `mostDetailed`. */
const briefKeys = ['precision', 'recall', 'f1', 'prevalence', 'roc_auc', 'average_precision'] as const
/** Points of all classes' ROC curves together, past which each is drawn with fewer. */
const allCurvePoints = 6000

export const curvePointsOf = (classes: number): number =>
  Math.max(20, Math.min(curvePoints, Math.floor(allCurvePoints / Math.min(classes, mostDetailed))))

/** Positions of the `most` largest, the earlier of equals first, in rising order; all of them where they are no more. */
export function largest(sizes: readonly number[], most: number): number[] {
  const order = sizes.map((_, at) => at)
  if (sizes.length <= most) return order
  return order
    .sort((a, b) => sizes[b]! - sizes[a]!)
    .slice(0, most)
    .sort((a, b) => a - b)
}

/** The classes with the most rows, those past the first without curves and with few metrics. */
export function limitClasses(classes: readonly ClassEvidence[]): ClassEvidence[] {
  const sizes = classes.map(({ support }) => support)
  const detailed = new Set(largest(sizes, mostDetailed))
  return largest(sizes, mostClasses).map((at) => {
    const entry = classes[at]!
    if (detailed.has(at)) return entry
    const metrics = Object.fromEntries(
      briefKeys.flatMap((key) => (entry.metrics[key] ? [[key, entry.metrics[key]]] : [])),
    )
    return { ...entry, metrics, roc: null, calibration: null }
  })
}
