/** What any attribution must have, over random models: nothing for what is ignored, the same for what is alike. */
import { describe, expect, it } from 'vitest'
import { makeLinearExplainer } from '../../../shared/explain/linear.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { explainBySampling } from '../../../shared/explain/sampling/sampled-rows.ts'
import { makeTreeExplainer } from '../../../shared/explain/tree/explain-trees.ts'
import type { TreeEnsemble } from '../../../shared/explain/tree/ensemble.ts'
import type { Block } from '../../../shared/explain/tree/players.ts'
import { addCovers, sumTrees } from '../../../shared/explain/tree/walk-rows.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { randomBlock, randomEnsemble } from './random-trees.ts'
import { eachInput } from '../../support/each-input.ts'

const inputs = 5
const rows = 30
const seeds = Array.from({ length: 12 }, (_, k) => 200 + k)

interface Attributions {
  /** Output k, input p, row r at (k × inputs + p) × rows + r. */
  readonly values: Float64Array
  readonly errors: Float64Array | null
}

const givenRows = (block: Block): GivenRows => ({
  rows: block.rows,
  columns: block.columns.map((values, k) => ({ name: String(k), as: 'float', values: values as Float32Array })),
  numbers: Float64Array.from({ length: block.rows }, (_, k) => k),
})

/** @param shift rounding that a row's place in its batch may bring, as ONNX Runtime does */
const sampled = async (
  method: 'exact' | 'permutation' | 'kernel',
  ensemble: TreeEnsemble,
  block: Block,
  shift = 0,
): Promise<Attributions> =>
  explainBySampling({
    method,
    names: Array.from({ length: ensemble.outputs }, (_, k) => String(k)),
    predict: async (given, count) => {
      const sums = sumTrees(ensemble, { rows: count, columns: given.map(({ values }) => values as Float32Array) })
      for (let k = 0; k < sums.length; k += 2) sums[k]! *= 1 + shift
      return Array.from({ length: ensemble.outputs }, (_, k) => sums.slice(k * count, (k + 1) * count))
    },
    columns: block.columns.map((_, k) => String(k)),
    rows: givenRows(block),
    background: givenRows(block),
    seed: 7,
    most: 20,
  })

const trees = (ensemble: TreeEnsemble, block: Block, game: 'path-dependent' | 'interventional'): Attributions => {
  const covers = new Float64Array(ensemble.feature.length)
  addCovers(ensemble, block, covers)
  const reference = game === 'path-dependent' ? { kind: game, covers } : { kind: game, background: block }
  return { values: makeTreeExplainer(ensemble, eachInput(inputs), reference).explain(block), errors: null }
}

const methods: Readonly<
  Record<string, (ensemble: TreeEnsemble, block: Block) => Attributions | Promise<Attributions>>
> = {
  'path-dependent trees': (ensemble, block) => trees(ensemble, block, 'path-dependent'),
  'interventional trees': (ensemble, block) => trees(ensemble, block, 'interventional'),
  enumeration: (ensemble, block) => sampled('exact', ensemble, block),
  'permutation sampling': (ensemble, block) => sampled('permutation', ensemble, block),
  'kernel sampling': (ensemble, block) => sampled('kernel', ensemble, block),
  'kernel sampling of rounded scores': (ensemble, block) => sampled('kernel', ensemble, block, 1e-7),
}

describe.each(Object.entries(methods))('%s', (_, explain) => {
  it('gives a column that the model ignores exactly 0', async () => {
    for (const seed of seeds) {
      const ignored = seed % inputs
      const one = randomEnsemble({ seed, trees: 6, depth: 4, inputs, outputs: 1 + (seed % 2), everyOutput: true })
      const ensemble = { ...one, feature: one.feature.map((f) => (f === ignored ? (f + 1) % inputs : f)) }
      const { values } = await explain(ensemble, randomBlock(rows, inputs, seed))
      for (let at = 0; at < values.length; at++) {
        const player = Math.floor(at / rows) % inputs
        if (player === ignored) expect(values[at]).toBe(0)
      }
      expect(values.some((value) => value !== 0)).toBe(true)
    }
  })

  /** Sampled attributions agree within their errors only; those of exact methods to rounding. */
  it('gives columns that the model treats alike equal shares where their values are equal', async () => {
    for (const seed of seeds) {
      const one = randomEnsemble({ seed, trees: 4, depth: 4, inputs })
      const block = randomBlock(rows, inputs, seed)
      const alike = { rows, columns: [block.columns[0]!, block.columns[0]!, ...block.columns.slice(2)] }
      const { values, errors } = await explain(withBothOrders(one), alike)
      let worst = 0
      for (let row = 0; row < rows; row++) {
        const allowed = errors ? 6 * Math.hypot(errors[row]!, errors[rows + row]!) + 1e-6 : 1e-12
        worst = Math.max(worst, Math.abs(values[row]! - values[rows + row]!) / allowed)
      }
      expect(worst).toBeLessThan(1)
    }
  })
})

/** Each tree twice, the second time with the first two columns exchanged. */
function withBothOrders(one: TreeEnsemble): TreeEnsemble {
  const nodes = one.feature.length
  const twice = (list: Int32Array, add = 0) => Int32Array.from([...list, ...list.map((value) => value + add)])
  const swapped = one.feature.map((feature) => (feature === 0 ? 1 : feature === 1 ? 0 : feature))
  const links = (list: Int32Array) => Int32Array.from([...list, ...list.map((to) => (to < 0 ? to : to + nodes))])
  const starts = (list: Int32Array) => Int32Array.from([...list, ...list.subarray(1).map((at) => at + list.at(-1)!)])
  return {
    ...one,
    roots: twice(one.roots, nodes),
    feature: Int32Array.from([...one.feature, ...swapped]),
    mode: Uint8Array.from([...one.mode, ...one.mode]),
    threshold: Float64Array.from([...one.threshold, ...one.threshold]),
    missingTrue: Uint8Array.from([...one.missingTrue, ...one.missingTrue]),
    whenTrue: links(one.whenTrue),
    whenFalse: links(one.whenFalse),
    leafStart: starts(one.leafStart),
    leafOutput: twice(one.leafOutput),
    leafWeight: Float64Array.from([...one.leafWeight, ...one.leafWeight]),
    memberStart: starts(one.memberStart),
    memberValue: Float64Array.from([...one.memberValue, ...one.memberValue]),
  }
}

describe('the closed form of a linear model', () => {
  it('gives an ignored column exactly 0, and columns with equal weights and values equal shares', () => {
    for (const seed of seeds) {
      const random = createRandom(seed)
      const coefficients = Float64Array.from({ length: inputs }, () => random.normal())
      coefficients[3] = 0
      coefficients[1] = coefficients[0]!
      const block = randomBlock(rows, inputs, seed, 0)
      const columns = [block.columns[0]!, block.columns[0]!, ...block.columns.slice(2)]
      const means = Float64Array.from(
        columns,
        (column) => (column as Float32Array).reduce((sum, value) => sum + value, 0) / rows,
      )
      const linear = { inputs, outputs: 1, coefficients, intercepts: Float64Array.of(1) }
      const values = makeLinearExplainer(linear, eachInput(inputs), means).explain({ rows, columns })
      for (let row = 0; row < rows; row++) {
        expect(values[3 * rows + row]).toBe(0)
        expect(values[row]).toBe(values[rows + row])
      }
    }
  })
})
