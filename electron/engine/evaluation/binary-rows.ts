import type { OutputBinding } from '../../../shared/contract/model.ts'
import type { Gathered } from './gather.ts'

export interface BinaryRows {
  /** 1 where the row is of the positive class, else 0. */
  readonly y: Uint8Array
  /** Score of the positive class; null for a model that gives labels only. */
  readonly score: Float32Array | Float64Array | null
  /** The model's own label, 1 for positive; null where it gives none. */
  readonly predicted: Uint8Array | null
  /** What each row counts for; null where each counts 1. */
  readonly weight: Float64Array | null
  /** Index of the positive class. */
  readonly positive: number
}

/**
 * A binary task's rows. Those of a class that the model never names cannot be called right or wrong and are left out; the
 * driver has counted them.
 */
export function binaryRows(gathered: Gathered, output: OutputBinding): BinaryRows {
  const classes = gathered.classes!
  const positive = Math.max(0, output.classes.indexOf(output.positive ?? ''))
  const known = gathered.used - gathered.unnamed.reduce((sum, entry) => sum + entry.n, 0)
  const y = new Uint8Array(known)
  const score = gathered.scores
    ? gathered.scores instanceof Float32Array
      ? new Float32Array(known)
      : new Float64Array(known)
    : null
  const predicted = gathered.labels ? new Uint8Array(known) : null
  const weight = gathered.weights ? new Float64Array(known) : null
  let to = 0
  for (let row = 0; row < gathered.used; row++) {
    if (classes[row]! < 0) continue
    y[to] = classes[row] === positive ? 1 : 0
    if (score) score[to] = gathered.scores![row * gathered.width + positive]!
    if (predicted) predicted[to] = gathered.labels![row] === positive ? 1 : 0
    if (weight) weight[to] = gathered.weights![row]!
    to++
  }
  return { y, score, predicted, weight, positive }
}
