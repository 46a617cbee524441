/** From gathered arrays to metrics and detail: pure, so that it can run in a worker thread. */
import type { Metrics, TaskEvidence } from '../../../shared/contract/evidence.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateMultilabel } from '../../../shared/metrics/evaluate-multilabel.ts'
import { evaluateRanking } from '../../../shared/metrics/evaluate-ranking.ts'
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
  const { weights: weight } = gathered
  if (output.task === 'regression') {
    const prediction = Float64Array.from(gathered.scores!)
    return evaluateRegression({ y: gathered.values!, prediction, seed, weight })
  }
  if (output.task === 'ranking') {
    const score = Float64Array.from(gathered.scores!)
    const { query, queries, values } = gathered
    return evaluateRanking({ relevance: relevanceOf(values!), score, query: query!, queries })
  }
  if (output.task === 'multilabel') {
    const { labelTruth, scores } = gathered
    return evaluateMultilabel({ truth: labelTruth!, scores: scores!, labels: output.classes, threshold, seed, weight })
  }
  const classes = gathered.classes!
  if (output.task === 'multiclass') {
    return evaluateMulticlass({
      y: classes,
      scores: gathered.scores,
      labels: output.classes,
      seed,
      weight,
      ...(gathered.labels ? { predicted: gathered.labels } : {}),
      ...(output.classes.every((name) => name.trim() !== '' && Number.isFinite(Number(name)))
        ? { numericLabels: output.classes.map(Number) }
        : {}),
    })
  }
  const { y, score, predicted, weight: known, positive } = binaryRows(gathered, output)
  return evaluateBinary({
    y,
    score,
    threshold,
    positive: output.classes[positive] ?? '1',
    negative: output.classes[1 - positive] ?? '0',
    seed,
    weight: known,
    ...(predicted ? { predicted } : {}),
  })
}

/** @throws AssayError evaluation/target-type */
function relevanceOf(values: Float64Array): Float64Array {
  const negative = values.find((value) => value < 0)
  if (negative === undefined) return values
  throw new AssayError({
    code: 'evaluation/target-type',
    message: `A row has the relevance ${negative}; relevance is 0 or more.`,
    remedy: 'Give the grades as 0 for what is not relevant, and more for what is.',
  })
}
