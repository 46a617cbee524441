/** What a batch writes of each row: its number, columns that are carried over, scores, the class, and what was unusual. */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import { predictionOf, rowScores } from '../../../shared/serving/predictions.ts'
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
}

export interface PendingRow {
  /** In the file, counted from 0. */
  readonly number: number
  /** Texts of the columns that are carried over. */
  readonly kept: readonly string[]
  /** null for a row that is marked. */
  readonly read: ReadRow | null
  readonly error: string
}

export function outputColumns({ manifest, keep, badRows }: OutputWish): OutputColumn[] {
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
    text('warnings'),
    ...(badRows === 'mark' ? [text('error')] : []),
  ]
}

/** @param scored the scores of the rows that have some, in their order; null where none has */
export function outputCells(
  { manifest, keep, badRows }: OutputWish,
  width: number,
  pending: readonly PendingRow[],
  scored: ScoreColumns | null,
): OutputCell[][] {
  const { binding, threshold } = manifest
  const { output } = binding
  let at = 0
  return pending.map(({ number, kept, read, error }) => {
    const start = [number + 1, ...kept]
    if (!read) return [...start, ...new Array<null>(width - keep.length - 2).fill(null), error]
    const scores = rowScores(scored!, at)
    const modelLabel = scored!.labels?.[at] ?? null
    const prediction = predictionOf(scores, modelLabel, output, threshold, read.warnings)
    at++
    return [
      ...start,
      ...(scores ?? []).map((score) => (Number.isFinite(score) ? score : null)),
      ...(givesOneNumber(output.task) ? [] : [prediction.label]),
      ...(output.label === null ? [] : [modelLabel]),
      read.warnings.map((warning) => `${warning.code} ${warning.column}`).join('; '),
      ...(badRows === 'mark' ? [''] : []),
    ]
  })
}
