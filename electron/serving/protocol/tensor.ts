/** Tensors as the runtime holds them, and the protocol's names for their types. */

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[]

/** Row-major. float16 is kept as its bits in a Uint16Array, bool as 0 and 1 in a Uint8Array. */
export interface Tensor {
  /** ONNX's name of the element type. */
  readonly type: string
  readonly data: TensorData
  readonly dims: readonly number[]
}

interface TypedArrayClass {
  readonly BYTES_PER_ELEMENT: number
  new (length: number): Exclude<TensorData, string[]>
  new (buffer: ArrayBufferLike, offset: number, length: number): Exclude<TensorData, string[]>
}

export interface Datatype {
  /** As the protocol writes it. */
  readonly name: string
  /** As ONNX Runtime writes it. */
  readonly type: string
  /** null for texts. */
  readonly array: TypedArrayClass | null
}

const all: readonly Datatype[] = [
  { name: 'BOOL', type: 'bool', array: Uint8Array as unknown as TypedArrayClass },
  { name: 'INT8', type: 'int8', array: Int8Array as unknown as TypedArrayClass },
  { name: 'INT16', type: 'int16', array: Int16Array as unknown as TypedArrayClass },
  { name: 'INT32', type: 'int32', array: Int32Array as unknown as TypedArrayClass },
  { name: 'INT64', type: 'int64', array: BigInt64Array as unknown as TypedArrayClass },
  { name: 'UINT8', type: 'uint8', array: Uint8Array as unknown as TypedArrayClass },
  { name: 'UINT16', type: 'uint16', array: Uint16Array as unknown as TypedArrayClass },
  { name: 'UINT32', type: 'uint32', array: Uint32Array as unknown as TypedArrayClass },
  { name: 'UINT64', type: 'uint64', array: BigUint64Array as unknown as TypedArrayClass },
  { name: 'FP16', type: 'float16', array: Uint16Array as unknown as TypedArrayClass },
  { name: 'FP32', type: 'float32', array: Float32Array as unknown as TypedArrayClass },
  { name: 'FP64', type: 'float64', array: Float64Array as unknown as TypedArrayClass },
  { name: 'BYTES', type: 'string', array: null },
]

const byName = new Map(all.map((datatype) => [datatype.name, datatype]))
const byType = new Map(all.map((datatype) => [datatype.type, datatype]))

export const datatypeNamed = (name: string): Datatype | undefined => byName.get(name)
/** undefined for types that the protocol does not have, such as complex numbers. */
export const datatypeOf = (type: string): Datatype | undefined => byType.get(type)

export function elementsOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1)
}
