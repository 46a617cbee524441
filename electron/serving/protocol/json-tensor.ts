/** Tensors as JSON numbers, texts and booleans, flat or nested. */
import { Refusal } from './refusal.ts'
import { wrongSize } from './binary.ts'
import { elementsOf } from './tensor.ts'
import type { Datatype, Tensor } from './tensor.ts'

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  INT8: [-128, 127],
  INT16: [-32_768, 32_767],
  INT32: [-2_147_483_648, 2_147_483_647],
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  UINT8: [0, 255],
  UINT16: [0, 65_535],
  UINT32: [0, 4_294_967_295],
  UINT64: [0, Number.MAX_SAFE_INTEGER],
}

function wrongValue(name: string, datatype: Datatype, value: unknown): Refusal {
  // What is nested may be too deep to be written, or too large.
  const isNested = typeof value === 'object' && value !== null
  const shown = isNested ? (Array.isArray(value) ? 'a list' : 'an object') : JSON.stringify(value).slice(0, 60)
  const large = typeof value === 'number' && (datatype.name === 'INT64' || datatype.name === 'UINT64')
  return new Refusal(
    'request/value',
    `The input "${name}" takes ${datatype.name}; ${shown} is none.`,
    large ? 'Whole numbers past 2^53 are sent in the binary extension.' : 'Send values of the datatype.',
  )
}

/** @param data flat, or nested as the shape says; row-major either way */
export function tensorFromJson(name: string, datatype: Datatype, dims: readonly number[], data: unknown): Tensor {
  if (!Array.isArray(data))
    throw new Refusal('request/data', `The input "${name}" has no list of data.`, 'Send "data", or binary data.')
  if (datatype.name === 'FP16')
    throw new Refusal('request/value', `FP16 of "${name}" is not written in JSON.`, 'Use the binary extension.')
  const elements = elementsOf(dims)
  const flat = data.some(Array.isArray) ? flattened(name, data, dims) : data
  if (flat.length !== elements) throw wrongSize(name, `${flat.length} values, not the ${elements} of its shape`)
  return { type: datatype.type, data: converted(name, datatype, flat), dims }
}

/** Lists as deep as the shape; a list of another length anywhere is an error. */
function flattened(name: string, data: readonly unknown[], dims: readonly number[]): unknown[] {
  const into: unknown[] = []
  const walk = (value: unknown, depth: number): void => {
    if (depth === dims.length) {
      into.push(value)
      return
    }
    if (!Array.isArray(value) || value.length !== dims[depth])
      throw wrongSize(name, `lists that are not of the shape [${dims.join(', ')}]`)
    for (const part of value) walk(part, depth + 1)
  }
  walk(data, 0)
  return into
}

function converted(name: string, datatype: Datatype, values: readonly unknown[]): Tensor['data'] {
  if (datatype.array === null) {
    const wrong = values.findIndex((value) => typeof value !== 'string')
    if (wrong >= 0) throw wrongValue(name, datatype, values[wrong])
    return values as string[]
  }
  const into = new datatype.array(values.length)
  if (datatype.name === 'BOOL') {
    values.forEach((value, k) => {
      if (typeof value !== 'boolean') throw wrongValue(name, datatype, value)
      into[k] = value ? 1 : 0
    })
    return into
  }
  const range = ranges[datatype.name]
  for (let k = 0; k < values.length; k++) {
    const value = values[k]
    // JSON has no NaN: a missing number is null here, as it is in answers.
    if (value === null && !range) {
      into[k] = NaN
      continue
    }
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongValue(name, datatype, value)
    if (range && (!Number.isInteger(value) || value < range[0] || value > range[1]))
      throw wrongValue(name, datatype, value)
    if (into instanceof BigInt64Array || into instanceof BigUint64Array) into[k] = BigInt(value)
    else into[k] = value
  }
  return into
}

/** Node 21 and later: a number written with its own digits. */
const { rawJSON } = JSON as unknown as { rawJSON(digits: string): unknown }

/** What JSON.stringify takes for each value. Numbers that JSON has not (NaN, infinities) become null. */
export function jsonValues(tensor: Tensor): unknown[] {
  const { data, type } = tensor
  if (Array.isArray(data)) return data
  if (type === 'bool') return Array.from(data as Uint8Array, (value) => value === 1)
  if (type === 'float16') return Array.from(data as Uint16Array, halfValue)
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return Array.from(data as BigInt64Array, (value) => {
      const number = Number(value)
      return Number.isSafeInteger(number) ? number : rawJSON(String(value))
    })
  }
  return Array.from(data as Float32Array)
}

/** IEEE 754 binary16. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
