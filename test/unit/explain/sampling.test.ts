/** Sampled and linear attributions against the enumeration of the same game. */
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../shared/statistics/random.ts'
import { shapleyOfGame } from '../../../shared/explain/enumerate.ts'
import { makeLinearExplainer, reweighLinear, sumLinear } from '../../../shared/explain/linear.ts'
import { kernelSampler, permutationSampler } from '../../../shared/explain/sampling/samplers.ts'
import { shareRemainder } from '../../../shared/explain/sampling/spread.ts'
import type { Block } from '../../../shared/explain/tree/players.ts'
import { shapleyByEnumeration } from './slow-versions.ts'

const players = 5
const outputs = 2
/** Neither additive nor symmetric: products, a threshold and a column that is ignored. */
const model = (x: readonly number[]): number[] => [
  x[0]! * x[1]! + (x[2]! > 0 ? 2 : -1) * x[0]! + 0.3 * x[3]!,
  Math.tanh(x[1]! + x[2]! * x[3]!),
]
const random = createRandom(3)
const background = Array.from({ length: 30 }, () => Array.from({ length: players }, () => random.normal()))
const row = [1.2, -0.7, 0.4, 2, 5]

function coalitionValue(coalition: number): Float64Array {
  const sums = new Float64Array(outputs)
  for (const other of background) {
    model(row.map((value, j) => ((coalition >>> j) & 1 ? value : other[j]!))).forEach((score, k) => {
      sums[k]! += score / background.length
    })
  }
  return sums
}
const exact = shapleyByEnumeration(players, outputs, coalitionValue)

describe('enumeration', () => {
  it('equals the sum over all coalitions, and gives an ignored column 0', () => {
    const values = Float64Array.from(Array.from({ length: 1 << players }, (_, c) => [...coalitionValue(c)]).flat())
    const shares = shapleyOfGame(players, outputs, values)
    exact.forEach((list, p) => list.forEach((value, k) => expect(shares[p * outputs + k]).toBeCloseTo(value, 12)))
    expect(shares[4 * outputs]).toBe(0)
  })
})

describe.each([
  ['permutation', permutationSampler],
  ['kernel', kernelSampler],
] as const)('%s sampling', (_, makeSampler) => {
  it('is unbiased, and its standard errors are no smaller than the errors it makes', () => {
    const repeats = 100
    const squares = new Float64Array(players * outputs)
    const bias = new Float64Array(players * outputs)
    const claimed = new Float64Array(players * outputs)
    for (let repeat = 0; repeat < repeats; repeat++) {
      const sampler = makeSampler(players, outputs, background.length, createRandom(repeat))
      // Less than one round through the background, where its rows are drawn without repetition.
      for (let sample = 0; sample < 20; sample++) {
        const mixtures = sampler.next()
        const scores = mixtures.flatMap(({ fromRow, background: b }) =>
          model(row.map((value, j) => (fromRow[j] === 1 ? value : background[b]![j]!))),
        )
        const absent = model(background[mixtures[0]!.background]!)
        sampler.take(Float64Array.from(scores), Float64Array.from(model(row)), Float64Array.from(absent))
      }
      const errors = sampler.spread.standardErrors()
      exact.forEach((list, p) =>
        list.forEach((value, k) => {
          const at = p * outputs + k
          squares[at]! += (sampler.spread.mean[at]! - value) ** 2 / repeats
          bias[at]! += (sampler.spread.mean[at]! - value) / repeats
          claimed[at]! += errors[at]! ** 2 / repeats
        }),
      )
    }
    for (let at = 0; at < players * outputs; at++) {
      expect(Math.abs(bias[at]!)).toBeLessThan(4 * Math.sqrt(claimed[at]! / repeats) + 1e-12)
      expect(Math.sqrt(squares[at]!)).toBeLessThan(1.25 * Math.sqrt(claimed[at]!) + 1e-12)
      expect(claimed[at]!).toBeLessThan(9 * squares[at]! + 1e-12)
    }
  })
})

describe('remainder', () => {
  it('is shared by variance and makes the sum right', () => {
    const shared = shareRemainder(Float64Array.of(1, 2, 3), Float64Array.of(0.1, 0, 0.2), 0.5)
    expect([...shared]).toEqual([1.1, 2, 3.4])
    expect([...shareRemainder(Float64Array.of(1, 2), Float64Array.of(0, 0), 1)]).toEqual([1.5, 2.5])
  })
})

describe('linear', () => {
  it('equals the enumeration of a linear model with grouped columns', () => {
    const linear = {
      inputs: 4,
      outputs: 2,
      coefficients: Float64Array.of(1, -2, 0.5, 0, 3, 0, -1, 4),
      intercepts: Float64Array.of(0.5, -1),
    }
    const grouped = { count: 3, ofInput: Int32Array.of(0, 1, 1, 2) }
    const columns = Array.from({ length: 4 }, (_, j) => Float64Array.from(background, (other) => other[j]!))
    const block: Block = { rows: background.length, columns }
    const means = Float64Array.from(columns, (column) => column.reduce((a, b) => a + b, 0) / block.rows)
    const explainer = makeLinearExplainer(linear, grouped, means)
    const one: Block = { rows: 1, columns: row.slice(0, 4).map((value) => Float64Array.of(value)) }
    const values = explainer.explain(one)
    const sums = sumLinear(linear, one)
    const wanted = shapleyByEnumeration(3, 2, (coalition) => {
      const mean = new Float64Array(2)
      for (const other of background) {
        const mixed = [0, 1, 2, 3].map((j) => ((coalition >>> grouped.ofInput[j]!) & 1 ? row[j]! : other[j]!))
        const score = sumLinear(linear, { rows: 1, columns: mixed.map((value) => Float64Array.of(value)) })
        score.forEach((value, k) => (mean[k]! += value / background.length))
      }
      return mean
    })
    wanted.forEach((list, p) => list.forEach((value, k) => expect(values[k * 3 + p]).toBeCloseTo(value, 12)))
    for (let k = 0; k < 2; k++) {
      const sum = explainer.base[k]! + values[k * 3]! + values[k * 3 + 1]! + values[k * 3 + 2]!
      expect(sum).toBeCloseTo(sums[k]!, 12)
    }
    const flipped = reweighLinear(linear, { matrix: [[-1, 1]], offset: [2] })
    expect(sumLinear(flipped, one)[0]).toBeCloseTo(sums[1]! - sums[0]! + 2, 12)
  })
})
