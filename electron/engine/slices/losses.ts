/** The metric of each row: what a slice is a mean of. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { SliceMetric } from '../../../shared/contract/slices.ts'
import { areProbabilities } from '../../../shared/metrics/calibration.ts'
import { clippedLogLoss } from '../../../shared/metrics/log-loss.ts'
import type { DecidedRun } from '../evaluation/decided-rows.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

export interface RowLosses {
  readonly losses: Float64Array
  /** Whether each is 0 or 1. */
  readonly isRate: boolean
  /** Rows of the dataset that the metric is about. */
  readonly mask: Uint8Array
}

function refuse(metric: SliceMetric, why: string, remedy: string): AssayError {
  return new AssayError({
    code: 'slices/metric',
    message: `${metric.replaceAll('_', ' ')} cannot be computed: ${why}.`,
    remedy,
    where: { metric },
  })
}

/** @throws AssayError slices/metric, where the metric does not fit the task or the model */
export function lossesOf(decided: DecidedRun, metric: SliceMetric): RowLosses {
  if (metric === 'absolute_error' || metric === 'squared_error') return errorsOf(decided, metric)
  const { truth, decided: decision, used, run, mask } = decided
  if (!truth || !decision) throw refuse(metric, 'the task is a regression', 'Choose the absolute or the squared error.')
  if (metric === 'error_rate') {
    const losses = mapTo(Float64Array, truth, (place, row) => (place === decision[row] && place >= 0 ? 0 : 1))
    return { losses, isRate: true, mask }
  }
  if (metric === 'log_loss') return logLosses(decided, truth)
  if (run.task !== 'binary') throw refuse(metric, 'it needs two classes', 'Choose the error rate.')
  const positive = Math.max(0, run.binding.output.classes.indexOf(run.binding.output.positive ?? ''))
  const wanted = metric === 'false_negative_rate' ? positive : 1 - positive
  const kept = new Uint8Array(mask.length)
  const losses = new Float64Array(used)
  let n = 0
  for (let row = 0, at = 0; row < mask.length; row++) {
    if (mask[row] === 0) continue
    if (truth[at] === wanted) {
      kept[row] = 1
      losses[n++] = decision[at] === wanted ? 0 : 1
    }
    at++
  }
  if (n === 0) throw refuse(metric, `none of ${used} rows is of that class`, 'Choose the error rate.')
  return { losses: losses.slice(0, n), isRate: true, mask: kept }
}

function errorsOf({ values, scores, mask }: DecidedRun, metric: SliceMetric): RowLosses {
  if (!values || !scores) throw refuse(metric, 'the task is a classification', 'Choose the error rate or the log loss.')
  const losses = mapTo(Float64Array, values, (target, row) => {
    const residual = target - scores[row]!
    return metric === 'absolute_error' ? Math.abs(residual) : residual * residual
  })
  return { losses, isRate: false, mask }
}

function logLosses({ scores, width, mask }: DecidedRun, truth: Int32Array): RowLosses {
  if (!scores) throw refuse('log_loss', 'the model gives labels but no scores', 'Choose the error rate.')
  if (!areProbabilities(scores))
    throw refuse('log_loss', 'the scores are not probabilities', 'Choose the error rate, or correct the transform.')
  const losses = mapTo(Float64Array, truth, (place, row) =>
    clippedLogLoss(place < 0 ? 0 : scores[row * width + place]!),
  )
  return { losses, isRate: false, mask }
}
