import { fBeta, kappa, matthews } from '../metrics/binary-confusion.ts'
import type { BinaryConfusion } from '../metrics/binary-confusion.ts'

/** Metrics of a binary confusion matrix that are no proportion of fixed rows, in the order of `binaryStatistics`. */
export const binaryStatisticKeys = ['balanced_accuracy', 'precision', 'f1', 'mcc', 'cohen_kappa'] as const

/** @param out Takes the statistics; NaN where one is undefined. */
export function binaryStatistics(confusion: BinaryConfusion, out: Float64Array): void {
  const { tp, fp, fn, tn } = confusion
  out[0] = (tp / (tp + fn) + tn / (tn + fp)) / 2
  out[1] = tp / (tp + fp)
  out[2] = fBeta(confusion, 1)
  out[3] = matthews(confusion)
  out[4] = kappa(confusion)
}
