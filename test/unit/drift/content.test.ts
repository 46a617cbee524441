/** Drift of texts and images: nothing is claimed where nothing has changed, and changes of content alone are found. */
import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { driftOptionsSchema } from '../../../shared/contract/drift-request.ts'
import type { DriftColumn } from '../../../shared/contract/drift-column.ts'
import { compareNumbers } from '../../../shared/drift/compare-column.ts'
import { compareImages } from '../../../shared/drift/content/compare-images.ts'
import { compareTexts } from '../../../shared/drift/content/compare-texts.ts'
import type { ContentMeasure } from '../../../shared/drift/content/measure.ts'
import { imageMeasures, imageNumbers, measureImage } from '../../../shared/drift/content/measure-image.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'
import { pngOf } from '../../support/png.ts'

const settings = driftOptionsSchema.parse({ splits: 0 })

const testsOf = ({ reference, current }: ContentMeasure): DriftColumn['tests'] =>
  compareNumbers({ reference: reference.slice(), current: current.slice(), chunks: null }, settings).tests

const pOf = (measures: readonly ContentMeasure[], name: string): number =>
  testsOf(measures.find((measure) => measure.name === name)!).ks!.p!

/** Share of simulations in which a measure is called changed at 5 %, by measure. */
function alarms(times: number, draw: (random: Random) => readonly ContentMeasure[]): Map<string, number> {
  const found = new Map<string, number>()
  for (let time = 0; time < times; time++) {
    for (const measure of draw(createRandom(time + 1))) {
      const p = testsOf(measure).ks?.p ?? 1
      found.set(measure.name, (found.get(measure.name) ?? 0) + (p <= 0.05 ? 1 : 0) / times)
    }
  }
  return found
}
/** Three standard errors above a stated 5 %. */
const atMost = (times: number): number => 0.05 + 3 * Math.sqrt((0.05 * 0.95) / times)

const vocabulary = Array.from({ length: 400 }, (_, k) => `w${k.toString(36)}x${(k * 7919).toString(36)}`)
/** Words by Zipf's law; `topic` moves every tenth word to another part of the vocabulary of the same lengths. */
const text = (random: Random, topic = 0): string =>
  Array.from({ length: 8 + Math.floor(random.uniform() * 12) }, () => {
    const rank = Math.floor(400 ** random.uniform()) - 1
    return vocabulary[random.uniform() < topic ? (rank + 200) % 400 : rank]!
  }).join(' ')
const texts = (random: Random, rows: number, topic = 0) => Array.from({ length: rows }, () => text(random, topic))

describe('texts', () => {
  it('raise no more false alarms than stated, also where one sample is much smaller', () => {
    const times = 150
    const equal = alarms(times, (random) => compareTexts(texts(random, 120), texts(random, 120), 7))
    const unequal = alarms(times, (random) => compareTexts(texts(random, 200), texts(random, 60), 8))
    for (const rates of [equal, unequal]) {
      expect([...rates.keys()]).toEqual(['share of unseen words', 'content'])
      for (const [name, rate] of rates) expect(rate, name).toBeLessThanOrEqual(atMost(times))
    }
  })

  it('of another topic with the same lengths and words are told apart, with an area and its interval', () => {
    const random = createRandom(3)
    const measures = compareTexts(texts(random, 600), texts(random, 600, 0.15), 5)
    const { ks, mann_whitney: area } = testsOf(measures.find(({ name }) => name === 'content')!)
    expect(ks!.p!).toBeLessThan(1e-6)
    expect(area!.effect!.low!).toBeGreaterThan(0.55)
  })

  it('of samples that overlap, or are one and the same, are not told apart', () => {
    const random = createRandom(6)
    const all = texts(random, 600)
    for (const measure of compareTexts(all, all, 7)) expect(testsOf(measure).ks!.statistic).toBe(0)
    const [first, second] = [all.slice(0, 400), all.slice(200)]
    expect(pOf(compareTexts(first, second, 7), 'content')).toBeGreaterThan(0.001)
    const images = pictures(random, 120)
    for (const measure of compareImages(images, images, 7)) expect(testsOf(measure).ks!.statistic).toBe(0)
    expect(compareTexts(Array<string>(100).fill('ok'), texts(random, 100), 7)).toEqual([])
  })

  it('with words that the reference does not have are counted, in any script', () => {
    const random = createRandom(4)
    const strange = texts(random, 200).map((words, k) => (k % 3 === 0 ? `${words} нейросеть 神経網` : words))
    const [unseen] = compareTexts(texts(random, 200), strange, 5)
    const mean = (values: Float64Array): number => {
      const kept = values.filter(Number.isFinite)
      return kept.reduce((sum, value) => sum + value, 0) / kept.length
    }
    expect(mean(unseen!.current) - mean(unseen!.reference)).toBeGreaterThan(0.02)
    expect(unseen!.current.filter(Number.isFinite).length).toBeGreaterThan(70)
  })

  it('of nothing but white space have no words and no effect on the others', () => {
    const random = createRandom(5)
    const blank = texts(random, 100).map((words, k) => (k % 2 === 0 ? '  ' : words))
    for (const { reference, current } of compareTexts(blank, blank, 5)) {
      expect([...reference, ...current].some(Number.isNaN)).toBe(false)
    }
  })
})

const side = 12
/** Grey noise around a bright square that lies where `place` says. */
function picture(random: Random, place = 0): Uint8Array {
  const data = new Uint8Array(side * side)
  for (let at = 0; at < data.length; at++) {
    const isInside = at % side >= place && at % side < place + 6 && Math.floor(at / side) < 6
    data[at] = Math.max(0, Math.min(255, 90 + (isInside ? 60 : 0) + 25 * random.normal()))
  }
  return encode({ width: side, height: side, data, channels: 1, depth: 8 })
}
const pictures = (random: Random, rows: number, place = 0): Float64Array => {
  const out = new Float64Array(rows * imageNumbers)
  for (let row = 0; row < rows; row++) out.set(measureImage(picture(random, place))!, row * imageNumbers)
  return out
}

describe('images', () => {
  it('raise no more false alarms than stated', () => {
    const times = 60
    const rates = alarms(times, (random) => compareImages(pictures(random, 80), pictures(random, 80), 7))
    expect([...rates.keys()]).toEqual(['width', 'height', 'brightness', 'contrast', 'sharpness', 'content'])
    for (const [name, rate] of rates) expect(rate, name).toBeLessThanOrEqual(atMost(times))
  })

  it('whose object has moved are told apart by content, and their brightness is not blamed', () => {
    const random = createRandom(8)
    const measures = compareImages(pictures(random, 200), pictures(random, 200, 6), 5)
    expect(pOf(measures, 'content')).toBeLessThan(1e-10)
    expect(pOf(measures, 'brightness')).toBeGreaterThan(0.001)
  })

  const measured = (image: Parameters<typeof encode>[0]): Record<string, number> => {
    const numbers = measureImage(encode(image))!
    return Object.fromEntries(imageMeasures.map(({ name }, k) => [name, numbers[k]!]))
  }

  it('are measured in parts of full light, whatever their depth and colours', () => {
    const grey = measured({ width: 2, height: 2, data: Uint8Array.of(0, 255, 255, 0), channels: 1, depth: 8 })
    expect(grey).toMatchObject({ width: 2, height: 2, brightness: 0.5, contrast: 0.5, sharpness: 1 })
    expect(grey['share of red']).toBe(Infinity)
    const wide = { width: 2, height: 2, data: Uint16Array.of(0, 65_535, 65_535, 0), channels: 1, depth: 16 } as const
    expect(measured(wide)).toMatchObject({ brightness: 0.5, contrast: 0.5, sharpness: 1 })
    const red = measured({ width: 1, height: 1, data: Uint8Array.of(200, 40, 0, 255), channels: 4, depth: 8 })
    expect(red['share of red']).toBeCloseTo(200 / 240, 6)
    expect(red['brightness']).toBeCloseTo((0.299 * 200 + 0.587 * 40) / 255, 6)
  })

  it('of one bit a pixel, several to a byte, are read like any other', () => {
    // Two lines of three pixels: white, black, white; black, white, black.
    const lines = Uint8Array.of(0, 0b10100000, 0, 0b01000000)
    const png = pngOf({ width: 3, height: 2, depth: 1, colourType: 0, lines })
    const [width, height, brightness, contrast, sharpness] = measureImage(png)!
    expect([width, height, brightness, contrast, sharpness]).toEqual([3, 2, 0.5, 0.5, 1])
  })

  it('that are no images, or claim more pixels than fit, are not decoded', () => {
    expect(measureImage(Uint8Array.of(1, 2, 3))).toBe(null)
    const bomb = picture(createRandom(1)).slice()
    new DataView(bomb.buffer).setUint32(16, 100_000)
    new DataView(bomb.buffer).setUint32(20, 100_000)
    expect(measureImage(bomb)).toBe(null)
    expect(measureImage(picture(createRandom(1)).slice(0, 60))).toBe(null)
  })
})
