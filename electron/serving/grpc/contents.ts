/** Tensors as gRPC carries them: typed lists, or raw bytes. */
import { textOf, wrongSize } from '../protocol/binary.ts'
import { Refusal } from '../protocol/refusal.ts'
import { elementsOf } from '../protocol/tensor.ts'
import type { Datatype, Tensor } from '../protocol/tensor.ts'

/** As the loader gives it: absent lists are absent, 64-bit numbers are texts. */
export interface Contents {
  readonly bool_contents?: readonly boolean[]
  readonly int_contents?: readonly number[]
  readonly int64_contents?: readonly string[]
  readonly uint_contents?: readonly number[]
  readonly uint64_contents?: readonly string[]
  readonly fp32_contents?: readonly number[]
  readonly fp64_contents?: readonly number[]
  readonly bytes_contents?: readonly Uint8Array[]
}

const fieldOf: Readonly<Record<string, keyof Contents>> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
}

/** @throws Refusal request/* */
export function tensorFromContents(
  name: string,
  datatype: Datatype,
  dims: readonly number[],
  contents: Contents | null | undefined,
): Tensor {
  const field = fieldOf[datatype.name]
  if (!field)
    throw new Refusal(
      'request/value',
      `${datatype.name} of "${name}" has no typed contents.`,
      'Send raw_input_contents.',
    )
  const values = (contents?.[field] ?? []) as readonly unknown[]
  const elements = elementsOf(dims)
  if (values.length !== elements)
    throw wrongSize(name, `${values.length} values in ${field}, not the ${elements} of its shape`)
  if (datatype.array === null) {
    const data = (values as readonly Uint8Array[]).map((bytes) => textOf(name, bytes))
    return { type: datatype.type, data, dims }
  }
  const data = new datatype.array(elements)
  for (let k = 0; k < elements; k++) {
    const value = values[k] as number | string | boolean
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[k] = BigInt(value)
    else {
      data[k] = Number(value)
      // The list's type is wider than INT8 and its like: what does not fit would be cut off in silence.
      if (field !== 'fp32_contents' && field !== 'fp64_contents' && data[k] !== Number(value))
        throw new Refusal(
          'request/value',
          `The input "${name}" takes ${datatype.name}; ${value} is none.`,
          'Send values of it.',
        )
    }
  }
  return { type: datatype.type, data, dims }
}

/** null for FP16, which has no typed list: it is always raw. */
export function contentsOf(datatype: Datatype, tensor: Tensor): Contents | null {
  const field = fieldOf[datatype.name]
  if (!field) return null
  const { data } = tensor
  if (Array.isArray(data)) return { bytes_contents: data.map((text) => Buffer.from(text, 'utf8')) }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return { [field]: Array.from(data as BigInt64Array, String) }
  if (datatype.name === 'BOOL') return { bool_contents: Array.from(data as Uint8Array, (value) => value === 1) }
  return { [field]: Array.from(data as Float32Array) }
}
