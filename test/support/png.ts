/** PNG images byte by byte, in forms that fast-png does not write. */
import { crc32, deflateSync } from 'node:zlib'

export interface PngForm {
  readonly width: number
  readonly height: number
  /** Bits of a sample. */
  readonly depth: number
  /** 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha. */
  readonly colourType: number
  /** Lines as they are packed, each with the number of its filter before it. */
  readonly lines: Uint8Array
  readonly palette?: readonly (readonly [number, number, number])[]
  readonly interlaced?: boolean
  /** Chunks between the header and the pixels. */
  readonly more?: readonly Uint8Array[]
}

export function pngChunk(type: string, content: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type), content])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(content.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

export function pngHeader({
  width,
  height,
  depth,
  colourType,
  interlaced = false,
}: Omit<PngForm, 'lines'>): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8)
  return pngChunk('IHDR', header)
}

export function pngOf(form: PngForm): Uint8Array {
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngHeader(form),
    ...(form.palette ? [pngChunk('PLTE', Uint8Array.from(form.palette.flat()))] : []),
    ...(form.more ?? []),
    pngChunk('IDAT', deflateSync(form.lines)),
    pngChunk('IEND', new Uint8Array(0)),
  ])
}
