/**
 * Reads PNG images (ISO/IEC 15948:2004) of files and requests that nobody vouches for. What an image would take is known
 * from its header before anything is unpacked, and only the chunks that pixels are made of are looked at: a colour profile
 * of a few bytes may unpack to gigabytes.
 */
import { decode } from 'fast-png'
import { joinBytes } from '../onnx/wire.ts'

export interface Picture {
  readonly width: number
  readonly height: number
  /** Samples a pixel: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha. */
  readonly channels: number
  /** Bits of a sample, which goes from 0 to 255 or to 65,535. */
  readonly depth: 8 | 16
  /** Row by row, the samples of a pixel beside each other. */
  readonly data: Uint8Array | Uint16Array
}

interface Header {
  readonly width: number
  readonly height: number
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number
  readonly colourType: number
  readonly interlaced: boolean
}

interface Chunk {
  readonly type: string
  readonly length: number
  /** With its length, type and checksum. */
  readonly bytes: Uint8Array
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const headerLength = 13
const palettes = 3
/** Samples a pixel by colour type. */
const samplesOf: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [palettes, 1],
  [4, 2],
  [6, 4],
])
const pixelsAtMost = 64e6

function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isPng = bytes.length >= 33 && signature.every((byte, at) => bytes[at] === byte)
  if (!isPng || view.getUint32(8) !== headerLength || view.getUint32(12) !== 0x49484452) throw new Error('it is no PNG')
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: bytes[24]!,
    colourType: bytes[25]!,
    interlaced: bytes[28] !== 0,
  }
}

/** Those after the header. */
function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = signature.length + 12 + headerLength; at < bytes.length;) {
    const length = at + 8 <= bytes.length ? view.getUint32(at) : Infinity
    const end = at + 12 + length
    if (end > bytes.length) throw new Error('it is cut off')
    yield { type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), length, bytes: bytes.subarray(at, end) }
    at = end
  }
}

/** Header, palette and pixels alone. Packed pixels that are more than an encoder ever makes of them are refused. */
function pixelsAlone(bytes: Uint8Array, { width, height, depth }: Header, samples: number): Uint8Array {
  const line = Math.ceil((width * samples * depth) / 8)
  // Nine bits for a byte is what fixed Huffman codes take at the most; the rest is for blocks and interlaced lines.
  const mostPacked = (9 / 8) * line * height + 16 * height + 1024
  const parts = [bytes.subarray(0, signature.length + 12 + headerLength)]
  let packed = 0
  for (const { type, length, bytes: chunk } of chunksOf(bytes)) {
    if (type === 'IHDR') throw new Error('it has two headers')
    if (type === 'IDAT') packed += length
    if (type === 'IDAT' || type === 'PLTE' || type === 'IEND') parts.push(chunk)
    if (packed > mostPacked) throw new Error('it holds more than its pixels')
    if (type === 'IEND') break
  }
  return joinBytes(parts)
}

/**
 * Width and height in pixels, without unpacking anything.
 * @throws Error saying why it is no PNG
 */
export function pngSize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  return readHeader(bytes)
}

/**
 * Decodes an image: a palette becomes colours, samples of fewer than eight bits become eight (ISO/IEC 15948, 13.12).
 * Transparency that is not a channel of its own is left out.
 * @throws Error saying why it cannot be decoded
 */
export function readPng(bytes: Uint8Array): Picture {
  const header = readHeader(bytes)
  const { width, height, depth, colourType, interlaced } = header
  const samples = samplesOf.get(colourType)
  if (samples === undefined) throw new Error(`its colour type is ${colourType}`)
  if (width * height > pixelsAtMost) throw new Error(`it has ${width} × ${height} pixels`)
  if (interlaced && depth < 8) throw new Error('it is interlaced with fewer than eight bits a sample')
  const { data, palette } = decode(pixelsAlone(bytes, header, samples))
  const shown = { width, height, channels: samples, depth: depth === 16 ? 16 : 8 } as const
  if (colourType === palettes) {
    const places = depth < 8 ? unpacked(data, header, samples, 1) : data
    return { ...shown, channels: 3, data: coloured(places, palette ?? []) }
  }
  return { ...shown, data: depth < 8 ? unpacked(data, header, samples, 255 / (2 ** depth - 1)) : (data as Uint8Array) }
}

/** Samples of fewer than eight bits come several a byte, each line from a new one. */
function unpacked(
  data: ArrayLike<number>,
  { width, height, depth }: Header,
  samples: number,
  scale: number,
): Uint8Array {
  const line = width * samples
  const bytes = Math.ceil((line * depth) / 8)
  const out = new Uint8Array(line * height)
  for (let at = 0; at < out.length; at++) {
    const bit = (at % line) * depth
    const byte = data[Math.floor(at / line) * bytes + (bit >> 3)]!
    out[at] = ((byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)) * scale
  }
  return out
}

function coloured(places: ArrayLike<number>, palette: readonly (readonly number[])[]): Uint8Array {
  const out = new Uint8Array(places.length * 3)
  for (let pixel = 0; pixel < places.length; pixel++) {
    const colour = palette[places[pixel]!]
    if (!colour) throw new Error(`a pixel has colour ${places[pixel]!} of a palette of ${palette.length}`)
    for (let channel = 0; channel < 3; channel++) out[pixel * 3 + channel] = colour[channel]!
  }
  return out
}
