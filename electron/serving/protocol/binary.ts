/** Tensors as bytes: row-major, little-endian; a text has its length in four bytes before it. */
import { Refusal } from './refusal.ts'
import { isLendable, takeMemory } from './memory.ts'
import { elementsOf } from './tensor.ts'
import type { Datatype, Tensor } from './tensor.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

export function bytesOf(tensor: Tensor): Buffer {
  const { data } = tensor
  if (!Array.isArray(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const parts: Buffer[] = []
  for (const text of data) {
    const body = Buffer.from(text, 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32LE(body.length)
    parts.push(length, body)
  }
  return Buffer.concat(parts)
}

/** @throws Refusal request/tensor-size, request/text */
export function tensorFromBytes(name: string, datatype: Datatype, dims: readonly number[], bytes: Uint8Array): Tensor {
  const elements = elementsOf(dims)
  if (datatype.array === null) return { type: datatype.type, data: textsFrom(name, bytes, elements), dims }
  const size = elements * datatype.array.BYTES_PER_ELEMENT
  if (bytes.length !== size) throw wrongSize(name, `${bytes.length} bytes, not the ${size} of its shape`)
  const data = viewOf(datatype.array, bytes, elements)
  if (datatype.name === 'BOOL') checkBooleans(name, data as Uint8Array)
  return { type: datatype.type, data, dims }
}

/** The bytes where they lie, if that can be lent and is at a multiple of the size; else a copy that is. */
function viewOf(array: NonNullable<Datatype['array']>, bytes: Uint8Array, elements: number) {
  if (isLendable(bytes.buffer) && bytes.byteOffset % array.BYTES_PER_ELEMENT === 0)
    return new array(bytes.buffer, bytes.byteOffset, elements)
  const copy = takeMemory(bytes.length)
  new Uint8Array(copy).set(bytes)
  return new array(copy, 0, elements)
}

export function textOf(name: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new Refusal('request/text', `The input "${name}" holds a text that is not UTF-8.`, 'Send UTF-8.')
  }
}

export function wrongSize(name: string, found: string): Refusal {
  return new Refusal(
    'request/tensor-size',
    `The input "${name}" holds ${found}.`,
    'Send as many values as the product of the shape.',
  )
}

/** ONNX Runtime takes any byte for a bool; 7 is neither. */
function checkBooleans(name: string, data: Uint8Array): void {
  if (data.some((value) => value > 1))
    throw new Refusal('request/value', `The input "${name}" holds a bool that is neither 0 nor 1.`, 'Send 0 or 1.')
}

function textsFrom(name: string, bytes: Uint8Array, elements: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const texts: string[] = []
  let at = 0
  while (at < bytes.length) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Infinity
    if (at + 4 + length > bytes.length) throw wrongSize(name, 'a text that is cut off')
    texts.push(textOf(name, bytes.subarray(at + 4, at + 4 + length)))
    at += 4 + length
    if (texts.length > elements) break
  }
  if (texts.length !== elements) throw wrongSize(name, `${texts.length} texts, not the ${elements} of its shape`)
  return texts
}
