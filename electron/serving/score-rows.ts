/** Raw rows through the model, by the binding: the one way for requests and for files. */
import { AssayError } from '../../shared/contract/errors.ts'
import type { ColumnValues, StreamedColumn } from '../../shared/scoring/columns.ts'
import { makeFeeder, newArray } from '../../shared/scoring/feeds.ts'
import type { Feeder } from '../../shared/scoring/feeds.ts'
import { makeScoreColumns, readOutputs } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { CellError } from '../../shared/serving/cells.ts'
import { columnValues } from '../../shared/serving/input-rows.ts'
import type { ReadRow } from '../../shared/serving/input-rows.ts'
import type { InputColumn, ReleaseManifest } from '../../shared/serving/release-manifest.ts'
import type { Feeds } from './model/messages.ts'
import type { Model } from './model/model.ts'
import { Refusal } from './protocol/refusal.ts'
import type { Problem } from './protocol/refusal.ts'
import type { Tensor } from './protocol/tensor.ts'

/** Runs feeds of so many rows and answers with the outputs named. */
export type Run = (feeds: Feeds, rows: number, fetches: readonly string[]) => Promise<Feeds>

export class RowScorer {
  /** Outputs that the binding reads. */
  readonly fetches: readonly string[]
  readonly #manifest: ReleaseManifest
  readonly #feeder: Feeder<Tensor>
  readonly #wide: boolean

  /** @throws AssayError binding/* where the binding does not fit the model */
  constructor(manifest: ReleaseManifest, model: Pick<Model, 'inputs' | 'outputs'>) {
    const { output } = manifest.binding
    this.#manifest = manifest
    this.fetches = [...new Set([...(output.score ?? []), ...(output.label === null ? [] : [output.label])])]
    this.#feeder = makeFeeder(
      {
        inputNames: model.inputs.map((input) => input.name),
        inputMetadata: model.inputs.map((input) => ({ ...input, isTensor: true as const })),
      },
      manifest.binding,
      {
        tensor: (type, data, dims) => ({ type, data, dims }),
        // Runs wait side by side: each needs its own.
        array: newArray,
      },
    )
    const scores = new Set(output.score ?? [])
    this.#wide = model.outputs.some((entry) => scores.has(entry.name) && entry.type !== 'float32')
  }

  makeColumns(rows: number): ScoreColumns {
    return makeScoreColumns(this.#manifest.binding.output, rows, this.#wide)
  }

  /** @throws Refusal input/*, binding/*; and what `run` throws */
  async score(read: readonly ReadRow[], run: Run): Promise<ScoreColumns> {
    const { output, fixedBatch } = this.#manifest.binding
    const chunk = {
      rows: read.length,
      from: 0,
      columns: readColumns(this.#manifest.inputs, this.#feeder.columns, read),
    }
    const columns = this.makeColumns(read.length)
    const step = fixedBatch ?? read.length
    for (let from = 0; from < read.length; from += step) {
      const rows = Math.min(step, read.length - from)
      const outputs = await run(this.#build(chunk, from, rows, step), step, this.fetches)
      readOutputs(outputs, output, rows, step, columns, from)
    }
    return columns
  }

  #build(chunk: Parameters<Feeder<Tensor>['build']>[0], from: number, rows: number, batch: number): Feeds {
    try {
      return this.#feeder.build(chunk, from, rows, batch)
    } catch (error) {
      // The binding's own checks: an image of another size, a fraction where whole numbers are wanted.
      if (error instanceof AssayError) throw new Refusal(error.code, error.message, error.remedy)
      throw error
    }
  }
}

/** The columns as they are fed. @throws Refusal input/* */
export function readColumns(
  inputs: readonly InputColumn[],
  wanted: readonly StreamedColumn[],
  read: readonly ReadRow[],
): ColumnValues[] {
  return wanted.map(({ name, as }) => {
    const at = inputs.findIndex((column) => column.name === name)
    try {
      return columnValues(
        inputs[at]!,
        as,
        read.map((row) => row.cells[at]!),
      )
    } catch (error) {
      if (error instanceof CellError) throw refusedRows([error.problem])
      throw error
    }
  })
}

/** Whoever sends a file wants to mend it once; more than these nobody reads. */
export const mostProblems = 100

export function refusedRows(problems: readonly Problem[]): Refusal {
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return new Refusal(
    first!.code,
    `${first!.row === undefined ? '' : `Row ${first!.row}: `}${first!.message}${more}`,
    'Send the columns as /openapi.json describes them.',
    { problems: problems.slice(0, mostProblems) },
  )
}
