/** Numbers that describe one PNG image, and itself made small. */
import { readPng } from '../../image/read-png.ts'
import type { Picture } from '../../image/read-png.ts'

/** Cells a side of the small picture. */
const grid = 8
export const imageMeasures = [
  { name: 'width', definition: 'Pixels across.' },
  { name: 'height', definition: 'Pixels down.' },
  { name: 'brightness', definition: 'Mean luma (ITU-R BT.601) of the pixels, from 0 to 1.' },
  { name: 'contrast', definition: 'Standard deviation of the pixels’ luma.' },
  { name: 'sharpness', definition: 'Mean absolute difference of the luma of neighbouring pixels.' },
  { name: 'share of red', definition: 'Mean of the red channel by the sum of the three means.' },
  { name: 'share of green', definition: 'Mean of the green channel by the sum of the three means.' },
  { name: 'share of blue', definition: 'Mean of the blue channel by the sum of the three means.' },
] as const
/** Measures that a picture without colours does not have. */
export const colourMeasures = [5, 6, 7] as const
/** Numbers of one image: the measures, then the luma of 8 × 8 cells, row by row. */
export const imageNumbers = imageMeasures.length + grid * grid

/**
 * @param bytes Of a PNG file.
 * @returns `imageNumbers` numbers, Infinity where a measure is not defined; null where it cannot be decoded
 */
export function measureImage(bytes: Uint8Array): Float64Array | null {
  try {
    return measure(readPng(bytes))
  } catch {
    return null
  }
}

function measure({ width, height, data, channels, depth }: Picture): Float64Array | null {
  const pixels = width * height
  if (pixels === 0) return null
  const most = depth === 16 ? 65_535 : 255
  const isColoured = channels >= 3
  const luma = new Float32Array(pixels)
  const means = [0, 0, 0]
  for (let pixel = 0, at = 0; pixel < pixels; pixel++, at += channels) {
    const red = data[at]! / most
    const green = isColoured ? data[at + 1]! / most : red
    const blue = isColoured ? data[at + 2]! / most : red
    means[0]! += red
    means[1]! += green
    means[2]! += blue
    luma[pixel] = 0.299 * red + 0.587 * green + 0.114 * blue
  }
  const out = new Float64Array(imageNumbers)
  const brightness = luma.reduce((sum, value) => sum + value, 0) / pixels
  const squares = luma.reduce((sum, value) => sum + (value - brightness) ** 2, 0)
  const total = means[0]! + means[1]! + means[2]!
  const shares = means.map((mean) => (isColoured && total > 0 ? mean / total : Infinity))
  out.set([width, height, brightness, Math.sqrt(squares / pixels), roughness(luma, width, height), ...shares])
  shrink(luma, width, height, out.subarray(imageMeasures.length))
  return out
}

function roughness(luma: Float32Array, width: number, height: number): number {
  let sum = 0
  let pairs = 0
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (x > 0) sum += Math.abs(luma[at]! - luma[at - 1]!)
      if (y > 0) sum += Math.abs(luma[at]! - luma[at - width]!)
      pairs += (x > 0 ? 1 : 0) + (y > 0 ? 1 : 0)
    }
  }
  return pairs === 0 ? 0 : sum / pairs
}

/** Mean luma of each cell; a side shorter than the grid gives its pixels to several cells. */
function shrink(luma: Float32Array, width: number, height: number, out: Float64Array): void {
  const edge = (cell: number, size: number): number => Math.floor((cell * size) / grid)
  for (let row = 0; row < grid; row++) {
    const top = edge(row, height)
    const bottom = Math.max(top + 1, edge(row + 1, height))
    for (let column = 0; column < grid; column++) {
      const left = edge(column, width)
      const right = Math.max(left + 1, edge(column + 1, width))
      let sum = 0
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += luma[y * width + x]!
      out[row * grid + column] = sum / ((bottom - top) * (right - left))
    }
  }
}
