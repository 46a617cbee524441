/** From gathered arrays to metrics and detail: pure, so that it can run in a worker thread. */
import type { Metrics, TaskEvidence } from '../../../shared/contract/evidence.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
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
  const positive = Math.max(0, output.classes.indexOf(output.positive ?? ''))
  // Rows of a class that a binary model never names cannot be called right or wrong; the driver has counted them out.
  const known = gathered.used - gathered.unnamed.reduce((sum, entry) => sum + entry.n, 0)
  const y = new Uint8Array(known)
  const score = gathered.scores
    ? gathered.scores instanceof Float32Array
      ? new Float32Array(known)
      : new Float64Array(known)
    : null
  const predicted = gathered.labels ? new Uint8Array(known) : null
  let to = 0
  for (let row = 0; row < gathered.used; row++) {
    if (classes[row]! < 0) continue
    y[to] = classes[row] === positive ? 1 : 0
    if (score) score[to] = gathered.scores![row * gathered.width + positive]!
    if (predicted) predicted[to] = gathered.labels![row] === positive ? 1 : 0
    to++
  }
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
