/** Superpixels and maps of pictures on a picture whose score is known. */
import { decode, encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { makeMasker } from '../../../shared/explain/image/masked-picture.ts'
import {
  byImportance,
  occlusionMap,
  pixelCurve,
  riseMap,
  superpixelMap,
} from '../../../shared/explain/image/saliency.ts'
import type { Canvas, ScoresOf } from '../../../shared/explain/image/saliency.ts'
import { slic } from '../../../shared/explain/image/slic.ts'
import { readPng } from '../../../shared/image/read-png.ts'

const width = 24
const height = 16
/** A bright square on a dark ground. */
const inSquare = (pixel: number): boolean => {
  const [x, y] = [pixel % width, Math.floor(pixel / width)]
  return x >= 14 && x < 20 && y >= 4 && y < 10
}
const pixels = Uint8Array.from({ length: width * height }, (_, pixel) => (inSquare(pixel) ? 230 : 20))

describe('superpixels', () => {
  const { of, count } = slic(pixels, width, height, 1, 24)
  it('cover the picture in connected pieces, about as many as wanted', () => {
    expect(count).toBeGreaterThan(12)
    expect(count).toBeLessThan(40)
    expect(new Set(of).size).toBe(count)
    for (let segment = 0; segment < count; segment++) {
      const members = [...of.keys()].filter((pixel) => of[pixel] === segment)
      const reached = new Set([members[0]!])
      const stack = [members[0]!]
      while (stack.length > 0) {
        const pixel = stack.pop()!
        const x = pixel % width
        for (const next of [x > 0 ? pixel - 1 : -1, x < width - 1 ? pixel + 1 : -1, pixel - width, pixel + width]) {
          if (next < 0 || next >= of.length || of[next] !== segment || reached.has(next)) continue
          reached.add(next)
          stack.push(next)
        }
      }
      expect(reached.size).toBe(members.length)
    }
  })
  it('do not cross the edge of the square', () => {
    let across = 0
    for (let segment = 0; segment < count; segment++) {
      const members = [...of.keys()].filter((pixel) => of[pixel] === segment)
      const inside = members.filter(inSquare).length
      across += Math.min(inside, members.length - inside)
    }
    expect(across).toBe(0)
  })
})

describe('maps', () => {
  /** The score is how much of the square is visible, and half as much against the lower left corner. */
  const corner = (pixel: number): boolean => pixel % width < 4 && Math.floor(pixel / width) >= 12
  const scoresOf: ScoresOf = async (masks) =>
    Float64Array.from(masks, (mask) => {
      let score = 0
      mask.forEach((hidden, pixel) => {
        if (inSquare(pixel)) score += (1 - hidden) / 36
        if (corner(pixel)) score -= (1 - hidden) / 32
      })
      return score
    })
  const canvas: Canvas = { width, height, score: 0.5, scoresOf, seed: 3 }
  const segments = slic(pixels, width, height, 1, 24)

  it.each([
    ['occlusion', () => occlusionMap(canvas), 0.4],
    ['RISE', () => riseMap(canvas), 0.4],
    ['superpixels', () => superpixelMap(canvas, segments), 0.9],
  ] as const)('%s finds the square, and what speaks against it', async (_, make, least) => {
    const map = await make()
    const order = byImportance(map)
    const top = [...order.subarray(0, 36)].filter(inSquare).length / 36
    expect(top).toBeGreaterThan(least)
    const last = [...order.subarray(order.length - 16)].filter(corner).length / 16
    expect(last).toBeGreaterThan(0.2)
    const falls = await pixelCurve(order, 'deletion', scoresOf)
    const rises = await pixelCurve(order, 'insertion', scoresOf)
    expect(falls.score[0]).toBeCloseTo(0.5, 6)
    expect(rises.score.at(-1)).toBeCloseTo(0.5, 6)
    expect(falls.area).toBeLessThan(0.1)
    expect(rises.area).toBeGreaterThan(0.5)
  })

  it('superpixels add up to what hiding everything changes: exactly, as the score is additive', async () => {
    const map = await superpixelMap(canvas, segments)
    expect(map.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0.5, 10)
  })
})

describe('masked pictures', () => {
  it('hide pixels behind the mean colour, also of 16 bits', () => {
    const rgb = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 101, 101, 101])
    const masked = makeMasker(readPng(encode({ width: 2, height: 2, data: rgb, channels: 3, depth: 8 })))
    const half = decode(masked(Float32Array.of(1, 0, 0.5, 0)))
    expect([...half.data]).toEqual([89, 89, 89, 0, 255, 0, 45, 45, 172, 101, 101, 101])
    const deep = readPng(encode({ width: 2, height: 1, data: Uint16Array.of(0, 65_535), channels: 1, depth: 16 }))
    expect([...decode(makeMasker(deep)(Float32Array.of(1, 0))).data]).toEqual([32_768, 65_535])
  })
})
