/** Scores as an answer: the class that the approved threshold gives, probabilities by class, or the predicted value. */
import type { OutputBinding } from '../contract/model.ts'
import type { ReasonCode } from '../explain/reasons.ts'
import type { ScoreColumns } from '../scoring/outputs.ts'
import type { CellProblem } from './cells.ts'
import { givesOneNumber } from '../contract/dataset.ts'

export interface Prediction {
  /** The class, or the labels; null for a regression, and where the score is not a number. */
  readonly label: string | null
  /** By class; null for a regression and for a model that gives labels alone. */
  readonly probabilities: Readonly<Record<string, number | null>> | null
  /** The predicted value of a regression. */
  readonly value: number | null
  /** The model's own label, where it has one. */
  readonly modelLabel: string | null
  readonly warnings: readonly (CellProblem | { readonly code: 'score/not-finite'; readonly message: string })[]
}

/** Reasons a prediction that may be asked for: more than a person reads. */
export const mostReasons = 50

/** One of the strongest reasons for a prediction. */
export interface PredictionReason {
  /** The raw column, or the joined names of columns that the model mixes. */
  readonly column: string
  readonly value: string
  /** What it adds to the explained output, in the release's unit (`ReasonsFile.space`). */
  readonly contribution: number
  readonly direction: 'for' | 'against'
  /** Of the sizes of all contributions of the row, 0 to 1. */
  readonly share: number
  readonly words: string
}

export interface ExplainedPrediction extends Prediction {
  /** The output that the reasons speak for and against: the positive class, the likeliest one, or "prediction". */
  readonly reasonsFor: string
  readonly reasons: readonly PredictionReason[]
}

export const withReasons = (
  prediction: Prediction,
  reasonsFor: string,
  reasons: readonly ReasonCode[],
): ExplainedPrediction => ({
  ...prediction,
  reasonsFor,
  reasons: reasons.map(({ name: column, attribution: contribution, ...rest }) => ({ column, contribution, ...rest })),
})

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Where nothing else was evaluated. */
const usualThreshold = 0.5

/** Names of the labels that a row is given, as one text: a multilabel row has any number of them. */
const labelSeparator = ' | '

function labelsOf(
  score: (k: number) => number,
  width: number,
  output: OutputBinding,
  threshold: number | null,
): string | null {
  if (output.task === 'multilabel') {
    const given: string[] = []
    for (let k = 0; k < width; k++) {
      if (!Number.isFinite(score(k))) return null
      if (score(k) >= (threshold ?? usualThreshold)) given.push(output.classes[k]!)
    }
    return given.join(labelSeparator)
  }
  return output.classes[classOf(score, width, output, threshold)] ?? null
}

/** Index of the class that scores and threshold give; the first of equal ones, as argmax has it; -1 for none. */
function classOf(score: (k: number) => number, width: number, output: OutputBinding, threshold: number | null): number {
  let best = 0
  for (let k = 0; k < width; k++) {
    if (!Number.isFinite(score(k))) return -1
    if (score(k) > score(best)) best = k
  }
  const positive = output.positive === null ? -1 : output.classes.indexOf(output.positive)
  if (threshold !== null && width === 2 && positive >= 0) return score(positive) >= threshold ? positive : 1 - positive
  return best
}

/** The class of one row; null for a regression, and where a score is not a number. */
export function labelOf(
  columns: ScoreColumns,
  row: number,
  output: OutputBinding,
  threshold: number | null,
): string | null {
  const { scores, labels } = columns
  if (scores === null) return labels?.[row] ?? null
  if (givesOneNumber(output.task)) return null
  return labelsOf((k) => scores[k]![row]!, scores.length, output, threshold)
}

/** `classOf` of every row of two classes at a threshold: the common case, which a server has for every request. */
function countPositives(
  scores: NonNullable<ScoreColumns['scores']>,
  rows: number,
  positive: number,
  threshold: number,
  counts: Uint32Array,
): void {
  const [own, other] = [scores[positive]!, scores[1 - positive]!]
  for (let row = 0; row < rows; row++)
    if (Number.isFinite(own[row]!) && Number.isFinite(other[row]!))
      counts[own[row]! >= threshold ? positive : 1 - positive]!++
}

/** Rows by class at the threshold. Rows without a class (a regression's, scores that are not numbers) are in none. */
export function countLabels(
  columns: ScoreColumns,
  rows: number,
  output: OutputBinding,
  threshold: number | null,
): Map<string, number> {
  const found = new Map<string, number>()
  const add = (label: string | null | undefined, n: number): void => {
    if (n > 0 && typeof label === 'string') found.set(label, (found.get(label) ?? 0) + n)
  }
  const { scores, labels } = columns
  if (scores === null) for (let row = 0; row < rows; row++) add(labels?.[row], 1)
  else if (output.task === 'multilabel') {
    // A row is in as many as it is given.
    scores.forEach((column, k) => {
      let given = 0
      for (let row = 0; row < rows; row++)
        if (column[row]! >= (threshold ?? usualThreshold) && scores.every((other) => Number.isFinite(other[row])))
          given++
      add(output.classes[k], given)
    })
  } else if (output.task !== 'regression') {
    const counts = new Uint32Array(scores.length)
    const positive = output.positive === null ? -1 : output.classes.indexOf(output.positive)
    if (threshold !== null && scores.length === 2 && positive >= 0)
      countPositives(scores, rows, positive, threshold, counts)
    else
      for (let row = 0; row < rows; row++) {
        const at = classOf((k) => scores[k]![row]!, scores.length, output, threshold)
        if (at >= 0) counts[at]!++
      }
    counts.forEach((n, k) => add(output.classes[k], n))
  }
  return found
}

/** Scores of one row, in the order of the binding's classes. */
export function rowScores(columns: ScoreColumns, row: number): number[] | null {
  return columns.scores?.map((column) => column[row]!) ?? null
}

export function predictionOf(
  scores: readonly number[] | null,
  modelLabel: string | null,
  output: OutputBinding,
  threshold: number | null,
  warnings: readonly CellProblem[],
): Prediction {
  if (scores === null) return { label: modelLabel, probabilities: null, value: null, modelLabel, warnings }
  const notFinite = scores.some((score) => !Number.isFinite(score))
  const all: Prediction['warnings'] = notFinite
    ? [...warnings, { code: 'score/not-finite', message: 'The model gave a score that is not a number.' }]
    : warnings
  if (givesOneNumber(output.task))
    return { label: null, probabilities: null, value: finite(scores[0]!), modelLabel, warnings: all }
  return {
    label: labelsOf((k) => scores[k]!, scores.length, output, threshold),
    probabilities: Object.fromEntries(output.classes.map((name, k) => [name, finite(scores[k]!)])),
    value: null,
    modelLabel,
    warnings: all,
  }
}
