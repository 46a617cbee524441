/** Rows of a dataset read into memory. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import { pick } from '../../../shared/explain/given-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { ColumnValues, StreamedColumn } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'

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
