/**
 * Three maps of what in a picture a score rests on. Each asks only for scores of the picture with pixels hidden: 0 shows
 * a pixel, 1 hides it behind the picture's mean colour, and values between mix the two.
 */
import { createRandom } from '../../statistics/random.ts'
import type { Random } from '../../statistics/random.ts'
import { permutationSampler } from '../sampling/samplers.ts'
import type { Segments } from './slic.ts'

/** @returns the score of each masked picture */
export type ScoresOf = (masks: readonly Float32Array[]) => Promise<Float64Array>

export interface Canvas {
  readonly width: number
  readonly height: number
  /** Score of the picture as it is. */
  readonly score: number
  readonly scoresOf: ScoresOf
  readonly seed: number
}

/** Patches along each side. */
const patchesAcross = 8

/** Masks that are held at once: those of a large picture would fill the memory. */
const together = 64

async function inBatches(
  count: number,
  maskOf: (k: number) => Float32Array,
  scoresOf: ScoresOf,
  take: (mask: Float32Array, score: number) => void,
): Promise<void> {
  for (let from = 0; from < count; from += together) {
    const masks = Array.from({ length: Math.min(together, count - from) }, (_, k) => maskOf(from + k))
    const scores = await scoresOf(masks)
    masks.forEach((mask, k) => take(mask, scores[k]!))
  }
}

/** Mean fall of the score over the patches that cover a pixel (Zeiler and Fergus 2014). */
export async function occlusionMap({ width, height, score, scoresOf }: Canvas): Promise<Float64Array> {
  const patch = Math.max(2, Math.round(Math.min(width, height) / patchesAcross))
  const step = Math.max(1, Math.floor(patch / 2))
  const across = Math.ceil(width / step) + 1
  const down = Math.ceil(height / step) + 1
  const maskOf = (k: number): Float32Array => {
    const [left, top] = [(k % across) * step - step, Math.floor(k / across) * step - step]
    const mask = new Float32Array(width * height)
    for (let y = Math.max(0, top); y < Math.min(height, top + patch); y++) {
      mask.fill(1, y * width + Math.max(0, left), y * width + Math.max(0, Math.min(width, left + patch)))
    }
    return mask
  }
  const sums = new Float64Array(width * height)
  const counts = new Float64Array(width * height)
  await inBatches(across * down, maskOf, scoresOf, (mask, without) => {
    mask.forEach((isHidden, pixel) => {
      if (isHidden === 0) return
      sums[pixel]! += score - without
      counts[pixel]!++
    })
  })
  return sums.map((sum, pixel) => (counts[pixel]! > 0 ? sum / counts[pixel]! : 0))
}

const riseMasks = 600
/** Cells of the coarse grid along the shorter side. */
const riseCells = 7

/**
 * RISE (Petsiuk et al. 2018): random smooth masks, and how much the score rises with how visible a pixel is: the slope of
 * the score on its visibility, which is RISE's weighted mean without what all pixels have in common.
 */
export async function riseMap({ width, height, scoresOf, seed }: Canvas): Promise<Float64Array> {
  const random = createRandom(seed)
  const shown = new Float64Array(width * height)
  const squares = new Float64Array(width * height)
  const together = new Float64Array(width * height)
  let total = 0
  await inBatches(
    riseMasks,
    () => smoothMask(width, height, random),
    scoresOf,
    (mask, score) => {
      total += score
      mask.forEach((hidden, pixel) => {
        const visible = 1 - hidden
        shown[pixel]! += visible
        squares[pixel]! += visible * visible
        together[pixel]! += visible * score
      })
    },
  )
  return together.map((sum, pixel) => {
    const spread = squares[pixel]! - shown[pixel]! ** 2 / riseMasks
    return spread > 1e-9 * riseMasks ? (sum - (shown[pixel]! * total) / riseMasks) / spread : 0
  })
}

/** A coarse grid of hidden and shown cells, moved at random and smoothed between cells. */
function smoothMask(width: number, height: number, random: Random): Float32Array {
  const cell = Math.min(width, height) / Math.min(riseCells, Math.min(width, height))
  const [across, down] = [Math.ceil(width / cell) + 2, Math.ceil(height / cell) + 2]
  const grid = Float32Array.from({ length: across * down }, () => (random.uniform() < 0.5 ? 1 : 0))
  const [dx, dy] = [random.uniform(), random.uniform()]
  const mask = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const v = y / cell + dy
    const [j, b] = [Math.floor(v), v - Math.floor(v)]
    for (let x = 0; x < width; x++) {
      const u = x / cell + dx
      const [i, a] = [Math.floor(u), u - Math.floor(u)]
      const at = j * across + i
      mask[y * width + x] =
        (1 - b) * ((1 - a) * grid[at]! + a * grid[at + 1]!) +
        b * ((1 - a) * grid[at + across]! + a * grid[at + across + 1]!)
    }
  }
  return mask
}

const leastSamples = 12
const mostSamples = 40
/** Largest standard error, as a share of what hiding everything changes. */
const errorShare = 0.02

/** Shapley values of the segments, each spread evenly over its pixels, so that the map adds up to what hiding all costs. */
export async function superpixelMap(canvas: Canvas, { of, count }: Segments): Promise<Float64Array> {
  const { score, scoresOf, seed } = canvas
  const maskOf = (shown: Uint8Array): Float32Array => Float32Array.from(of, (segment) => 1 - shown[segment]!)
  const [absent] = await scoresOf([maskOf(new Uint8Array(count))])
  const sizes = new Float64Array(count)
  for (const segment of of) sizes[segment]!++
  let values: Float64Array = Float64Array.of(score - absent!)
  if (count > 1) {
    const sampler = permutationSampler(count, 1, 1, createRandom(seed))
    for (let sample = 0; sample < mostSamples; sample++) {
      const mixtures = sampler.next()
      const scores = await scoresOf(mixtures.map(({ fromRow }) => maskOf(fromRow)))
      sampler.take(scores, Float64Array.of(score), Float64Array.of(absent!))
      const bound = errorShare * Math.abs(score - absent!)
      if (sample + 1 >= leastSamples && sampler.spread.standardErrors().every((error) => error <= bound)) break
    }
    values = sampler.spread.mean
  }
  return Float64Array.from(of, (segment) => values[segment]! / sizes[segment]!)
}

const curveSteps = 20

export interface PixelCurve {
  readonly share: number[]
  readonly score: number[]
  /** Mean over the order. */
  readonly area: number
}

/** The score while pixels are hidden in this order, or shown on a hidden picture. */
export async function pixelCurve(
  order: Uint32Array,
  kind: 'deletion' | 'insertion',
  scoresOf: ScoresOf,
): Promise<PixelCurve> {
  const share = Array.from({ length: curveSteps + 1 }, (_, k) => k / curveSteps)
  const masks = share.map((part) => {
    const mask = new Float32Array(order.length).fill(kind === 'deletion' ? 0 : 1)
    for (const pixel of order.subarray(0, Math.round(part * order.length))) mask[pixel] = kind === 'deletion' ? 1 : 0
    return mask
  })
  const score = Array.from(await scoresOf(masks))
  let area = 0
  for (let k = 0; k < curveSteps; k++) area += (score[k]! + score[k + 1]!) / 2 / curveSteps
  return { share, score, area }
}

/** Pixels in falling order of the map. */
export const byImportance = (map: Float64Array): Uint32Array =>
  Uint32Array.from({ length: map.length }, (_, k) => k).sort((a, b) => map[b]! - map[a]! || a - b)
