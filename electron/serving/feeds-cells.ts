/** Tensors seen as the raw columns that the binding feeds into them: they are checked and watched like rows. */
import type { Binding } from '../../shared/contract/model.ts'
import type { Cell } from '../../shared/serving/cells.ts'
import type { InputColumn } from '../../shared/serving/release-manifest.ts'
import { elementsOf } from './protocol/tensor.ts'
import type { Feeds } from './model/messages.ts'

/** Values of one column: every `width`-th of the tensor's data, from `offset` on. */
export class TensorColumn {
  readonly column: InputColumn
  readonly data: ArrayLike<number | bigint | string>
  readonly width: number
  readonly offset: number
  readonly #missingText: string

  constructor(column: InputColumn, data: TensorColumn['data'], width: number, offset: number, missingText: string) {
    this.column = column
    this.data = data
    this.width = width
    this.offset = offset
    this.#missingText = missingText
  }

  /** A missing value is fed as NaN, or as the binding's text. */
  at(row: number): Cell {
    const value = this.data[row * this.width + this.offset]!
    return value === this.#missingText || value !== value ? null : value
  }
}

const columnsByName = new WeakMap<readonly InputColumn[], ReadonlyMap<string, InputColumn>>()

/** Looked up for every request. */
function byName(inputs: readonly InputColumn[]): ReadonlyMap<string, InputColumn> {
  const known = columnsByName.get(inputs) ?? new Map(inputs.map((column) => [column.name, column]))
  columnsByName.set(inputs, known)
  return known
}

/** Columns that tensors hold as they are; images, constants and 16-bit floats are left out. */
export function tensorColumns(feeds: Feeds, binding: Binding, inputs: readonly InputColumn[]): TensorColumn[] {
  const found = new Map<string, TensorColumn>()
  for (const input of binding.inputs) {
    const tensor = feeds[input.input]
    if (!tensor || tensor.type === 'float16') continue
    const names = input.kind === 'matrix' ? input.columns : input.kind === 'column' ? [input.column] : []
    const width = tensor.dims.length === 0 ? 1 : elementsOf(tensor.dims.slice(1))
    if (width !== names.length) continue
    const data = tensor.data as TensorColumn['data']
    names.forEach((name, offset) => {
      const column = byName(inputs).get(name)
      if (column && !found.has(name))
        found.set(name, new TensorColumn(column, data, width, offset, binding.missingText))
    })
  }
  return [...found.values()]
}

/**
 * Whether every value of a column of numbers lies where evaluated rows lay, and none is missing: then there is nothing
 * to say of any row, which is the common case and a few nanoseconds a value.
 */
export function isPlain({ column, data, width, offset }: TensorColumn, rows: number): boolean {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return false
  const low = column.minimum ?? -Infinity
  const high = column.maximum ?? Infinity
  for (let row = 0, at = offset; row < rows; row++, at += width) {
    const value = data[at]!
    // False for NaN as well.
    if (!(value >= low && value <= high)) return false
  }
  return true
}

/**
 * `isPlain` of all columns of one matrix at once, row by row: column by column its memory would be gone through once for
 * each of them. False where the columns are not one matrix.
 */
export function areAllPlain(columns: readonly TensorColumn[], rows: number): boolean {
  const data = columns[0]?.data
  const width = columns.length
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return false
  if (columns.some((entry, k) => entry.data !== data || entry.width !== width || entry.offset !== k)) return false
  const lows = Float64Array.from(columns, ({ column }) => column.minimum ?? -Infinity)
  const highs = Float64Array.from(columns, ({ column }) => column.maximum ?? Infinity)
  for (let row = 0, at = 0; row < rows; row++) {
    for (let k = 0; k < width; k++, at++) {
      const value = data[at]!
      if (!(value >= lows[k]! && value <= highs[k]!)) return false
    }
  }
  return true
}
