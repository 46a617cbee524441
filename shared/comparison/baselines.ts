/** What a model must beat: the same answer for every row, and a linear model. */
import type { Task } from '../contract/dataset.ts'
import { fitLogistic, fitRidge } from './fit-linear.ts'
import type { Design, DesignRows } from './linear-design.ts'
import { linearPredictor } from './linear-design.ts'
import { mapTo } from '../statistics/map-to.ts'

export interface BaselineInput {
  readonly task: Task
  readonly design: Design
  readonly train: DesignRows
  /** Class index of each training row, from 0; null for a regression. */
  readonly trainClasses: Int32Array | null
  readonly trainValues: Float64Array | null
  /** How many classes there are; 0 for a regression. */
  readonly classes: number
  /** Rows to predict. */
  readonly rows: DesignRows
}

/** Scores of rows × classes, or of rows for a regression; null where the fit failed, with the reason. */
export type Baseline =
  { readonly scores: Float64Array; readonly reason: null } | { readonly scores: null; readonly reason: string }

/**
 * Ridge for a regression, logistic regression for two classes, and one logistic regression a class against the rest,
 * divided by their sum, for more.
 */
export function fitLinear(input: BaselineInput): Baseline {
  const { task, design, train, rows, classes } = input
  const failed = { scores: null, reason: 'the features do not determine a linear model' } as const
  if (task === 'regression') {
    const coefficients = fitRidge(design, train, input.trainValues!)
    return coefficients ? { scores: linearPredictor(design, rows, coefficients), reason: null } : failed
  }
  const truth = input.trainClasses!
  const scores = new Float64Array(rows.rows * classes)
  const last = task === 'binary' ? 1 : classes
  for (let fitted = 0; fitted < last; fitted++) {
    // A binary model is fitted once, for the second class.
    const k = task === 'binary' ? 1 : fitted
    const y = mapTo(Uint8Array, truth, (one) => (one === k ? 1 : 0))
    const events = y.reduce((sum, one) => sum + one, 0)
    if (events === 0 || events === y.length) {
      if (task === 'binary') return { scores: null, reason: 'the training rows are all of one class' }
      // A class that training does not have gets no probability, and the only one gets all.
      for (let row = 0; row < rows.rows; row++) scores[row * classes + k] = events === 0 ? 0 : 1
      continue
    }
    const coefficients = fitLogistic(design, train, y)
    if (!coefficients) return failed
    const predictor = linearPredictor(design, rows, coefficients)
    for (let row = 0; row < rows.rows; row++) {
      const p = 1 / (1 + Math.exp(-predictor[row]!))
      scores[row * classes + k] = p
      if (task === 'binary') scores[row * classes] = 1 - p
    }
  }
  if (task === 'multiclass') normalise(scores, classes)
  return { scores, reason: null }
}

function normalise(scores: Float64Array, classes: number): void {
  for (let start = 0; start < scores.length; start += classes) {
    let sum = 0
    for (let k = 0; k < classes; k++) sum += scores[start + k]!
    for (let k = 0; k < classes; k++) scores[start + k] = sum === 0 ? 1 / classes : scores[start + k]! / sum
  }
}

/**
 * The same for every row: each class's share, or the mean.
 *
 * @param shares One a class, adding to 1; or the mean alone.
 */
export function constantScores(rows: number, shares: readonly number[]): Float64Array {
  const width = shares.length
  const scores = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++) for (let k = 0; k < width; k++) scores[row * width + k] = shares[k]!
  return scores
}
