/** Rows held in memory as a model takes them, to be mixed and changed: coalitions, shuffled columns, what-if rows. */
import type { Binding } from '../contract/model.ts'
import type { GivenColumn } from '../contract/scorer-messages.ts'
import type { ColumnValues, StreamedColumn } from '../scoring/columns.ts'

export interface GivenRows {
  readonly rows: number
  readonly columns: readonly GivenColumn[]
  /** Numbers of the rows in their dataset. */
  readonly numbers: Float64Array
}

/** As the scorer's feeder reads each bound column; an input of float32 and one of text may share a column. */
export function fedColumns(
  version: { readonly inputs: readonly { readonly name: string; readonly elementType: string | null }[] },
  binding: Binding,
): StreamedColumn[] {
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
