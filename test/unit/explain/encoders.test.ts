/**
 * Attributions carried back to raw columns, through encoders and scalers that ONNX Runtime runs, against the enumeration
 * of every coalition of raw columns, in float64. And what holds of any explanation, on many random models.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Binding } from '../../../shared/contract/model.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { readExactCore } from '../../../shared/explain/graph/exact-core.ts'
import { makeReasoner } from '../../../shared/explain/reason-codes.ts'
import type { Reasoner } from '../../../shared/explain/reason-codes.ts'
import { writeReference } from '../../../shared/explain/reasons-file.ts'
import { mixRows } from '../../../shared/explain/mix-rows.ts'
import type { Mixed } from '../../../shared/explain/mix-rows.ts'
import { sumTrees } from '../../../shared/explain/tree/walk-rows.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { boundColumns } from '../../../shared/scoring/bound-columns.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import Papa from 'papaparse'
import { attribute, input, node } from '../../support/build-model.ts'
import { samples } from '../../support/engine.ts'
import { makeTreeModel } from '../../support/make-trees.ts'
import { reasonsRuntime } from '../../support/reasons-runtime.ts'
import { randomEnsemble } from './random-trees.ts'
import { shapleyByEnumeration } from './slow-versions.ts'

const ml = 'ai.onnx.ml'

function rowsOf(columns: GivenRows['columns'], rows: number): GivenRows {
  return { rows, columns, numbers: Float64Array.from({ length: rows }, (_, k) => k) }
}

/** Largest difference between the reasoner's attributions and the enumeration over raw columns. */
async function compare(model: Uint8Array, binding: Binding, rows: GivenRows, background: GivenRows): Promise<number> {
  const columns = boundColumns(binding)
  const { core } = readExactCore(readModel(model), binding, columns)
  if (core?.kind !== 'trees') throw new Error('No trees')
  const runtime = await reasonsRuntime(model, binding, () => reasoner.front!.bytes)
  const blockOf = async (given: GivenRows['columns'], n: number) => {
    const { width, values } = await runtime.runFront(given, n)
    return {
      rows: n,
      columns: Array.from({ length: width }, (_, k) =>
        Float32Array.from({ length: n }, (__, row) => Number(values[row * width + k])),
      ),
    }
  }
  const file = {
    schema: 'assay.reasons/1' as const,
    method: 'tree' as const,
    space: 'score' as const,
    seed: 1,
    players: [],
  }
  // The front is known before the background that goes through it.
  let reasoner: Reasoner = makeReasoner(
    model,
    binding,
    { ...file, reference: { kind: 'interventional', rows: 1, wide: false, columns: [] } },
    runtime,
  )
  const reference = writeReference({
    kind: 'interventional',
    background: await blockOf(background.columns, background.rows),
  })
  reasoner = makeReasoner(model, binding, { ...file, reference }, runtime)
  const { values, names } = await reasoner.explain(rows)
  const players = rows.columns.map((column) => columns.indexOf(column.name))
  const n = columns.length
  let worst = 0
  for (let row = 0; row < rows.rows; row++) {
    const mixed: Mixed[] = []
    for (let coalition = 0; coalition < 1 << n; coalition++) {
      for (let other = 0; other < background.rows; other++) {
        mixed.push({ row, background: other, fromRow: (player) => ((coalition >>> player) & 1) === 1 })
      }
    }
    const sums = sumTrees(core.ensemble, await blockOf(mixRows(players, rows, background, mixed), mixed.length))
    const exact = shapleyByEnumeration(n, names.length, (coalition) =>
      Float64Array.from(names, (_, k) => {
        let sum = 0
        for (let other = 0; other < background.rows; other++) {
          sum += sums[k * mixed.length + coalition * background.rows + other]!
        }
        return sum / background.rows
      }),
    )
    exact.forEach((list, p) =>
      list.forEach((value, k) => {
        worst = Math.max(worst, Math.abs(value - values[(k * n + p) * rows.rows + row]!))
      }),
    )
  }
  return worst
}

describe('through encoders', () => {
  it.each([
    ['boosted trees', { operator: 'regressor' }, {}],
    ['a forest of classes', { operator: 'classifier', classes: ['p', 'q', 'r'] }, { outputs: 3, everyOutput: true }],
  ] as const)('%s: a scaled matrix and two one-hot encoded texts equal the enumeration', async (_, wish, more) => {
    const random = createRandom(31)
    const width = 4
    const hot = (name: string, cats: readonly string[]) =>
      node('OneHotEncoder', [name], [`${name}_hot`], {
        domain: ml,
        attributes: [attribute.texts('cats_strings', cats)],
      })
    const flat = (name: string) => node('Flatten', [`${name}_hot`], [`${name}_flat`])
    const around = {
      inputs: [input('a', 1, ['N', width]), input('b', 8, ['N', 1]), input('c', 8, ['N', 1])],
      nodes: [
        node('Scaler', ['a'], ['scaled'], {
          domain: ml,
          attributes: [attribute.floats('offset', [0.5, 0, -0.5, 1]), attribute.floats('scale', [2, 1, 0.5, 1])],
        }),
        hot('b', ['x', 'y', 'z']),
        hot('c', ['u', 'v', 'w', 'None']),
        flat('b'),
        flat('c'),
        node('Concat', ['scaled', 'b_flat', 'c_flat'], ['X'], { attributes: [attribute.int('axis', 1)] }),
      ],
    }
    const ensemble = randomEnsemble({ seed: 32, trees: 12, depth: 5, inputs: width + 7, stop: 0.05, ...more })
    const model = makeTreeModel(ensemble, { ...wish, around })
    const isClassifier = wish.operator === 'classifier'
    const names = readModel(model).graph.outputs.map((value) => value.name)
    const binding: Binding = {
      inputs: [
        { kind: 'matrix', input: 'a', columns: ['n0', 'n1', 'n2', 'n3'] },
        { kind: 'column', input: 'b', column: 'first' },
        { kind: 'column', input: 'c', column: 'second' },
      ],
      output: {
        task: isClassifier ? 'multiclass' : 'regression',
        score: [isClassifier ? names.at(-1)! : names[0]!],
        label: null,
        transform: 'none',
        classes: isClassifier ? ['p', 'q', 'r'] : [],
        positive: null,
      },
      missingText: '',
      fixedBatch: null,
    }
    const table = (rows: number): GivenRows =>
      rowsOf(
        [
          ...['n0', 'n1', 'n2', 'n3'].map((name) => ({
            name,
            as: 'float' as const,
            values: Float32Array.from({ length: rows }, () => random.normal()),
          })),
          ...[
            ['first', ['x', 'y', 'z', 'never seen']],
            ['second', ['u', 'v', 'w', 'None']],
          ].map(([name, cats]) => ({
            name: name as string,
            as: 'string' as const,
            values: Array.from({ length: rows }, () => cats![Math.floor(random.uniform() * 4)]!),
          })),
        ],
        rows,
      )
    const worst = await compare(model, binding, table(6), table(25))
    expect(worst).toBeLessThan(1e-9)
  })

  it('the sample boosting of nine raw columns equals the enumeration', async () => {
    const model = new Uint8Array(readFileSync(join(samples, 'churn/gradient-boosting.onnx')))
    const { graph } = readModel(model)
    const lines = Papa.parse<Record<string, string>>(readFileSync(join(samples, 'churn/holdout.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    const numeric = new Set(graph.inputs.filter((value) => value.elementType === 1).map((value) => value.name))
    const inputs = graph.inputs.filter((value) => lines[0]![value.name] !== undefined)
    expect(inputs.length).toBe(9)
    const binding: Binding = {
      inputs: inputs.map(({ name }) => ({ kind: 'column', input: name, column: name })),
      output: {
        task: 'binary',
        score: [graph.outputs.at(-1)!.name],
        label: null,
        transform: 'none',
        classes: ['No', 'Yes'],
        positive: 'Yes',
      },
      missingText: '',
      fixedBatch: null,
    }
    const table = (from: number, rows: number): GivenRows =>
      rowsOf(
        inputs.map(({ name }) => {
          const texts = lines.slice(from, from + rows).map((line) => line[name]!)
          return numeric.has(name)
            ? { name, as: 'float', values: Float32Array.from(texts, (text) => (text === '' ? NaN : Number(text))) }
            : { name, as: 'string', values: texts }
        }),
        rows,
      )
    expect(await compare(model, binding, table(0, 4), table(100, 12))).toBeLessThan(1e-9)
  })
})
