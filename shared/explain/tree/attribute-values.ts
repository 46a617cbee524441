/** Long lists of numbers in a node's attributes, as typed arrays: a forest has millions. */
import { dataTypes } from '../../onnx/element-types.ts'
import type { OnnxNode } from '../../onnx/model.ts'
import { WireReader } from '../../onnx/wire.ts'

function bytesOf(node: OnnxNode, name: string): Uint8Array | null {
  return node.attributes.find((attribute) => attribute.name === name)?.bytes ?? null
}

/** AttributeProto.i (3); null where the node has no such attribute. */
export function integerOf(node: OnnxNode, name: string): number | null {
  const bytes = bytesOf(node, name)
  if (!bytes) return null
  const reader = new WireReader(bytes)
  // An integer of 0 may be left out of the message.
  let value = 0
  while (reader.next()) if (reader.field === 3) value = reader.number()
  return value
}

/** AttributeProto.f (2); null where the node has no such attribute. */
export function floatOf(node: OnnxNode, name: string): number | null {
  const bytes = bytesOf(node, name)
  if (!bytes) return null
  const reader = new WireReader(bytes)
  let value = 0
  while (reader.next()) if (reader.field === 2) [value] = [...littleEndian(reader.fixedBytes(), 4)] as [number]
  return value
}

/** AttributeProto.ints (8); empty where the node has no such attribute. */
export function integersOf(node: OnnxNode, name: string): Int32Array {
  const bytes = bytesOf(node, name)
  if (!bytes) return new Int32Array(0)
  let count = 0
  for (const reader = new WireReader(bytes); reader.next();) {
    if (reader.field === 8) count += reader.countNumbers('varint')
  }
  const values = new Int32Array(count)
  let at = 0
  for (const reader = new WireReader(bytes); reader.next();) {
    if (reader.field !== 8) continue
    if (reader.type === 0) values[at++] = reader.number()
    else for (const value of reader.bigints()) values[at++] = Number(value)
  }
  return values
}

/** AttributeProto.floats (7), each a float32 number; empty where the node has no such attribute. */
export function floatsOf(node: OnnxNode, name: string): Float64Array {
  const bytes = bytesOf(node, name)
  if (!bytes) return new Float64Array(0)
  let count = 0
  for (const reader = new WireReader(bytes); reader.next();) if (reader.field === 7) count += reader.countNumbers(4)
  const values = new Float64Array(count)
  let at = 0
  for (const reader = new WireReader(bytes); reader.next();) {
    if (reader.field !== 7) continue
    for (const value of littleEndian(reader.fixedBytes(), 4)) values[at++] = value
  }
  return values
}

/** AttributeProto.strings (9), each turned into a number by `code`; empty where the node has no such attribute. */
export function codesOf(node: OnnxNode, name: string, code: (text: string) => number): Uint8Array {
  const bytes = bytesOf(node, name)
  if (!bytes) return new Uint8Array(0)
  const codes: number[] = []
  for (const reader = new WireReader(bytes); reader.next();) if (reader.field === 9) codes.push(code(reader.text()))
  return Uint8Array.from(codes)
}

/** The numbers of a tensor attribute (float32, float64, int64, int32 or uint8); null where there is none of that kind. */
export function tensorOf(node: OnnxNode, name: string): { values: Float64Array; wide: boolean } | null {
  const tensor = node.attributes.find((attribute) => attribute.name === name)?.tensors[0]
  if (!tensor || tensor.external) return null
  return { values: tensorNumbers(tensor.bytes, tensor.dataType), wide: tensor.dataType === dataTypes.float64 }
}

const rawWidth: Readonly<Record<number, number>> = { 1: 4, 2: 1, 3: 1, 6: 4, 7: 8, 11: 8 }

/** The numbers of a TensorProto. @param bytes the message itself */
export function tensorNumbers(bytes: Uint8Array, dataType: number): Float64Array {
  const values: number[] = []
  for (const reader = new WireReader(bytes); reader.next();) {
    if (reader.field === 9) {
      const content = reader.content()
      const width = rawWidth[dataType] ?? 0
      if (width === 0) continue
      const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
      for (let at = 0; at + width <= content.length; at += width) values.push(readRaw(view, at, dataType))
    } else if (reader.field === 4) for (const value of littleEndian(reader.fixedBytes(), 4)) values.push(value)
    else if (reader.field === 10) for (const value of littleEndian(reader.fixedBytes(), 8)) values.push(value)
    else if (reader.field === 5 || reader.field === 7) for (const value of reader.bigints()) values.push(Number(value))
  }
  return Float64Array.from(values)
}

function readRaw(view: DataView, at: number, dataType: number): number {
  switch (dataType) {
    case 1:
      return view.getFloat32(at, true)
    case 11:
      return view.getFloat64(at, true)
    case 6:
      return view.getInt32(at, true)
    case 7:
      return Number(view.getBigInt64(at, true))
    case 3:
      return view.getInt8(at)
    default:
      return view.getUint8(at)
  }
}

function* littleEndian(bytes: Uint8Array, width: 4 | 8): Generator<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + width <= bytes.length; at += width) {
    yield width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true)
  }
}
