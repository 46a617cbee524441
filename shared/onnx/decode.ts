/** Values of attributes and of small constant tensors, decoded when somebody asks for them. */
import { dataTypes } from './element-types.ts'
import type { OnnxNode, OnnxTensor } from './model.ts'
import { WireReader } from './wire.ts'

/** Class labels and scalars are short; a longer list is weights, and is not decoded. */
const maxValues = 100_000

function attributeReader(node: OnnxNode, name: string): WireReader | null {
  const attribute = node.attributes.find((candidate) => candidate.name === name)
  return attribute ? new WireReader(attribute.bytes) : null
}

/** AttributeProto.s (4); null where the node has no such attribute. */
export function textAttribute(node: OnnxNode, name: string): string | null {
  const reader = attributeReader(node, name)
  let text: string | null = null
  while (reader?.next()) if (reader.field === 4) text = reader.text()
  return text
}

/** AttributeProto.strings (9); empty where the node has no such attribute. */
export function textsAttribute(node: OnnxNode, name: string): string[] {
  const reader = attributeReader(node, name)
  const texts: string[] = []
  while (reader?.next() && texts.length < maxValues) if (reader.field === 9) texts.push(reader.text())
  return texts
}

/** AttributeProto.ints (8) as exact decimal texts; empty where the node has no such attribute. */
export function integersAttribute(node: OnnxNode, name: string): string[] {
  const reader = attributeReader(node, name)
  const integers: string[] = []
  while (reader?.next()) {
    if (reader.field !== 8) continue
    for (const value of reader.bigints()) {
      if (integers.length >= maxValues) return integers
      integers.push(String(value))
    }
  }
  return integers
}

/** True where the node has an AttributeProto of that name, whatever it holds. */
export function hasAttribute(node: OnnxNode, name: string): boolean {
  return node.attributes.some((attribute) => attribute.name === name)
}

/**
 * The values of a string, int32, int64, float32 or float64 tensor as texts; integers exactly.
 * null for another type, for external data and for more than 100,000 values.
 */
export function tensorTexts(tensor: OnnxTensor): string[] | null {
  const count = tensor.dims.reduce((product, dim) => product * dim, 1)
  if (tensor.external || !(count >= 0 && count <= maxValues)) return null
  const read = readers.get(tensor.dataType)
  if (!read) return null
  const texts: string[] = []
  for (const text of valuesOf(tensor, read)) {
    if (texts.length >= count) return null
    texts.push(text)
  }
  return texts.length === count ? texts : null
}

function* valuesOf(tensor: OnnxTensor, read: TensorReader): Generator<string> {
  const reader = new WireReader(tensor.bytes)
  while (reader.next()) {
    if (reader.field === rawDataField) yield* littleEndian(reader.content(), read)
    if (reader.field !== read.typedField) continue
    if (read.typed === 'text') yield reader.text()
    else if (read.typed === 'varint') for (const value of reader.bigints()) yield String(value)
    else yield* littleEndian(reader.fixedBytes(), read)
  }
}

const rawDataField = 9

interface TensorReader {
  /** Which of TensorProto's typed fields holds values of this type, and in which form. */
  readonly typedField: number
  readonly typed: 'text' | 'varint' | 'fixed'
  /** How raw_data holds them; it may not hold strings. */
  readonly raw: { readonly bytes: number; readonly get: (view: DataView, offset: number) => number | bigint } | null
}

const readers: ReadonlyMap<number, TensorReader> = new Map<number, TensorReader>([
  [
    dataTypes.float32,
    { typedField: 4, typed: 'fixed', raw: { bytes: 4, get: (view, offset) => view.getFloat32(offset, true) } },
  ],
  [
    dataTypes.int32,
    { typedField: 5, typed: 'varint', raw: { bytes: 4, get: (view, offset) => view.getInt32(offset, true) } },
  ],
  [dataTypes.string, { typedField: 6, typed: 'text', raw: null }],
  [
    dataTypes.int64,
    { typedField: 7, typed: 'varint', raw: { bytes: 8, get: (view, offset) => view.getBigInt64(offset, true) } },
  ],
  [
    dataTypes.float64,
    { typedField: 10, typed: 'fixed', raw: { bytes: 8, get: (view, offset) => view.getFloat64(offset, true) } },
  ],
])

/** raw_data is little-endian whatever the machine (onnx.proto), as are the fixed-size numbers of protobuf. */
function* littleEndian(bytes: Uint8Array, { raw }: TensorReader): Generator<string> {
  if (!raw) return
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let offset = 0; offset + raw.bytes <= bytes.length; offset += raw.bytes) yield String(raw.get(view, offset))
}
