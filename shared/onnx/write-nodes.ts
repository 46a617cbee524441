/** Nodes and constants of a graph, written field by field as onnx.proto (ONNX 1.20) has them. */
import { dataTypes } from './element-types.ts'
import { joinBytes, writeInteger, writeMessage, writeText } from './wire.ts'

/** AttributeProto.AttributeType */
const attributeType = { float: 1, int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const

/** Numbers of fixed size are little-endian whatever the machine. */
function littleEndian(values: ArrayLike<number>, bytesEach: 4 | 8): Uint8Array {
  const bytes = new Uint8Array(values.length * bytesEach)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < values.length; at++) {
    if (bytesEach === 4) view.setFloat32(at * 4, values[at]!, true)
    else view.setFloat64(at * 8, values[at]!, true)
  }
  return bytes
}

/** AttributeProto { name = 1, i = 3, s = 4, floats = 7, ints = 8, strings = 9, type = 20 } */
export const attribute = {
  int: (name: string, value: number): Uint8Array =>
    joinBytes([writeText(1, name), writeInteger(3, value), writeInteger(20, attributeType.int)]),
  text: (name: string, value: string): Uint8Array =>
    joinBytes([writeText(1, name), writeText(4, value), writeInteger(20, attributeType.string)]),
  floats: (name: string, values: ArrayLike<number>): Uint8Array =>
    joinBytes([writeText(1, name), writeMessage(7, littleEndian(values, 4)), writeInteger(20, attributeType.floats)]),
  ints: (name: string, values: readonly number[]): Uint8Array =>
    joinBytes([
      writeText(1, name),
      ...values.map((value) => writeInteger(8, value)),
      writeInteger(20, attributeType.ints),
    ]),
  texts: (name: string, values: readonly string[]): Uint8Array =>
    joinBytes([
      writeText(1, name),
      ...values.map((value) => writeText(9, value)),
      writeInteger(20, attributeType.strings),
    ]),
}

/** A NodeProto as GraphProto.node (1): { input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7 } */
export function writeNode(node: {
  readonly opType: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly name: string
  readonly domain?: string
  /** AttributeProtos, as `attribute` writes them. */
  readonly attributes?: readonly Uint8Array[]
}): Uint8Array {
  return writeMessage(
    1,
    ...node.inputs.map((name) => writeText(1, name)),
    ...node.outputs.map((name) => writeText(2, name)),
    writeText(3, node.name),
    writeText(4, node.opType),
    ...(node.attributes ?? []).map((bytes) => writeMessage(5, bytes)),
    ...(node.domain ? [writeText(7, node.domain)] : []),
  )
}

/** A TensorProto as GraphProto.initializer (5): { dims = 1, data_type = 2, name = 8, raw_data = 9 } */
function writeTensor(name: string, dims: readonly number[], dataType: number, raw: Uint8Array): Uint8Array {
  return writeMessage(
    5,
    ...dims.map((dim) => writeInteger(1, dim)),
    writeInteger(2, dataType),
    writeText(8, name),
    writeMessage(9, raw),
  )
}

/** @param dims Empty for a scalar. */
export function writeDoubles(name: string, dims: readonly number[], values: ArrayLike<number>): Uint8Array {
  return writeTensor(name, dims, dataTypes.float64, littleEndian(values, 8))
}

export function writeFloats(name: string, dims: readonly number[], values: ArrayLike<number>): Uint8Array {
  return writeTensor(name, dims, dataTypes.float32, littleEndian(values, 4))
}

export function writeBytes(name: string, dims: readonly number[], values: Int8Array): Uint8Array {
  return writeTensor(name, dims, dataTypes.int8, new Uint8Array(values.buffer, values.byteOffset, values.length))
}

/** float16, each rounded to the nearest, ties to even (IEEE 754). @param values Up to 65504 in size. */
export function writeHalves(name: string, dims: readonly number[], values: Float32Array): Uint8Array {
  const raw = new Uint8Array(values.length * 2)
  const view = new DataView(raw.buffer)
  values.forEach((value, at) => view.setUint16(at * 2, halfBits(value), true))
  return writeTensor(name, dims, dataTypes.float16, raw)
}

/** The 16 bits of the float16 nearest to a number of at most 65504 in size; ties go to even. */
export function halfBits(value: number): number {
  const sign = Object.is(value, -0) || value < 0 ? 0x8000 : 0
  const size = Math.abs(value)
  // Below the smallest normal number, 2⁻¹⁴, steps are of 2⁻²⁴.
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size))
  const steps = size / 2 ** (exponent - 10)
  const whole = Math.floor(steps)
  const rest = steps - whole
  const rounded = rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole
  // Subnormal numbers have fewer than 1024 steps and an exponent field of 0; a carry goes into the exponent by itself.
  return sign + (exponent + 14) * 1024 + rounded
}

/** @param values Whole numbers that fit 53 bits; negative ones too. */
export function writeInt64s(name: string, dims: readonly number[], values: readonly number[]): Uint8Array {
  const raw = new Uint8Array(values.length * 8)
  const view = new DataView(raw.buffer)
  values.forEach((value, at) => view.setBigInt64(at * 8, BigInt(value), true))
  return writeTensor(name, dims, dataTypes.int64, raw)
}

/**
 * A float32 tensor of two dimensions as GraphProto.output (12).
 *
 * @param columns Size of the second dimension; the first, the batch, is left open.
 */
export function writeMatrixOutput(name: string, columns: number): Uint8Array {
  const shape = writeMessage(2, writeMessage(1), writeMessage(1, writeInteger(1, columns)))
  const type = writeMessage(1, writeInteger(1, dataTypes.float32), shape)
  return writeMessage(12, writeText(1, name), writeMessage(2, type))
}

/** OperatorSetIdProto as ModelProto.opset_import (8). */
export function writeOpset(domain: string, version: number): Uint8Array {
  return writeMessage(8, writeText(1, domain), writeInteger(2, version))
}

/** StringStringEntryProto as ModelProto.metadata_props (14). */
export function writeMetadata(key: string, value: string): Uint8Array {
  return writeMessage(14, writeText(1, key), writeText(2, value))
}
