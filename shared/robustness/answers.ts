/** What a model answered on some rows, and what it comes to: decisions, confidence, and the headline metric. */
import type { Metric } from '../contract/evidence.ts'
import type { Task } from '../contract/dataset.ts'

export interface AnswerShape {
  readonly task: Task
  /** Place of the positive class of a binary task. */
  readonly positive: number
  /** A binary row is called positive where its score is at or above this. */
  readonly threshold: number
}

export interface Answers {
  readonly rows: number
  /** Class decided for; null for a regression. */
  readonly decided: Int32Array | null
  /** Scores, one array a class, or one of predictions; null for a labels-only model. */
  readonly columns: readonly Float64Array[] | null
  /** 1 where every score of the row is finite. */
  readonly finite: Uint8Array
}

export interface Truth {
  /** True class, or null for a regression. */
  readonly classes: Int32Array | null
  readonly values: Float64Array | null
}

/**
 * @param columns Scores by class; null for a labels-only model.
 * @param labels The model's own labels by class number; read only where there are no scores.
 */
export function readAnswers(
  { task, positive, threshold }: AnswerShape,
  rows: number,
  columns: readonly Float64Array[] | null,
  labels: Int32Array | null,
): Answers {
  const finite = new Uint8Array(rows).fill(1)
  if (columns) {
    for (let row = 0; row < rows; row++)
      for (const column of columns) if (!Number.isFinite(column[row])) finite[row] = 0
  }
  if (task === 'regression') return { rows, decided: null, columns, finite }
  if (!columns) return { rows, decided: labels ?? new Int32Array(rows).fill(-1), columns, finite }
  const decided = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    if (task === 'binary') {
      decided[row] = columns[positive]![row]! >= threshold ? positive : 1 - positive
      continue
    }
    let best = 0
    for (let k = 1; k < columns.length; k++) if (columns[k]![row]! > columns[best]![row]!) best = k
    decided[row] = best
  }
  return { rows, decided, columns, finite }
}

/** Probability of the decided class, one a row; null where there are no scores or the task has no classes. */
export function confidenceOf({ decided, columns, rows }: Answers): Float64Array | null {
  if (!decided || !columns) return null
  const confidence = new Float64Array(rows)
  for (let row = 0; row < rows; row++) confidence[row] = columns[decided[row]!]![row]!
  return confidence
}

export interface PointMeasure {
  readonly metric: Metric
  readonly change: Metric
  readonly flips: Metric
  readonly shift: Metric
  readonly confidence: Metric
  readonly notFinite: number
}
