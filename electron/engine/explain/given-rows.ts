/** Rows held in memory as the scorer takes them, to be mixed and changed: coalitions, shuffled columns, what-if rows. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Binding, ModelVersion } from '../../../shared/contract/model.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { ColumnValues, StreamedColumn } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'

export interface GivenRows {
  readonly rows: number
  readonly columns: readonly GivenColumn[]
  /** Numbers of the rows in their dataset. */
  readonly numbers: Float64Array
}

/** As the scorer's feeder reads each bound column; an input of float32 and one of text may share a column. */
export function fedColumns(version: ModelVersion, binding: Binding): StreamedColumn[] {
  const columns: StreamedColumn[] = []
  for (const input of binding.inputs) {
    if (input.kind === 'constant') continue
    const type = version.inputs.find((entry) => entry.name === input.input)?.elementType ?? 'float32'
    const as: StreamedColumn['as'] =
      input.kind === 'image'
        ? 'blob'
        : type === 'float32'
          ? 'float'
          : type === 'int64' || type === 'uint64'
            ? 'bigint'
            : type === 'string'
              ? 'string'
              : 'double'
    for (const name of input.kind === 'matrix' ? input.columns : [input.column]) {
      if (!columns.some((column) => column.name === name && column.as === as)) columns.push({ name, as })
    }
  }
  return columns
}

/** An array of the same kind with the values at these places. */
export function pick(values: ColumnValues, places: ArrayLike<number>): ColumnValues {
  if (Array.isArray(values)) return Array.from(places, (place) => values[place]!) as ColumnValues
  const Kind = values.constructor as new (length: number) => Float64Array
  const out = new Kind(places.length)
  for (let k = 0; k < places.length; k++) out[k] = (values as Float64Array)[places[k]!]!
  return out
}

export function pickRows(given: GivenRows, places: ArrayLike<number>): GivenRows {
  return {
    rows: places.length,
    columns: given.columns.map((column) => ({ ...column, values: pick(column.values, places) })),
    numbers: Float64Array.from(places, (place) => given.numbers[place]!),
  }
}

const chunkRows = 16_384

/** At most `most` rows of a dataset, evenly spaced. */
export async function readEvenly(
  engine: Engine,
  dataset: Dataset,
  columns: readonly StreamedColumn[],
  most: number,
): Promise<GivenRows> {
  const step = Math.max(1, Math.ceil(dataset.rows / most))
  const wanted = Math.ceil(dataset.rows / step)
  const parts: ColumnValues[][] = columns.map(() => [])
  const numbers = new Float64Array(wanted)
  let rows = 0
  const stream = streamColumns({
    reader: await openReader(),
    parquetPath: engine.workspace.files.path(dataset.data.sha256),
    columns,
    from: 0,
    chunkRows,
  })
  for await (const chunk of stream) {
    const first = (step - (chunk.from % step)) % step
    const places: number[] = []
    for (let row = first; row < chunk.rows; row += step) places.push(row)
    places.forEach((place) => (numbers[rows++] = chunk.from + place))
    chunk.columns.forEach((values, k) => parts[k]!.push(pick(values, places)))
  }
  return {
    rows,
    numbers: numbers.subarray(0, rows),
    columns: columns.map((column, k) => ({ ...column, values: join(parts[k]!, rows) })),
  }
}

function join(parts: readonly ColumnValues[], rows: number): ColumnValues {
  const [first] = parts
  if (!first || Array.isArray(first)) return (parts as (string | null)[][]).flat()
  const Kind = first.constructor as new (length: number) => Float64Array
  const out = new Kind(rows)
  let at = 0
  for (const part of parts) {
    out.set(part as Float64Array, at)
    at += (part as Float64Array).length
  }
  return out
}

/** One row. @throws AssayError explain/no-such-row */
export async function readRow(
  engine: Engine,
  dataset: Dataset,
  columns: readonly StreamedColumn[],
  row: number,
): Promise<GivenRows> {
  if (row >= dataset.rows) {
    throw new AssayError({
      code: 'explain/no-such-row',
      message: `There is no row ${row + 1}; "${dataset.name}" has ${dataset.rows}.`,
      remedy: 'Rows are counted from 1 in the window and on the command line.',
      where: { row: row + 1, rows: dataset.rows },
    })
  }
  const stream = streamColumns({
    reader: await openReader(),
    parquetPath: engine.workspace.files.path(dataset.data.sha256),
    columns,
    from: row,
    chunkRows: 1,
  })
  const first = await stream.next()
  await stream.return(undefined)
  if (first.done) throw new Error(`Row ${row} of ${dataset.rows} could not be read`)
  return {
    rows: 1,
    numbers: Float64Array.of(row),
    columns: columns.map((column, k) => ({ ...column, values: first.value.columns[k]! })),
  }
}
