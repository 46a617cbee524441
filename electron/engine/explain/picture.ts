/**
 * What in a picture a score rests on: three maps, and for each whether hiding pixels in its order lowers the score faster
 * than a random order does, and showing them raises it faster (Petsiuk et al. 2018).
 */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ImageMap, ImageRow } from '../../../shared/contract/explain-image.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { pick } from '../../../shared/explain/given-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { makeMasker } from '../../../shared/explain/image/masked-picture.ts'
import {
  byImportance,
  occlusionMap,
  pixelCurve,
  riseMap,
  superpixelMap,
} from '../../../shared/explain/image/saliency.ts'
import type { Canvas, PixelCurve, ScoresOf } from '../../../shared/explain/image/saliency.ts'
import { slic } from '../../../shared/explain/image/slic.ts'
import { rounded } from '../../../shared/explain/mean-metric.ts'
import { readPng } from '../../../shared/image/read-png.ts'
import type { Picture } from '../../../shared/image/read-png.ts'
import { correlationMetrics } from '../../../shared/metrics/correlation.ts'
import { createRandom, shuffledIndices } from '../../../shared/statistics/random.ts'
import { chooseScore } from './choose-score.ts'
import type { Predictor } from './predictor.ts'
import type { Subject } from './subject.ts'

const wantedSegments = 24
/** Of the masked pictures of one message. */
const messageBytes = 32e6

export interface ExplainedPicture {
  readonly found: ImageRow
  readonly picture: Picture
}

/** @throws AssayError explain/no-image, explain/no-such-class, dataset/image-unreadable */
export async function explainPicture(
  subject: Subject,
  predictor: Predictor,
  given: GivenRows,
  className: string | null,
  seed: number,
): Promise<ExplainedPicture> {
  const bound = subject.binding.inputs.find((input) => input.kind === 'image')
  if (!bound) {
    throw new AssayError({
      code: 'explain/no-image',
      message: 'This model takes no image.',
      remedy: 'Explain its columns instead: assay explain RUN.',
    })
  }
  const picture = readPicture(given, bound.column)
  const { width, height } = picture
  const { place, name, score } = chooseScore(subject, await predictor.predictAll(given.columns, 1), className)
  const maskOf = makeMasker(picture)
  const together = Math.max(1, Math.floor(messageBytes / picture.data.byteLength))
  let scored = 0
  const scoresOf: ScoresOf = async (masks) => {
    const scores = new Float64Array(masks.length)
    for (let from = 0; from < masks.length; from += together) {
      const some = masks.slice(from, from + together)
      const made = withImages(given, bound.column, some.map(maskOf))
      scores.set((await predictor.predictAll(made, some.length))[place]!, from)
    }
    scored += masks.length
    return scores
  }
  const canvas: Canvas = { width, height, score, scoresOf, seed }
  const scale = picture.depth === 16 ? 1 / 257 : 1
  const colours = Float64Array.from(picture.data, (value) => value * scale)
  const segments = slic(colours, width, height, picture.channels, wantedSegments)
  const made = [
    { method: 'occlusion', map: await occlusionMap(canvas) },
    { method: 'rise', map: await riseMap(canvas) },
    { method: 'superpixels', map: await superpixelMap(canvas, segments) },
  ] as const
  const maps: ImageMap[] = []
  for (const { method, map } of made) {
    const order = byImportance(map)
    maps.push({
      method,
      map: Array.from(map, rounded),
      deletion: roundCurve(await pixelCurve(order, 'deletion', scoresOf)),
      insertion: roundCurve(await pixelCurve(order, 'insertion', scoresOf)),
    })
  }
  const chance = Uint32Array.from(shuffledIndices(width * height, createRandom(seed)))
  const random = {
    deletion: roundCurve(await pixelCurve(chance, 'deletion', scoresOf)),
    insertion: roundCurve(await pixelCurve(chance, 'insertion', scoresOf)),
  }
  return {
    picture,
    found: {
      row: given.numbers[0]!,
      className: name,
      width,
      height,
      score: rounded(score),
      maps,
      random,
      agreement: made.flatMap((a, k) =>
        made.slice(k + 1).map((b) => {
          const rank = correlationMetrics(a.map, b.map)['spearman_rho']!.value
          return { a: a.method, b: b.method, rank: rank === null ? null : rounded(rank) }
        }),
      ),
      segments: segments.count,
      scored,
    },
  }
}

function readPicture(given: GivenRows, column: string): Picture {
  try {
    return readPng(given.columns.find((entry) => entry.name === column)!.values[0] as Uint8Array)
  } catch (error) {
    throw new AssayError({
      code: 'dataset/image-unreadable',
      message: `The image of row ${given.numbers[0]! + 1} cannot be decoded: ${(error as Error).message}`,
      remedy: 'Choose another row, or replace that image and import the dataset again.',
      where: { row: given.numbers[0]! + 1, column },
    })
  }
}

const roundCurve = ({ share, score, area }: PixelCurve): PixelCurve => ({
  share,
  score: score.map(rounded),
  area: rounded(area),
})

function withImages(given: GivenRows, name: string, blobs: Uint8Array[]): GivenColumn[] {
  const places = new Uint8Array(blobs.length)
  return given.columns.map((column): GivenColumn => ({
    ...column,
    values: column.name === name ? blobs : pick(column.values, places),
  }))
}
