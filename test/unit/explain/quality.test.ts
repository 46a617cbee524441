/** Friedman's H, tests of attributions and distances against values that are known beforehand. */
import { describe, expect, it } from 'vitest'
import { agreementOf, faithfulnessOf, ordersOf, stabilityOf, stepsOf } from '../../../shared/explain/faithfulness.ts'
import { friedmanH } from '../../../shared/explain/friedman.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { makeRowDistance } from '../../../shared/explain/row-distance.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

const random = createRandom(4)

describe("Friedman's H", () => {
  const n = 80
  const points = Array.from({ length: n }, () => [random.normal(), random.normal()] as const)
  const hOf = (f: (a: number, b: number) => number) => {
    const mean = (of: (k: number) => number) => points.reduce((sum, _, k) => sum + of(k), 0) / n
    return friedmanH(
      Float64Array.from(points, ([a, b]) => f(a, b)),
      Float64Array.from(points, ([a]) => mean((k) => f(a, points[k]![1]))),
      Float64Array.from(points, ([, b]) => mean((k) => f(points[k]![0], b))),
    )
  }
  it('is 0 for a sum, whatever the parts are', () => {
    expect(hOf((a, b) => Math.exp(a) - 3 * b * b).value).toBeLessThan(1e-6)
  })
  it('is near 1 for a product of columns without a mean, and its interval says how near', () => {
    const { value, low, high } = hOf((a, b) => a * b)
    expect(value!).toBeGreaterThan(0.9)
    expect(low! <= value! && value! <= high!).toBe(true)
  })
  it('is the root of the share of squares: 1 / 3 of them for a + b + ab', () => {
    expect(hOf((a, b) => a + b + a * b).value!).toBeCloseTo(Math.sqrt(1 / 3), 0.5)
  })
  it('is not defined where the score stays', () => {
    expect(hOf(() => 7)).toMatchObject({ value: null, reason: 'the score does not move with these columns' })
  })
})

describe('deletion and insertion', () => {
  it('reward the true order and punish its reverse, by the area between the curves', () => {
    // An additive game: taking player p away takes its value.
    const players = 4
    const rows = 50
    const values = Float64Array.from({ length: players * rows }, () => random.normal())
    const steps = stepsOf(players)
    expect(steps).toEqual([0, 1, 2, 3, 4])
    const share = steps.map((step) => step / players)
    const curveOf = (order: Int32Array) =>
      Float64Array.from({ length: rows * steps.length }, (_, at) => {
        const [row, step] = [Math.floor(at / steps.length), at % steps.length]
        const left = order.subarray(row * players + step, (row + 1) * players)
        return left.reduce((sum, p) => sum + values[p * rows + row]!, 0)
      })
    const { byAttribution, atRandom } = ordersOf(values, players, rows, random)
    const good = faithfulnessOf(share, { byAttribution: curveOf(byAttribution), atRandom: curveOf(atRandom) }, -1)
    expect(good.gain.low).toBeGreaterThan(0)
    // By hand: the trapezoids of one row.
    const first = curveOf(byAttribution).subarray(0, 5)
    const area = (first[0]! / 2 + first[1]! + first[2]! + first[3]! + first[4]! / 2) / 4
    const one = faithfulnessOf(share, { byAttribution: first.slice(), atRandom: new Float64Array(5) }, -1)
    expect(one.gain.value).toBeCloseTo(-area, 5)
    const reversed = ordersOf(
      values.map((value) => -value),
      players,
      rows,
      random,
    )
    const bad = faithfulnessOf(
      share,
      { byAttribution: curveOf(reversed.byAttribution), atRandom: curveOf(atRandom) },
      -1,
    )
    expect(bad.gain.high).toBeLessThan(0)
  })
})

describe('agreement and stability', () => {
  const values = Float64Array.of(1, 5, -2, 8, 3, 1)
  it('is whole with itself, and rank −1 with its opposite', () => {
    const same = agreementOf('itself', values, values, 3, 2)
    expect(same.rank.value).toBe(1)
    expect(same.top.value).toBe(1)
    expect(
      agreementOf(
        'its opposite',
        values,
        values.map((value) => -value),
        3,
        2,
      ).rank.value,
    ).toBe(-1)
  })
  it('is what moved of the whole, and whether the first stays', () => {
    // Rows: (1, -2, 3) and (5, 8, 1).
    const after = Float64Array.of(1, 5, -4, 8, 3, 1)
    const margins = Float64Array.of(2, 14)
    const found = stabilityOf({ values, margins }, { values: after, margins: Float64Array.of(0, 14) }, 3, 0.05)
    expect(found.change.value).toBeCloseTo((2 / 6 + 0) / 2, 6)
    expect(found.scoreChange.value).toBeCloseTo(2 / 6 / 2, 6)
    expect(found.firstReason.value).toBe(0.5)
  })
})

describe('distance of rows', () => {
  it('adds numbers in middle halves, texts as 0 or 1 and missing values as 1', () => {
    const data: GivenRows = {
      rows: 5,
      numbers: new Float64Array(5),
      columns: [
        { name: 'age', as: 'double', values: Float64Array.of(10, 20, 30, 40, NaN) },
        { name: 'plan', as: 'string', values: ['a', 'b', 'a', null, null] },
        { name: 'count', as: 'bigint', values: BigInt64Array.of(1n, 1n, 1n, 1n, 3n) },
      ],
    }
    const distance = makeRowDistance(data)
    expect(distance.units[0]).toBe(15)
    // No middle half: the range.
    expect(distance.units[2]).toBe(2)
    expect(distance.between(data, 0, data, 1)).toBeCloseTo(10 / 15 + 1, 12)
    expect(distance.between(data, 3, data, 4)).toBeCloseTo(1 + 0 + 1, 12)
    expect(distance.between(data, 4, data, 4)).toBe(0)
    expect(distance.between(data, 0, data, 4, 0.5)).toBeGreaterThan(0.5)
  })
})
