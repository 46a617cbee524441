/**
 * What a batch writes of each row: its number, columns that are carried over, scores, the class, the reasons where they
 * are asked for, and what was unusual.
 */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import type { ReasonCode } from '../../../shared/explain/reasons.ts'
import { predictionOf, rowScores, withReasons } from '../../../shared/serving/predictions.ts'
import type { ExplainedPrediction } from '../../../shared/serving/predictions.ts'
import type { ReadRow } from '../../../shared/serving/input-rows.ts'
import type { ReleaseManifest } from '../../../shared/serving/release-manifest.ts'
import type { ScoreColumns } from '../../../shared/scoring/outputs.ts'

export interface OutputColumn {
  readonly name: string
  readonly kind: 'row' | 'number' | 'text'
}

/** null: the row is bad and was marked, or the model gave no number. */
export type OutputCell = number | string | null

/** The part of a batch that says what is written. */
export interface OutputWish {
  readonly manifest: Pick<ReleaseManifest, 'binding' | 'threshold'>
  readonly keep: readonly string[]
  readonly badRows: 'stop' | 'mark'
  /** For each prediction at most; 0 is none. */
  readonly reasons: number
}

/** Scores of the rows that have some, in their order, and what speaks for and against them. */
export interface ScoredRows {
  readonly columns: ScoreColumns
  /** By row: the output that is spoken of, and the strongest reasons first; null where none are asked for. */
  readonly explained: readonly { readonly reasonsFor: string; readonly reasons: readonly ReasonCode[] }[] | null
}

/** What is written of each reason, in the server's words; its direction is the sign of the contribution. */
const reasonParts = [
  ['column', 'text'],
  ['value', 'text'],
  ['contribution', 'number'],
  ['share', 'number'],
  ['words', 'text'],
] as const

export interface PendingRow {
  /** In the file, counted from 0. */
  readonly number: number
  /** Texts of the columns that are carried over. */
  readonly kept: readonly string[]
  /** null for a row that is marked. */
  readonly read: ReadRow | null
  readonly error: string
}

export function outputColumns({ manifest, keep, badRows, reasons }: OutputWish): OutputColumn[] {
  const { output } = manifest.binding
  const isNumber = givesOneNumber(output.task)
  const scores =
    output.score === null ? [] : isNumber ? ['prediction'] : output.classes.map((name) => `probability_${name}`)
  const text = (name: string): OutputColumn => ({ name, kind: 'text' })
  return [
    { name: 'row', kind: 'row' },
    ...keep.map(text),
    ...scores.map((name): OutputColumn => ({ name, kind: 'number' })),
    ...(isNumber ? [] : [text('predicted')]),
    ...(output.label === null ? [] : [text('model_label')]),
    ...(reasons === 0 ? [] : [text('reasons_for')]),
    ...Array.from({ length: reasons }, (_, k) =>
      reasonParts.map(([part, kind]): OutputColumn => ({ name: `reason_${k + 1}_${part}`, kind })),
    ).flat(),
    text('warnings'),
    ...(badRows === 'mark' ? [text('error')] : []),
  ]
}

/** @param scored null where no row has a score */
export function outputCells(
  { manifest, keep, badRows, reasons: most }: OutputWish,
  width: number,
  pending: readonly PendingRow[],
  scored: ScoredRows | null,
): OutputCell[][] {
  const { binding, threshold } = manifest
  const { output } = binding
  let at = 0
  return pending.map(({ number, kept, read, error }) => {
    const start = [number + 1, ...kept]
    if (!read) return [...start, ...new Array<null>(width - keep.length - 2).fill(null), error]
    const { columns, explained } = scored!
    const scores = rowScores(columns, at)
    const modelLabel = columns.labels?.[at] ?? null
    const prediction = predictionOf(scores, modelLabel, output, threshold, read.warnings)
    const why = explained?.[at]
    at++
    return [
      ...start,
      ...(scores ?? []).map((score) => (Number.isFinite(score) ? score : null)),
      ...(givesOneNumber(output.task) ? [] : [prediction.label]),
      ...(output.label === null ? [] : [modelLabel]),
      ...(why ? reasonCells(withReasons(prediction, why.reasonsFor, why.reasons), most) : []),
      read.warnings.map((warning) => `${warning.code} ${warning.column}`).join('; '),
      ...(badRows === 'mark' ? [''] : []),
    ]
  })
}

/** Of a prediction with fewer reasons than asked for the last ones are empty. */
function reasonCells({ reasonsFor, reasons }: ExplainedPrediction, most: number): OutputCell[] {
  return [
    reasonsFor,
    ...Array.from({ length: most }, (_, k) => reasonParts.map(([part]) => reasons[k]?.[part] ?? null)).flat(),
  ]
}
