import { deflateSync } from 'node:zlib'
import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import type { InputBinding } from '../../../shared/contract/model.ts'
import { pngSize, readPng } from '../../../shared/image/read-png.ts'
import { writeImage } from '../../../shared/scoring/image.ts'
import { pngChunk, pngHeader, pngOf } from '../../support/png.ts'

const palette = [
  [10, 20, 30],
  [40, 50, 60],
  [70, 80, 90],
] as const

describe('samples', () => {
  // The values are those of the standard's sample depth scaling, which Pillow gives too.
  it.each([
    [1, 0b10110000, [255, 0, 255, 255]],
    [2, 0b00011011, [0, 85, 170, 255]],
    [4, 0x0f, [0, 255]],
  ])('of %d bits in grey become eight, several to a byte', (depth, byte, values) => {
    const size = { width: values.length, height: 2, depth, colourType: 0 }
    const read = readPng(pngOf({ ...size, lines: Uint8Array.of(0, byte, 0, byte) }))
    expect(read).toMatchObject({ width: values.length, height: 2, channels: 1, depth: 8 })
    expect([...read.data]).toEqual([...values, ...values])
  })

  it.each([
    [2, 0b00011000],
    [4, 0x01],
  ])('of %d bits into a palette become colours', (depth, byte) => {
    const lines = depth === 2 ? Uint8Array.of(0, byte) : Uint8Array.of(0, byte, 0x20)
    const read = readPng(pngOf({ width: 3, height: 1, depth, colourType: 3, lines, palette }))
    expect(read).toMatchObject({ channels: 3, depth: 8 })
    expect([...read.data]).toEqual(palette.flat())
  })

  it('of colours are no places in a palette that only suggests colours', () => {
    const lines = Uint8Array.of(0, 1, 2, 3)
    const read = readPng(pngOf({ width: 1, height: 1, depth: 8, colourType: 2, lines, palette }))
    expect([...read.data]).toEqual([1, 2, 3])
  })

  it('of sixteen bits and with alpha stay as they are', () => {
    const deep = { width: 1, height: 1, data: Uint16Array.of(300, 65_535), channels: 2, depth: 16 } as const
    expect(readPng(encode(deep))).toEqual(deep)
  })
})

describe('an image that is not to be trusted', () => {
  const size = { width: 1, height: 1, depth: 8, colourType: 3 }
  const lines = Uint8Array.of(0, 7)
  const start = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

  it('is refused with the reason', () => {
    const good = pngOf({ ...size, lines: Uint8Array.of(0, 1), palette })
    expect([...readPng(good).data]).toEqual([40, 50, 60])
    expect(() => readPng(good.subarray(0, good.length - 20))).toThrow('cut off')
    expect(() => readPng(Uint8Array.of(1, 2, 3))).toThrow('no PNG')
    expect(() => readPng(pngOf({ ...size, lines, palette }))).toThrow('colour 7 of a palette of 3')
    expect(() => readPng(pngOf({ ...size, lines }))).toThrow('palette of 0')
    expect(() => readPng(pngOf({ ...size, colourType: 5, lines }))).toThrow('colour type is 5')
    expect(() => readPng(pngOf({ ...size, width: 100_000, height: 100_000, lines }))).toThrow('100000 × 100000 pixels')
    expect(() => readPng(pngOf({ ...size, more: [pngHeader({ ...size, width: 1e9 })], lines }))).toThrow('two headers')
    expect(() => readPng(pngOf({ ...size, depth: 4, interlaced: true, lines }))).toThrow('interlaced')
  })

  it('does not unpack to more than its pixels: neither they themselves nor a colour profile', () => {
    const zeros = deflateSync(new Uint8Array(64 * 1024 * 1024))
    const bomb = Buffer.concat([start, pngHeader(size), pngChunk('IDAT', zeros), pngChunk('IEND', new Uint8Array(0))])
    expect(() => readPng(bomb)).toThrow('more than its pixels')
    const profile = pngChunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), zeros]))
    const before = process.memoryUsage().arrayBuffers
    expect([...readPng(pngOf({ ...size, more: [profile], lines: Uint8Array.of(0, 0), palette })).data]).toEqual([
      10, 20, 30,
    ])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
  })

  it('is held against the size that the model wants before it is unpacked', () => {
    const binding = {
      kind: 'image',
      input: 'x',
      column: 'picture',
      width: 2,
      height: 2,
      channels: 3,
      layout: 'NCHW',
      scale: [1],
      offset: [0],
    } satisfies InputBinding
    const target = new Float32Array(12)
    const huge = pngOf({ ...size, width: 50_000, height: 50_000, lines })
    expect(pngSize(huge)).toMatchObject({ width: 50_000, height: 50_000 })
    expect(() => writeImage(huge, binding, 0, target, 0)).toThrow(
      expect.objectContaining({
        code: 'binding/image-size',
        where: expect.objectContaining({ width: 50_000, row: 1 }),
      }),
    )
    expect(() => writeImage(pngOf({ ...size, width: 2, height: 2, lines }), binding, 4, target, 0)).toThrow(
      expect.objectContaining({ code: 'dataset/image-unreadable' }),
    )
  })

  it('of one bit a pixel gives the model black and white', () => {
    const binding = {
      kind: 'image',
      input: 'x',
      column: 'picture',
      width: 3,
      height: 2,
      channels: 1,
      layout: 'NHWC',
      scale: [1 / 255],
      offset: [0],
    } satisfies InputBinding
    const target = new Float32Array(6)
    const lines = Uint8Array.of(0, 0b10100000, 0, 0b01000000)
    writeImage(pngOf({ width: 3, height: 2, depth: 1, colourType: 0, lines }), binding, 0, target, 0)
    expect([...target]).toEqual([1, 0, 1, 0, 1, 0])
  })
})
