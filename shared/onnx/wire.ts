/**
 * The protobuf wire format (https://protobuf.dev/programming-guides/encoding/): as much of it as ONNX files need, read
 * without copying. Every length is checked against the message around it before anything is done with it, so a hostile
 * file costs at most one pass over its bytes.
 */
import { AssayError } from '../contract/errors.ts'

/** Wire types. Groups (3 and 4) have been deprecated since before ONNX existed; no ONNX message has one. */
export const wireType = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const

/** One field's place in the file: its tag, the start of its content, and the byte after it. */
export interface FieldRange {
  readonly start: number
  readonly contentStart: number
  readonly end: number
}

// Neither the DOM's nor Node's types are loaded in this layer; both have these two.
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string }
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

/** Engines fail on strings of half a gigabyte; the longest metadata is a few megabytes. */
const longestText = 2 ** 26

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** UTF-8; U+FFFD where it is none. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** Steps through the fields of one message. After `next()` is true, the field's value can be read in its own type. */
export class WireReader {
  readonly bytes: Uint8Array
  readonly end: number
  /** True for the outermost message: there, a value that runs past the end means that the file was cut off. */
  readonly outermost: boolean
  field = 0
  type = 0
  #position: number
  #start = 0
  #contentStart = 0
  /** The last varint as two unsigned 32-bit halves: exact, and without a bigint for each tag. */
  #low = 0
  #high = 0

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, outermost = false) {
    this.bytes = bytes
    this.end = end
    this.outermost = outermost
    this.#position = start
  }

  /** @throws AssayError model/corrupt, model/truncated */
  next(): boolean {
    if (this.#position >= this.end) return false
    this.#start = this.#position
    this.#varint()
    this.type = this.#low & 7
    this.field = this.#low >>> 3
    if (this.field === 0 || this.#high !== 0) throw this.corrupt('a field number out of range')
    this.#contentStart = this.#position
    switch (this.type) {
      case wireType.varint:
        this.#varint()
        break
      case wireType.fixed64:
        this.#advance(8)
        break
      case wireType.fixed32:
        this.#advance(4)
        break
      case wireType.lengthDelimited: {
        this.#varint()
        const length = this.#high * 2 ** 32 + this.#low
        this.#contentStart = this.#position
        this.#advance(length)
        break
      }
      default:
        throw this.corrupt(`the wire type ${this.type}`)
    }
    return true
  }

  range(): FieldRange {
    return { start: this.#start, contentStart: this.#contentStart, end: this.#position }
  }

  /** An int32, int64 or enum. Beyond 2^53 the nearest number; `bigint()` is exact. */
  number(): number {
    this.#expect(wireType.varint)
    return (this.#high | 0) * 2 ** 32 + this.#low
  }

  bigint(): bigint {
    this.#expect(wireType.varint)
    return (BigInt(this.#high | 0) << 32n) | BigInt(this.#low)
  }

  /** A fixed-size number or several in their packed form, as their bytes. */
  fixedBytes(): Uint8Array {
    if (this.type === wireType.varint) throw this.corrupt('a varint instead of a number of fixed size')
    return this.bytes.subarray(this.#contentStart, this.#position)
  }

  /** A view of the content, not a copy. */
  content(): Uint8Array {
    this.#expect(wireType.lengthDelimited)
    return this.bytes.subarray(this.#contentStart, this.#position)
  }

  /** Not UTF-8 gives U+FFFD instead of an error, as proto2 strings are not checked by ONNX Runtime either. */
  text(): string {
    const bytes = this.content()
    if (bytes.length > longestText) throw this.corrupt(`a text of ${bytes.length} bytes`)
    return decodeText(bytes)
  }

  message(): WireReader {
    this.#expect(wireType.lengthDelimited)
    return new WireReader(this.bytes, this.#contentStart, this.#position)
  }

  /** A repeated int64 field: one value, or several in its packed form. Parsers must accept both. */
  *bigints(): Generator<bigint> {
    if (this.type !== wireType.lengthDelimited) {
      yield this.bigint()
      return
    }
    const packed = this.message()
    while (packed.#position < packed.end) {
      packed.#varint()
      yield (BigInt(packed.#high | 0) << 32n) | BigInt(packed.#low)
    }
  }

  /** How many numbers a repeated field holds here, one for each when it is not packed. */
  countNumbers(bytesEach: 4 | 8 | 'varint'): number {
    if (this.type !== wireType.lengthDelimited) return 1
    if (bytesEach !== 'varint') return (this.#position - this.#contentStart) / bytesEach
    let count = 0
    // The last byte of each varint has its top bit clear.
    for (let index = this.#contentStart; index < this.#position; index++) if (this.bytes[index]! < 0x80) count++
    return count
  }

  corrupt(what: string): AssayError {
    return new AssayError({
      code: 'model/corrupt',
      message: `The file is damaged: byte ${this.#start} begins ${what}, which no ONNX model has there.`,
      remedy: 'Copy or download the file again, or export the model again.',
      where: { byte: this.#start },
    })
  }

  #expect(type: number): void {
    if (this.type !== type) throw this.corrupt(`field ${this.field} with the wire type ${this.type} instead of ${type}`)
  }

  #advance(length: number): void {
    if (length > this.end - this.#position) throw this.#overrun(length - (this.end - this.#position))
    this.#position += length
  }

  #overrun(missing: number): AssayError {
    if (!this.outermost) return this.corrupt('a field that is longer than the message around it')
    return new AssayError({
      code: 'model/truncated',
      message: `The file ends after ${this.end} bytes, at least ${missing} ${missing === 1 ? 'byte' : 'bytes'} too early.`,
      remedy: 'The download or copy was cut off. Copy it again.',
      where: { bytes: this.end, missing },
    })
  }

  #varint(): void {
    let low = 0
    let high = 0
    for (let index = 0; index < 10; index++) {
      if (this.#position >= this.end) throw this.#overrun(1)
      const byte = this.bytes[this.#position++]!
      const bits = byte & 0x7f
      if (index < 4) low |= bits << (7 * index)
      else if (index === 4) {
        low |= bits << 28
        high |= bits >>> 4
      } else high |= bits << (7 * index - 32)
      if (byte < 0x80) {
        this.#low = low >>> 0
        this.#high = high >>> 0
        return
      }
    }
    throw this.corrupt('a varint of more than ten bytes')
  }
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return bytes
}

/** One behind the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let position = 0
  for (const part of parts) {
    joined.set(part, position)
    position += part.length
  }
  return joined
}

/** @param value a safe integer of 0 or more */
export function writeInteger(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(field * 8 + wireType.varint), ...varint(value)])
}

/** A field that holds a message: its tag, its length, its parts. */
export function writeMessage(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const head = Uint8Array.from([...varint(field * 8 + wireType.lengthDelimited), ...varint(length)])
  return joinBytes([head, ...parts])
}

/** A field that holds a text. */
export function writeText(field: number, text: string): Uint8Array {
  return writeMessage(field, encoder.encode(text))
}

/** Puts `bytes` in the place of what lies from `start` up to `end`. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly bytes: Uint8Array
}

/** The bytes from `start` up to `end` with the edits made; all else stays as it is. Edits must not overlap. */
export function splice(bytes: Uint8Array, start: number, end: number, edits: readonly Edit[]): Uint8Array {
  const parts: Uint8Array[] = []
  let position = start
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(position, edit.start), edit.bytes)
    position = edit.end
  }
  parts.push(bytes.subarray(position, end))
  return joinBytes(parts)
}
