/** From columns of the dataset to the tensors of one batch, as the binding says. */
import { AssayError } from '../contract/errors.ts'
import type { Binding, InputBinding } from '../contract/model.ts'
import type { StreamedChunk, StreamedColumn } from './columns.ts'
import { writeImage } from './image.ts'
import { columnsOfInput } from './bound-columns.ts'
import { notWhole, outOfRange } from './whole-numbers.ts'

/** What is asked of a model's inputs: ONNX Runtime's session says it, in the scorer and in the container. */
export interface InputFacts {
  readonly inputNames: readonly string[]
  readonly inputMetadata: readonly (
    | { readonly name: string; readonly isTensor: false }
    | {
        readonly name: string
        readonly isTensor: true
        readonly type: string
        readonly shape: readonly (number | string)[]
      }
  )[]
}

export interface FeederOptions<T> {
  /** Makes a tensor of the runtime at hand. */
  readonly tensor: (type: string, data: TypedArray | BigInt64Array | BigUint64Array | string[], dims: number[]) => T
  /** An array for an input's numbers, of whatever content: every place is written. `newArray`, or one used before. */
  readonly array: (input: string, type: string, length: number) => TypedArray
}

interface BoundInput {
  readonly binding: InputBinding
  readonly type: string
  readonly shape: readonly (number | string)[]
  /** Places of the binding's columns in the streamed chunk. */
  readonly places: readonly number[]
}

export interface Feeder<T> {
  /** What to read from the dataset, in the order the chunks must have. */
  readonly columns: readonly StreamedColumn[]
  /** Tensors of rows [from, from + rows) of a chunk, padded with the last row up to `batch`. */
  build(chunk: StreamedChunk, from: number, rows: number, batch: number): Record<string, T>
  /** Missing texts replaced so far. */
  missingText(): number
}

const arrayOf: Record<string, { new (length: number): TypedArray } | undefined> = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
}
/** A fresh array for an element type other than int64, uint64 and string. */
export function newArray(_input: string, type: string, length: number): TypedArray {
  return new arrayOf[type]!(length)
}

export type TypedArray =
  Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array

/** How the data plane must deliver a column for an element type. */
function readAs(type: string): StreamedColumn['as'] {
  if (type === 'float32') return 'float'
  if (type === 'int64' || type === 'uint64') return 'bigint'
  if (type === 'string') return 'string'
  return 'double'
}

/**
 * @throws AssayError binding/no-such-input, binding/input-unbound, binding/width, binding/type
 */
export function makeFeeder<T>(session: InputFacts, binding: Binding, options: FeederOptions<T>): Feeder<T> {
  const columns: StreamedColumn[] = []
  const placeOf = new Map<string, number>()
  const place = (name: string, as: StreamedColumn['as']): number => {
    const key = `${as}:${name}`
    const known = placeOf.get(key)
    if (known !== undefined) return known
    columns.push({ name, as })
    placeOf.set(key, columns.length - 1)
    return columns.length - 1
  }
  const inputs: BoundInput[] = []
  for (const meta of session.inputMetadata) {
    if (!meta.isTensor) continue
    const bound = binding.inputs.find((input) => input.input === meta.name)
    if (!bound) {
      throw new AssayError({
        code: 'binding/input-unbound',
        message: `The model's input "${meta.name}" has no column.`,
        remedy: 'Bind it to a column or to a constant.',
        where: { input: meta.name },
      })
    }
    const type = String(meta.type)
    if (type !== 'string' && type !== 'int64' && type !== 'uint64' && !arrayOf[type]) {
      throw new AssayError({
        code: 'binding/type',
        message: `The input "${meta.name}" takes ${type}, which cannot be fed from a table.`,
        remedy: 'Export the model with float32, int64 or string inputs.',
        where: { input: meta.name, type },
      })
    }
    const as = bound.kind === 'image' ? 'blob' : readAs(type)
    const places = columnsOfInput(bound).map((name) => place(name, as))
    inputs.push({ binding: bound, type, shape: meta.shape, places })
  }
  for (const bound of binding.inputs) {
    if (!session.inputNames.includes(bound.input)) {
      throw new AssayError({
        code: 'binding/no-such-input',
        message: `The model has no input "${bound.input}". Its inputs are ${session.inputNames.join(', ')}.`,
        remedy: 'Correct the name in the binding.',
        where: { input: bound.input },
      })
    }
  }
  let missing = 0
  const build: Feeder<T>['build'] = (chunk, from, rows, batch) => {
    const feeds: Record<string, T> = {}
    for (const input of inputs) feeds[input.binding.input] = tensorOf(input, chunk, from, rows, batch)
    return feeds
  }

  function tensorOf(input: BoundInput, chunk: StreamedChunk, from: number, rows: number, batch: number): T {
    const { binding: bound, type, places } = input
    if (bound.kind === 'image') {
      const size = bound.width * bound.height * bound.channels
      const data = new Float32Array(batch * size)
      const blobs = chunk.columns[places[0]!] as Uint8Array[]
      for (let row = 0; row < batch; row++) {
        const source = from + Math.min(row, rows - 1)
        writeImage(blobs[source]!, bound, chunk.from + source, data, row * size)
      }
      const dims =
        bound.layout === 'NCHW'
          ? [batch, bound.channels, bound.height, bound.width]
          : [batch, bound.height, bound.width, bound.channels]
      return options.tensor('float32', data, dims)
    }
    const width = bound.kind === 'matrix' ? bound.columns.length : 1
    const dims = dimsFor(bound.input, input.shape, batch, width)
    if (type === 'string') {
      const data = new Array<string>(batch * width)
      for (let column = 0; column < width; column++) {
        const values = bound.kind === 'constant' ? null : (chunk.columns[places[column]!] as (string | null)[])
        for (let row = 0; row < batch; row++) {
          const value = values ? values[from + Math.min(row, rows - 1)]! : String((bound as { value: unknown }).value)
          if (value === null && row < rows) missing++
          data[row * width + column] = value ?? binding.missingText
        }
      }
      return options.tensor('string', data, dims)
    }
    if (type === 'int64' || type === 'uint64') {
      const data = type === 'int64' ? new BigInt64Array(batch * width) : new BigUint64Array(batch * width)
      for (let column = 0; column < width; column++) {
        const values = bound.kind === 'constant' ? null : (chunk.columns[places[column]!] as BigInt64Array)
        for (let row = 0; row < batch; row++) {
          const value = values
            ? values[from + Math.min(row, rows - 1)]!
            : BigInt((bound as { value: string | number }).value)
          data[row * width + column] = value
          // An unsigned array wraps what is below 0.
          if (data[row * width + column] !== value)
            throw outOfRange(value, chunk.from + from + row + 1, nameOf(bound, column), type)
        }
      }
      return options.tensor(type, data, dims)
    }
    const data = options.array(bound.input, type, batch * width)
    if (chunk.readNumbers && bound.kind !== 'constant') {
      chunk.readNumbers(places, from, rows, data as Float32Array)
      for (let row = rows; row < batch; row++) data.copyWithin(row * width, (rows - 1) * width, rows * width)
      return options.tensor(type, data, dims)
    }
    for (let column = 0; column < width; column++) {
      if (bound.kind === 'constant') {
        for (let row = 0; row < batch; row++) data[row * width + column] = Number(bound.value)
        continue
      }
      const values = chunk.columns[places[column]!] as Float32Array | Float64Array
      // The hot loop: column to row-major, no branch a value.
      for (let row = 0, at = column; row < rows; row++, at += width) data[at] = values[from + row]!
      for (let row = rows; row < batch; row++) data[row * width + column] = values[from + rows - 1]!
      if (type !== 'float32' && type !== 'float64')
        checkStored(input, column, values.subarray(from, from + rows), data, chunk.from + from)
    }
    return options.tensor(type, data, dims)
  }

  return { columns, build, missingText: () => missing }
}

function nameOf(bound: InputBinding, column: number): string {
  return bound.kind === 'matrix' ? bound.columns[column]! : bound.kind === 'column' ? bound.column : bound.input
}

/**
 * Integer inputs take no missing value, no fraction and nothing past their range: the array would change it in silence.
 * @param data what the input's array made of the values, one of every row's columns
 */
function checkStored(
  { binding, type }: BoundInput,
  column: number,
  values: Float32Array | Float64Array,
  data: TypedArray,
  firstRow: number,
): void {
  const width = binding.kind === 'matrix' ? binding.columns.length : 1
  const largest = type === 'bool' ? 1 : Infinity
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    if (data[row * width + column] === value && value <= largest) continue
    const refuse = Number.isInteger(value) ? outOfRange : notWhole
    throw refuse(value, firstRow + row + 1, nameOf(binding, column), type)
  }
}

/** The tensor's dimensions: the batch first, the columns spread over what the model declares after it. */
function dimsFor(name: string, shape: readonly (number | string)[], batch: number, width: number): number[] {
  if (shape.length === 0) return batch === 1 && width === 1 ? [] : [batch]
  if (shape.length === 1) {
    // [N]: one value a row; [C] with a fixed width: one row without a batch dimension.
    if (width === 1) return [batch]
    return [width]
  }
  const rest = shape.slice(1)
  const known = rest.reduce<number>((product, dim) => (typeof dim === 'number' && dim > 0 ? product * dim : product), 1)
  const open = rest.filter((dim) => typeof dim !== 'number' || dim <= 0).length
  if (open === 0 && known === width) return [batch, ...(rest as number[])]
  if (open > 0 && width % known === 0) {
    let left = width / known
    return [
      batch,
      ...rest.map((dim) => {
        if (typeof dim === 'number' && dim > 0) return dim
        const value = left
        left = 1
        return value
      }),
    ]
  }
  throw new AssayError({
    code: 'binding/width',
    message: `The input "${name}" takes ${known} values a row; ${width} columns are bound to it.`,
    remedy: 'Bind exactly the columns that the model was trained on, in their order.',
    where: { input: name, expected: known, actual: width },
  })
}
