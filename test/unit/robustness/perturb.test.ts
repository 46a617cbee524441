import { describe, expect, it } from 'vitest'
import { kindDefinitions, kindNames } from '../../../shared/robustness/kinds.ts'
import { perturbImage } from '../../../shared/robustness/perturb-image.ts'
import type { Pixels } from '../../../shared/robustness/perturb-image.ts'
import { perturbNumbers, perturbTexts, unknownCategory, withTypo } from '../../../shared/robustness/perturb-table.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

const fit = { mean: 50, deviation: 10, whole: false }
const n = 20_000
const fifty = new Float64Array(n).fill(50)
const spread = (values: Float64Array): { mean: number; deviation: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) }
}

describe('numbers', () => {
  it('noise has the asked share of the column’s own deviation', () => {
    const { mean, deviation } = spread(perturbNumbers('noise', fifty, 0.25, fit, createRandom(1)))
    expect(Math.abs(mean - 50)).toBeLessThan(0.1)
    expect(deviation).toBeGreaterThan(2.4)
    expect(deviation).toBeLessThan(2.6)
  })
  it('whole numbers stay whole', () => {
    const changed = perturbNumbers('noise', fifty, 1, { ...fit, whole: true }, createRandom(2))
    expect(changed.every(Number.isInteger)).toBe(true)
    expect(new Set(changed).size).toBeGreaterThan(20)
  })
  it('the asked share of values goes missing, and missing ones stay so', () => {
    const changed = perturbNumbers('missing', fifty, 0.2, fit, createRandom(3))
    const share = changed.filter(Number.isNaN).length / n
    expect(Math.abs(share - 0.2)).toBeLessThan(0.015)
    const none = perturbNumbers('outliers', new Float64Array(10).fill(NaN), 1, fit, createRandom(3))
    expect(none.every(Number.isNaN)).toBe(true)
  })
  it('outliers lie 5 to 10 deviations from the mean, on both sides', () => {
    const changed = perturbNumbers('outliers', fifty, 0.1, fit, createRandom(4)).filter((value) => value !== 50)
    expect(Math.abs(changed.length / n - 0.1)).toBeLessThan(0.01)
    for (const value of changed) {
      expect(Math.abs(value - 50)).toBeGreaterThanOrEqual(50)
      expect(Math.abs(value - 50)).toBeLessThanOrEqual(100)
    }
    expect(Math.abs(changed.filter((value) => value > 50).length / changed.length - 0.5)).toBeLessThan(0.05)
  })
  it('out of distribution moves each number away from the mean', () => {
    const changed = perturbNumbers('out of distribution', Float64Array.of(30, 49, 51), 2, fit, createRandom(5))
    expect([...changed]).toEqual([10, 29, 71])
  })
  it('the same seed gives the same numbers, and the old ones are left as they are', () => {
    const once = perturbNumbers('noise', fifty, 1, fit, createRandom(6))
    expect(perturbNumbers('noise', fifty, 1, fit, createRandom(6))).toEqual(once)
    expect(fifty.every((value) => value === 50)).toBe(true)
  })
})

describe('texts', () => {
  it('a typing error changes a text by one letter', () => {
    const random = createRandom(7)
    for (let k = 0; k < 500; k++) {
      const typo = withTypo('Month-to-month', random)
      expect(typo).not.toBe('Month-to-month')
      expect(Math.abs(typo.length - 'Month-to-month'.length)).toBeLessThanOrEqual(1)
    }
    expect(withTypo('', random)).toBe('')
    expect(withTypo('é', random)).not.toBe('')
  })
  it('an unknown category stands in the asked share of rows; missing texts stay missing', () => {
    const texts = Array.from({ length: 4000 }, (_, row) => (row % 10 === 0 ? null : 'known'))
    const changed = perturbTexts('unknown category', texts, 0.5, createRandom(8))
    const share = changed.filter((text) => text === unknownCategory).length / 3600
    expect(Math.abs(share - 0.5)).toBeLessThan(0.03)
    expect(changed.filter((text) => text === null)).toHaveLength(400)
  })
})

describe('images', () => {
  const grey = (width: number, height: number, at: (x: number, y: number) => number): Pixels => ({
    width,
    height,
    channels: 1,
    data: Uint8Array.from({ length: width * height }, (_, place) => at(place % width, Math.floor(place / width))),
  })
  const level = (image: Pixels): number => image.data.reduce((sum, value) => sum + value, 0) / image.data.length

  it('brightness adds grey levels and stops at black and white', () => {
    expect(
      level(
        perturbImage(
          'brightness',
          grey(4, 4, () => 100),
          40,
          createRandom(1),
        ),
      ),
    ).toBe(140)
    expect(
      level(
        perturbImage(
          'brightness',
          grey(4, 4, () => 230),
          40,
          createRandom(1),
        ),
      ),
    ).toBe(255)
    expect(
      level(
        perturbImage(
          'brightness',
          grey(4, 4, () => 30),
          -40,
          createRandom(1),
        ),
      ),
    ).toBe(0)
  })
  it('alpha is no light', () => {
    const image = { width: 1, height: 1, channels: 4, data: Uint8Array.of(10, 20, 30, 200) }
    expect([...perturbImage('brightness', image, 5, createRandom(1)).data]).toEqual([15, 25, 35, 200])
  })
  it('blur keeps the light and spreads a point evenly', () => {
    const blurred = perturbImage(
      'blur',
      grey(15, 15, (x, y) => (x === 7 && y === 7 ? 255 : 0)),
      1,
      createRandom(1),
    )
    const at = (x: number, y: number): number => blurred.data[y * 15 + x]!
    expect(at(7, 7)).toBeGreaterThan(at(8, 7))
    expect(at(8, 7)).toBe(at(6, 7))
    expect(at(8, 7)).toBe(at(7, 8))
    expect(at(7, 7)).toBe(Math.round(255 / (2 * Math.PI)))
    expect(
      level(
        perturbImage(
          'blur',
          grey(9, 9, () => 77),
          2,
          createRandom(1),
        ),
      ),
    ).toBe(77)
  })
  it('rotation by 90° turns the picture, and nothing is rotated by 0°', () => {
    const image = grey(5, 5, (x, y) => (x === 4 && y === 2 ? 255 : 0))
    expect(perturbImage('rotation', image, 0, createRandom(1)).data).toEqual(image.data)
    const turned = perturbImage('rotation', image, 90, createRandom(1))
    const bright = turned.data.indexOf(255)
    expect([2, 4 * 5 + 2]).toContain(bright)
    expect(level(turned)).toBeCloseTo(level(image), 6)
  })
  it('noise has the asked deviation', () => {
    const { deviation } = spread(
      Float64Array.from(
        perturbImage(
          'image noise',
          grey(100, 100, () => 128),
          10,
          createRandom(2),
        ).data,
      ),
    )
    expect(Math.abs(deviation - 10)).toBeLessThan(0.4)
  })
})

it('every kind has a title, a sentence and rising strengths', () => {
  for (const kind of kindNames) {
    const { title, what, strengths } = kindDefinitions[kind]
    expect(title).not.toBe('')
    expect(what).toMatch(/\.$/)
    expect(strengths.toSorted((a, b) => a - b)).toEqual([...strengths])
  }
})
