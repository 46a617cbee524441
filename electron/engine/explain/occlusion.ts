/**
 * What in a picture the score rests on: patches are greyed one after another, and each pixel is given the mean fall of the
 * score over the patches that cover it (Zeiler and Fergus 2014). The deletion curve says whether that is true: greying
 * the most important pixels first must lower the score faster than a random order does (Petsiuk et al. 2018).
 */
import { decode, encode } from 'fast-png'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Occlusion } from '../../../shared/contract/explain.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Engine } from '../engine.ts'
import { pick } from '../../../shared/explain/given-rows.ts'
import { readRow } from './read-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { withLocalSession } from './local-session.ts'
import { rounded } from '../../../shared/explain/mean-metric.ts'

/** Patches along each side. */
const patchesAcross = 8
const curveSteps = 20
const seed = 20_240_229

type Picture = ReturnType<typeof decode>

/** @throws AssayError explain/no-image, explain/no-such-class, explain/no-such-row */
export async function occlude(engine: Engine, id: RunId, row: number, className: string | null): Promise<Occlusion> {
  return withLocalSession(engine, id, async ({ subject, columns, predictor }) => {
    const bound = subject.binding.inputs.find((input) => input.kind === 'image')
    if (!bound) {
      throw new AssayError({
        code: 'explain/no-image',
        message: 'This model takes no image.',
        remedy: 'Explain its columns instead: assay explain RUN.',
      })
    }
    const given = await readRow(engine, subject.dataset, columns, row)
    const picture = decode(given.columns.find((column) => column.name === bound.column)!.values[0] as Uint8Array)
    const { width, height } = picture
    const before = await predictor.predictAll(given.columns, 1)
    const { output } = subject.binding
    const names = output.task === 'regression' ? ['prediction'] : output.classes
    const largest = before.reduce((best, column, k) => (column[0]! > before[best]![0]! ? k : best), 0)
    const place = className === null ? largest : names.indexOf(className)
    if (place < 0) {
      throw new AssayError({
        code: 'explain/no-such-class',
        message: `The model has no class "${className}".`,
        remedy: `Its classes are ${names.slice(0, 20).join(', ')}.`,
        where: { class: className },
      })
    }
    const score = before[place]![0]!
    const scoresOf = async (masks: readonly Uint8Array[]): Promise<Float64Array> => {
      const blobs = masks.map((mask) => encode(greyed(picture, mask)))
      const made = withImages(given, bound.column, blobs)
      return (await predictor.predictAll(made, masks.length))[place]!
    }
    const patch = Math.max(2, Math.round(Math.min(width, height) / patchesAcross))
    const map = await occlusionMap(width, height, patch, score, scoresOf)
    const byImportance = Uint32Array.from({ length: width * height }, (_, k) => k).sort((a, b) => map[b]! - map[a]!)
    const random = createRandom(seed)
    const keys = Float64Array.from(byImportance, () => random.uniform())
    const byChance = Uint32Array.from({ length: width * height }, (_, k) => k).sort((a, b) => keys[a]! - keys[b]!)
    const deletion = await deletionCurve(byImportance, scoresOf)
    return {
      row,
      className: names[place]!,
      width,
      height,
      map: Array.from(map, rounded),
      score: rounded(score),
      patch,
      deletion,
      randomArea: (await deletionCurve(byChance, scoresOf)).area,
    }
  })
}

async function occlusionMap(
  width: number,
  height: number,
  patch: number,
  score: number,
  scoresOf: (masks: readonly Uint8Array[]) => Promise<Float64Array>,
): Promise<Float64Array> {
  const step = Math.max(1, Math.floor(patch / 2))
  const masks: Uint8Array[] = []
  for (let top = -step; top < height; top += step) {
    for (let left = -step; left < width; left += step) {
      const mask = new Uint8Array(width * height)
      for (let y = Math.max(0, top); y < Math.min(height, top + patch); y++) {
        mask.fill(1, y * width + Math.max(0, left), y * width + Math.min(width, left + patch))
      }
      masks.push(mask)
    }
  }
  const scores = await scoresOf(masks)
  const sums = new Float64Array(width * height)
  const counts = new Float64Array(width * height)
  masks.forEach((mask, k) => {
    mask.forEach((isHidden, pixel) => {
      if (isHidden === 0) return
      sums[pixel]! += score - scores[k]!
      counts[pixel]!++
    })
  })
  return sums.map((sum, pixel) => (counts[pixel]! > 0 ? sum / counts[pixel]! : 0))
}

async function deletionCurve(
  order: Uint32Array,
  scoresOf: (masks: readonly Uint8Array[]) => Promise<Float64Array>,
): Promise<Occlusion['deletion']> {
  const share = Array.from({ length: curveSteps + 1 }, (_, k) => k / curveSteps)
  const masks = share.map((part) => {
    const mask = new Uint8Array(order.length)
    for (const pixel of order.subarray(0, Math.round(part * order.length))) mask[pixel] = 1
    return mask
  })
  const scores = await scoresOf(masks)
  let area = 0
  for (let k = 0; k < curveSteps; k++) area += (scores[k]! + scores[k + 1]!) / 2 / curveSteps
  return { share, score: Array.from(scores, rounded), area: rounded(area) }
}

/** The picture with the masked pixels at its own mean, channel by channel. */
function greyed(picture: Picture, mask: Uint8Array): Parameters<typeof encode>[0] {
  const { width, height, channels, depth } = picture
  const palette = picture.palette
  const from = palette ? expand(picture) : picture.data
  const step = palette ? 3 : channels
  const data = from.slice() as Uint8Array
  for (let channel = 0; channel < step; channel++) {
    let sum = 0
    for (let at = channel; at < from.length; at += step) sum += from[at]!
    const mean = Math.round(sum / (width * height))
    mask.forEach((isHidden, pixel) => {
      if (isHidden === 1) data[pixel * step + channel] = mean
    })
  }
  return { width, height, data, channels: step, depth: palette ? 8 : depth } as Parameters<typeof encode>[0]
}

function expand({ data, palette, width, height }: Picture): Uint8Array {
  const out = new Uint8Array(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const colour = palette![data[pixel]!]!
    for (let channel = 0; channel < 3; channel++) out[pixel * 3 + channel] = colour[channel]!
  }
  return out
}

function withImages(given: GivenRows, name: string, blobs: Uint8Array[]): GivenColumn[] {
  const places = new Uint8Array(blobs.length)
  return given.columns.map((column): GivenColumn => ({
    ...column,
    values: column.name === name ? blobs : pick(column.values, places),
  }))
}
