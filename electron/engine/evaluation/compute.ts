/** From gathered arrays to metrics and detail: pure, so that it can run in a worker thread. */
import type { Metrics, TaskEvidence } from '../../../shared/contract/evidence.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
import { binaryRows } from './binary-rows.ts'
import type { Gathered } from './gather.ts'

export interface ComputeRequest {
  readonly gathered: Gathered
  readonly output: OutputBinding
  readonly threshold: number
  readonly seed: number
}

export interface Computed {
  readonly metrics: Metrics
  readonly detail: TaskEvidence
}

export function compute({ gathered, output, threshold, seed }: ComputeRequest): Computed {
  if (output.task === 'regression') {
    return evaluateRegression({ y: gathered.values!, prediction: Float64Array.from(gathered.scores!), seed })
  }
  const classes = gathered.classes!
  if (output.task === 'multiclass') {
    return evaluateMulticlass({
      y: classes,
      scores: gathered.scores,
      labels: output.classes,
      seed,
      ...(gathered.labels ? { predicted: gathered.labels } : {}),
      ...(output.classes.every((name) => name.trim() !== '' && Number.isFinite(Number(name)))
        ? { numericLabels: output.classes.map(Number) }
        : {}),
    })
  }
  const { y, score, predicted, positive } = binaryRows(gathered, output)
  return evaluateBinary({
    y,
    score,
    threshold,
    positive: output.classes[positive] ?? '1',
    negative: output.classes[1 - positive] ?? '0',
    seed,
    ...(predicted ? { predicted } : {}),
  })
}
