/** Fast Shapley values of trees against the definition, over every kind of node, table, case and game. */
import { describe, expect, it } from 'vitest'
import { choices, chooseGroups } from '../../../shared/explain/tree/choose-groups.ts'
import { makeTreeExplainer } from '../../../shared/explain/tree/explain-trees.ts'
import type { TreeEnsemble } from '../../../shared/explain/tree/ensemble.ts'
import { joinEnsembles, nodeModes, reweigh } from '../../../shared/explain/tree/ensemble.ts'
import { makeCaseIntegral, shareAllCases, shareCases } from '../../../shared/explain/tree/leaf-shares.ts'
import type { Block, Players } from '../../../shared/explain/tree/players.ts'
import { addCovers, sumTrees } from '../../../shared/explain/tree/walk-rows.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { randomBlock, randomEnsemble } from './random-trees.ts'
import type { EnsembleWish } from './random-trees.ts'
import {
  interactionsByEnumeration,
  interventionalGame,
  pathDependentGame,
  shapleyByEnumeration,
} from './slow-versions.ts'
import { eachInput } from '../../support/each-input.ts'

const allModes = [0, 1, 2, 3, 4, 5, 6]

function coversOf(ensemble: TreeEnsemble, reference: Block): Float64Array {
  const covers = new Float64Array(ensemble.feature.length)
  addCovers(ensemble, reference, covers)
  return covers
}

const rowOf = (block: Block, row: number) => block.columns.map((column) => column[row]!)

/** Largest difference from enumeration over a few rows, and from additivity over all. */
function compare(
  ensemble: TreeEnsemble,
  players: Players,
  block: Block,
  reference: Block,
  kind: 'path' | 'background',
) {
  const covers = coversOf(ensemble, reference)
  const explainer = makeTreeExplainer(
    ensemble,
    players,
    kind === 'path' ? { kind: 'path-dependent', covers } : { kind: 'interventional', background: reference },
  )
  const values = explainer.explain(block)
  const at = (k: number, p: number, row: number) => values[(k * players.count + p) * block.rows + row]!
  const sums = sumTrees(ensemble, block)
  let additivity = 0
  for (let k = 0; k < ensemble.outputs; k++) {
    for (let row = 0; row < block.rows; row++) {
      let sum = explainer.base[k]!
      for (let p = 0; p < players.count; p++) sum += at(k, p, row)
      additivity = Math.max(additivity, Math.abs(sum - sums[k * block.rows + row]!))
    }
  }
  let worst = 0
  for (const row of [0, 1, block.rows - 1]) {
    const game =
      kind === 'path'
        ? pathDependentGame(ensemble, players, covers, rowOf(block, row))
        : interventionalGame(ensemble, players, reference, rowOf(block, row))
    shapleyByEnumeration(players.count, ensemble.outputs, game).forEach((outputs, p) =>
      outputs.forEach((value, k) => {
        worst = Math.max(worst, Math.abs(value - at(k, p, row)))
      }),
    )
    const empty = game(0)
    empty.forEach((value, k) => {
      worst = Math.max(worst, Math.abs(value - explainer.base[k]!))
    })
  }
  return { worst, additivity }
}

const grouped: Players = { count: 4, ofInput: Int32Array.from([0, 1, 1, 2, 2, 2, 3, 0]) }
const wishes: [string, EnsembleWish, Players][] = [
  ['boosting, depth 3', { seed: 1, trees: 20, depth: 3, inputs: 6 }, eachInput(6)],
  ['boosting, depth 6, 10 columns', { seed: 2, trees: 5, depth: 6, inputs: 10, stop: 0.05 }, eachInput(10)],
  ['deep and narrow: players repeat', { seed: 3, trees: 4, depth: 9, inputs: 3, stop: 0.2 }, eachInput(3)],
  ['forest of three classes', { seed: 4, trees: 6, depth: 5, inputs: 7, outputs: 3, everyOutput: true }, eachInput(7)],
  ['boosting of three classes', { seed: 5, trees: 9, depth: 4, inputs: 5, outputs: 3 }, eachInput(5)],
  ['every comparison', { seed: 6, trees: 12, depth: 5, inputs: 5, modes: allModes }, eachInput(5)],
  ['one-hot columns as one player', { seed: 7, trees: 8, depth: 5, inputs: 8, modes: allModes }, grouped],
  ['single leaves', { seed: 8, trees: 3, depth: 0, inputs: 2 }, eachInput(2)],
  ['12 columns', { seed: 9, trees: 3, depth: 8, inputs: 12, stop: 0.02 }, eachInput(12)],
]

describe.each(['path', 'background'] as const)('%s', (kind) => {
  it.each(wishes)('%s: equals enumeration', (_, wish, players) => {
    const ensemble = randomEnsemble(wish)
    // Few rows choose single cases, many choose tables: both paths are taken.
    for (const rows of [3, 40, 3000]) {
      const block = randomBlock(rows, wish.inputs, wish.seed + 100)
      const reference = randomBlock(rows === 3 ? 5 : 60, wish.inputs, wish.seed + 200)
      const { worst, additivity } = compare(ensemble, players, block, reference, kind)
      expect(worst).toBeLessThan(1e-12)
      expect(additivity).toBeLessThan(1e-12)
    }
  })
})

describe.each(['path', 'background'] as const)('%s interactions', (kind) => {
  it.each(wishes.filter(([, wish]) => wish.inputs < 12))('%s: equals enumeration', (_, wish, players) => {
    const ensemble = randomEnsemble(wish)
    const block = randomBlock(40, wish.inputs, wish.seed + 100)
    const reference = randomBlock(30, wish.inputs, wish.seed + 200)
    const covers = coversOf(ensemble, reference)
    const explainer = makeTreeExplainer(
      ensemble,
      players,
      kind === 'path' ? { kind: 'path-dependent', covers } : { kind: 'interventional', background: reference },
    )
    const pairs = explainer.explainPairs(block)
    const n = players.count
    let worst = 0
    for (const row of [0, 17]) {
      const game =
        kind === 'path'
          ? pathDependentGame(ensemble, players, covers, rowOf(block, row))
          : interventionalGame(ensemble, players, reference, rowOf(block, row))
      interactionsByEnumeration(n, ensemble.outputs, game).forEach((others, i) =>
        others.forEach((outputs, j) =>
          outputs.forEach((value, k) => {
            worst = Math.max(worst, Math.abs(value - pairs[((k * n + i) * n + j) * 40 + row]!))
          }),
        ),
      )
    }
    expect(worst).toBeLessThan(1e-12)
  })
})

describe('the shares of a leaf', () => {
  it('are the same by transform, by quadrature and for a share of zero', () => {
    const random = createRandom(21)
    for (const d of [1, 2, 5, 8, 11]) {
      const shares = Array.from({ length: d }, (_, j) => (d === 5 && j === 2 ? 0 : random.uniform()))
      const all = new Float64Array(d << d)
      shareAllCases(shares, all, new Float64Array(1 << d))
      const cases = Array.from({ length: 1 << d }, (_, c) => c)
      const many = new Float64Array(d << d)
      shareCases(shares, cases, many, new Float64Array(1 << d))
      const one = new Float64Array(d)
      const integral = makeCaseIntegral(shares)
      for (const satisfied of cases) {
        integral((j) => ((satisfied >>> j) & 1) === 1, one)
        const few = new Float64Array(d)
        shareCases(shares, [satisfied], few, new Float64Array(1 << d))
        for (let j = 0; j < d; j++) {
          for (const value of [all[(j << d) + satisfied]!, many[satisfied * d + j]!, few[j]!]) {
            expect(Math.abs(value - one[j]!)).toBeLessThan(1e-14)
          }
        }
      }
    }
  })
})

describe('choices', () => {
  it('takes tables for many rows and single cases for few', () => {
    const ensemble = randomEnsemble({ seed: 2, trees: 5, depth: 10, inputs: 10, stop: 0.05 })
    const request = { ensemble, players: eachInput(10), hasBackground: false }
    expect(chooseGroups({ ...request, rows: 2 })).toContain(choices.cases)
    expect(chooseGroups({ ...request, rows: 100_000 })).not.toContain(choices.cases)
  })

  it('explains paths with more players than a mask has bits', () => {
    // A chain of 40 nodes, each on its own column.
    const depth = 40
    const nodes = 2 * depth + 1
    const inner = (k: number) => k < depth
    const chain: TreeEnsemble = {
      inputs: depth,
      outputs: 1,
      roots: Int32Array.of(0),
      feature: Int32Array.from({ length: nodes }, (_, k) => (inner(k) ? k : -1)),
      mode: Uint8Array.from({ length: nodes }, (_, k) => (inner(k) ? nodeModes.leq : nodeModes.leaf)),
      threshold: new Float64Array(nodes),
      missingTrue: new Uint8Array(nodes),
      whenTrue: Int32Array.from({ length: nodes }, (_, k) => (inner(k) ? (k + 1 < depth ? k + 1 : 2 * depth) : -1)),
      whenFalse: Int32Array.from({ length: nodes }, (_, k) => (inner(k) ? depth + k : -1)),
      leafStart: Int32Array.from({ length: nodes + 1 }, (_, k) => Math.max(0, k - depth)),
      leafOutput: new Int32Array(depth + 1),
      leafWeight: Float64Array.from({ length: depth + 1 }, (_, k) => k + 1),
      memberStart: new Int32Array(nodes + 1),
      memberValue: new Float64Array(0),
      base: Float64Array.of(0),
      link: 'none',
      wide: false,
    }
    const block = randomBlock(50, depth, 3, 0)
    const players = eachInput(depth)
    const explainer = makeTreeExplainer(chain, players, {
      kind: 'path-dependent',
      covers: coversOf(chain, randomBlock(500, depth, 4, 0)),
    })
    expect(chooseGroups({ ensemble: chain, players, rows: 50, hasBackground: false })).toContain(choices.wide)
    const values = explainer.explain(block)
    const sums = sumTrees(chain, block)
    for (let row = 0; row < 50; row++) {
      let sum = explainer.base[0]!
      for (let p = 0; p < depth; p++) sum += values[p * 50 + row]!
      expect(Math.abs(sum - sums[row]!)).toBeLessThan(1e-12)
    }
    // The same game with the last 30 columns joined into one player has an enumeration of its own.
    const few: Players = { count: 11, ofInput: Int32Array.from({ length: depth }, (_, k) => Math.min(k, 10)) }
    const { worst } = compare(chain, few, block, randomBlock(500, depth, 4, 0), 'path')
    expect(worst).toBeLessThan(1e-12)
  })
})

describe('properties', () => {
  it('gives exactly 0 to a column that no node compares', () => {
    const ensemble = randomEnsemble({ seed: 11, trees: 10, depth: 5, inputs: 6 })
    const moved = { ...ensemble, inputs: 7, feature: ensemble.feature.map((f) => (f === 2 ? 6 : f)) }
    const block = randomBlock(200, 7, 12)
    const players = eachInput(7)
    for (const game of [
      { kind: 'path-dependent', covers: coversOf(moved, block) },
      { kind: 'interventional', background: block },
    ] as const) {
      const values = makeTreeExplainer(moved, players, game).explain(block)
      expect(values.subarray(2 * 200, 3 * 200).every((value) => value === 0)).toBe(true)
    }
  })

  it('gives equal shares to columns that are interchanged', () => {
    const one = randomEnsemble({ seed: 13, trees: 10, depth: 5, inputs: 5 })
    const swapped = { ...one, feature: one.feature.map((f) => (f === 0 ? 1 : f === 1 ? 0 : f)) }
    const both = joinEnsembles([one, swapped])
    const block = randomBlock(300, 5, 14)
    const same: Block = { rows: 300, columns: [block.columns[0]!, block.columns[0]!, ...block.columns.slice(2)] }
    const values = makeTreeExplainer(both, eachInput(5), {
      kind: 'path-dependent',
      covers: coversOf(both, same),
    }).explain(same)
    for (let row = 0; row < 300; row++) expect(Math.abs(values[row]! - values[300 + row]!)).toBeLessThan(1e-12)
  })

  it('is linear: explanations of joined and reweighed ensembles add up', () => {
    const a = randomEnsemble({ seed: 15, trees: 4, depth: 4, inputs: 4, outputs: 2, everyOutput: true })
    const b = randomEnsemble({ seed: 16, trees: 4, depth: 4, inputs: 4, outputs: 2, everyOutput: true })
    const block = randomBlock(100, 4, 17)
    const explain = (ensemble: TreeEnsemble) =>
      makeTreeExplainer(ensemble, eachInput(4), { kind: 'path-dependent', covers: coversOf(ensemble, block) })
    const [va, vb] = [explain(a).explain(block), explain(b).explain(block)]
    const difference = reweigh(joinEnsembles([a, b]), { matrix: [[-1, 2]], offset: [0.5] })
    const explainer = explain(difference)
    const values = explainer.explain(block)
    for (let k = 0; k < 400; k++) {
      expect(Math.abs(values[k]! - (2 * (va[400 + k]! + vb[400 + k]!) - va[k]! - vb[k]!))).toBeLessThan(1e-12)
    }
    const sums = sumTrees(difference, block)
    const [sa, sb] = [sumTrees(a, block), sumTrees(b, block)]
    expect(Math.abs(sums[7]! - (2 * (sa[107]! + sb[107]!) - sa[7]! - sb[7]! + 0.5))).toBeLessThan(1e-12)
  })
})
