/** What is read from the graph gives what ONNX Runtime gives, for each form of the operator. */
import { createRequire } from 'node:module'
import type * as Ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { AssayError } from '../../../shared/contract/errors.ts'
import { findCore } from '../../../shared/explain/graph/find-core.ts'
import type { TreeEnsemble } from '../../../shared/explain/tree/ensemble.ts'
import { readEnsemble } from '../../../shared/explain/tree/read-ensemble.ts'
import type { Block } from '../../../shared/explain/tree/players.ts'
import { sumTrees } from '../../../shared/explain/tree/walk-rows.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { attribute, input, model, node, output } from '../../support/build-model.ts'
import { makeTreeModel, tensorAttribute } from '../../support/make-trees.ts'
import type { TreeModelWish } from '../../support/make-trees.ts'
import { randomBlock, randomEnsemble } from './random-trees.ts'

process.env['ORT_DISABLE_TELEMETRY'] = '1'
const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Ort

const rows = 500

async function runtimeScores(
  bytes: Uint8Array,
  ensemble: TreeEnsemble,
  block: Block,
  wide: boolean,
): Promise<Float64Array> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 })
  const size = rows * ensemble.inputs
  const data = wide ? new Float64Array(size) : new Float32Array(size)
  block.columns.forEach((column, k) => column.forEach((value, row) => (data[row * ensemble.inputs + k] = value)))
  const tensor = new ort.Tensor(wide ? 'float64' : 'float32', data as Float32Array, [rows, ensemble.inputs])
  const found = await session.run({ X: tensor }, ['scores'])
  return Float64Array.from(found['scores']!.data as Float32Array)
}

/** Largest difference between ONNX Runtime and our sums, after `link` on each row's sums. */
async function difference(
  ensemble: TreeEnsemble,
  wish: TreeModelWish,
  link: (sums: number[]) => number[],
  block = randomBlock(rows, ensemble.inputs, 5),
): Promise<number> {
  const bytes = makeTreeModel(ensemble, wish)
  const scores = await runtimeScores(bytes, ensemble, block, wish.wide ?? false)
  const { graph } = readModel(bytes)
  const read = readEnsemble(graph.nodes[0]!)
  const sums = sumTrees(read, block)
  let worst = 0
  for (let row = 0; row < rows; row++) {
    const ours = link(Array.from({ length: read.outputs }, (_, k) => sums[k * rows + row]!))
    ours.forEach((value, k) => (worst = Math.max(worst, Math.abs(value - scores[row * ours.length + k]!))))
  }
  return worst
}

const none = (sums: number[]) => sums
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const softmax = (sums: number[]) => {
  const parts = sums.map(Math.exp)
  const total = parts.reduce((a, b) => a + b, 0)
  return parts.map((part) => part / total)
}
const older = [0, 1, 2, 3, 4, 5]
const one = randomEnsemble({ seed: 1, trees: 12, depth: 5, inputs: 6, modes: older })
const three = randomEnsemble({ seed: 2, trees: 9, depth: 4, inputs: 6, outputs: 3, modes: older, everyOutput: true })
const sparse = randomEnsemble({ seed: 3, trees: 9, depth: 4, inputs: 6, outputs: 3, modes: older })
const positive = { ...one, leafWeight: one.leafWeight.map(Math.abs), base: Float64Array.of(0.2) }

const cases: [string, TreeEnsemble, TreeModelWish, (sums: number[]) => number[]][] = [
  ['regressor, every comparison, missing values', one, { operator: 'regressor' }, none],
  ['regressor, average', one, { operator: 'regressor', aggregate: 'AVERAGE' }, none],
  ['regressor of three targets', three, { operator: 'regressor' }, none],
  [
    'binary classifier, one sum, logistic',
    one,
    { operator: 'classifier', classes: ['a', 'b'], transform: 'LOGISTIC' },
    ([s]) => [sigmoid(-s!), sigmoid(s!)],
  ],
  ['binary classifier, one sum, raw', one, { operator: 'classifier', classes: ['a', 'b'] }, ([s]) => [-s!, s!]],
  [
    'binary classifier, one positive sum',
    positive,
    { operator: 'classifier', classes: ['a', 'b'] },
    ([s]) => [1 - s!, s!],
  ],
  [
    'classifier of three, softmax',
    three,
    { operator: 'classifier', classes: ['a', 'b', 'c'], transform: 'SOFTMAX' },
    softmax,
  ],
  [
    'classifier of three, boosting',
    sparse,
    { operator: 'classifier', classes: ['a', 'b', 'c'], transform: 'LOGISTIC' },
    (sums) => sums.map(sigmoid),
  ],
  ['classifier of three, votes', three, { operator: 'classifier', classes: ['a', 'b', 'c'] }, none],
]

describe('tree ensembles', () => {
  it.each(cases)('%s', async (_, ensemble, wish, link) => {
    expect(await difference(ensemble, wish, link)).toBeLessThan(2e-5)
  })

  it('version 3 in float64', async () => {
    const wide = { ...one, threshold: one.threshold.map((value) => value + 1e-12), wide: true }
    expect(await difference(wide, { operator: 'regressor', wide: true }, none)).toBeLessThan(2e-5)
  })

  it('version 5 with sets of values', async () => {
    const ensemble = randomEnsemble({
      seed: 4,
      trees: 8,
      depth: 5,
      inputs: 6,
      outputs: 2,
      modes: [0, 1, 2, 3, 4, 5, 6],
    })
    const plain = { ...ensemble, base: new Float64Array(2) }
    // Whole numbers, as codes of categories are: ONNX Runtime 1.30 cuts the fraction off before it looks into larger sets.
    const some = randomBlock(rows, 6, 5)
    const block = { rows, columns: some.columns.map((column) => column.map(Math.round)) }
    expect(await difference(plain, { operator: 'version 5' }, none, block)).toBeLessThan(2e-5)
  })

  it('refuses what it cannot read, by a code', () => {
    const codeOf = (bytes: Uint8Array): string => {
      try {
        readEnsemble(readModel(bytes).graph.nodes[0]!)
      } catch (error) {
        return error instanceof AssayError ? error.code : String(error)
      }
      return 'no error'
    }
    const broken = (attributes: Uint8Array[]) =>
      model([
        node('TreeEnsembleRegressor', ['X'], ['scores'], { domain: 'ai.onnx.ml', attributes }),
        input('X', 1, ['N', 1]),
        output('scores', 1, ['N', 1]),
      ])
    expect(codeOf(broken([]))).toBe('explain/tree-not-readable')
    const nodes = [
      attribute.ints('nodes_treeids', [0, 0]),
      attribute.ints('nodes_nodeids', [0, 1]),
      attribute.ints('nodes_featureids', [0, 0]),
      attribute.texts('nodes_modes', ['BRANCH_LEQ', 'LEAF']),
      attribute.floats('nodes_values', [0, 0]),
      attribute.ints('nodes_truenodeids', [1, 0]),
      // Both sides lead to the same leaf: a walk would meet it twice.
      attribute.ints('nodes_falsenodeids', [1, 0]),
    ]
    expect(codeOf(broken(nodes))).toBe('explain/tree-not-readable')
    const max = makeTreeModel(one, { operator: 'regressor', aggregate: 'MAX' as 'SUM' })
    expect(codeOf(max)).toBe('explain/aggregate')
  })
})

describe('what lies behind the trees', () => {
  const tail = (nodes: Uint8Array[], extra: Uint8Array[] = []) => {
    const bytes = makeTreeModel({ ...one, base: Float64Array.of(0) }, { operator: 'regressor' })
    const trees = readModel(bytes).graph.nodes[0]!
    const treeBytes = bytes.subarray(trees.range.start, trees.range.end)
    return readModel(model([treeBytes, ...nodes, ...extra, input('X', 1, ['N', 6]), output('y', 1, ['N', 1])]))
  }
  const constant = (name: string, value: number) =>
    node('Constant', [], [name], { attributes: [tensorAttribute('value', 1, [value])] })

  it('follows sums, scales and a sigmoid', () => {
    const { graph } = tail([
      constant('two', 2),
      constant('half', 0.5),
      node('Mul', ['scores', 'two'], ['scaled']),
      node('Add', ['scaled', 'half'], ['shifted']),
      node('Sigmoid', ['shifted'], ['y']),
    ])
    const core = findCore(graph, ['y'])
    expect(core).toMatchObject({ kind: 'trees', link: 'logistic', input: 'X' })
    if (core.kind !== 'trees') return
    expect(core.ensemble.base[0]).toBeCloseTo(0.5, 12)
    const block = randomBlock(20, 6, 8)
    const [ours, plain] = [sumTrees(core.ensemble, block), sumTrees({ ...one, base: Float64Array.of(0) }, block)]
    // Weights are float32 in the file.
    expect(ours[3]).toBeCloseTo(2 * plain[3]! + 0.5, 5)
  })

  it('says why there is nothing to explain exactly', () => {
    const { graph } = tail([node('Exp', ['scores'], ['y'])])
    expect(findCore(graph, ['y'])).toEqual({
      kind: 'none',
      reason: 'The scores are made by Exp, which is neither a tree ensemble nor linear.',
    })
  })
})
