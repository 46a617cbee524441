/** Attributions of the reference cases' tree models, laid out like the documents of the references. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { makeTreeExplainer } from '../../../shared/explain/tree/explain-trees.ts'
import type { TreeEnsemble } from '../../../shared/explain/tree/ensemble.ts'
import type { Block } from '../../../shared/explain/tree/players.ts'
import { readEnsemble } from '../../../shared/explain/tree/read-ensemble.ts'
import { addCovers, sumTrees } from '../../../shared/explain/tree/walk-rows.ts'
import type { Case } from './mirror-cases.ts'
import type { Mirror } from './mirror-metrics.ts'
import { eachInput } from '../../support/each-input.ts'

function ensembleOf(at: Case, file: string): TreeEnsemble {
  const { graph } = readModel(new Uint8Array(readFileSync(join(at.folder, file))))
  return readEnsemble(graph.nodes.find((node) => node.opType.startsWith('TreeEnsemble'))!)
}

function blockOf(rows: readonly Record<string, unknown>[], features: readonly string[]): Block {
  return {
    rows: rows.length,
    columns: features.map((name) => Float32Array.from(rows, (row) => (row[name] === '' ? NaN : Number(row[name])))),
  }
}

const blockOfFile = (at: Case, file: string, features: readonly string[], rows?: number): Block => {
  const columns = at.columns(file)
  const own = features.map((name) => Float32Array.from(columns[name]!.slice(0, rows), Number))
  return { rows: own[0]!.length, columns: own }
}

interface Exact {
  readonly rows: readonly Record<string, unknown>[]
  readonly background: readonly Record<string, unknown>[]
  readonly result: readonly object[]
}

/** Exact interventional values of one output against a background. */
export function shapleyMirror(
  at: Case,
  file: string,
  { rows, background }: Exact,
  features: readonly string[],
  output: number,
): Mirror {
  const ensemble = ensembleOf(at, file)
  const block = blockOf(rows, features)
  const explainer = makeTreeExplainer(ensemble, eachInput(features.length), {
    kind: 'interventional',
    background: blockOf(background, features),
  })
  const values = explainer.explain(block)
  const base = explainer.base[output]!
  return {
    result: rows.map((_, r) => {
      const own = features.map((_name, p) => values[(output * features.length + p) * rows.length + r]!)
      return {
        base,
        fx: own.reduce((sum, value) => sum + value, base),
        values: Object.fromEntries(features.map((name, p) => [name, own[p]])),
      }
    }),
  }
}

/** Pairs off the diagonal, what a column does alone on it, and the base in the corner. */
function interactionMatrix(pairs: Float64Array, own: readonly number[][], r: number, base: number): number[][] {
  const width = own[r]!.length - 1
  const pair = (i: number, j: number): number => pairs[(i * width + j) * own.length + r]!
  const rows = Array.from({ length: width }, (_, i) => {
    const row = Array.from({ length: width }, (_column, j) => (i === j ? 0 : pair(i, j)))
    row[i] = row.reduce((left, value) => left - value, own[r]![i]!)
    return [...row, 0]
  })
  return [...rows, [...new Array<number>(width).fill(0), base]]
}

/** xgboost's cover of a node is the sum of second derivatives over the training rows. */
export function treeShapMirror(at: Case, features: readonly string[]): Mirror {
  const width = features.length
  const train = blockOfFile(at, 'train.csv', features)
  const first = blockOfFile(at, 'holdout.csv', features, 50)
  const model = ensembleOf(at, 'model.onnx')
  const covers = new Float64Array(model.feature.length)
  addCovers(model, train, covers)
  const explainer = makeTreeExplainer(model, eachInput(width), { kind: 'path-dependent', covers })
  const rowsOf = (values: Float64Array, base: number, n: number): number[][] =>
    Array.from({ length: n }, (_, r) => [...features.map((_name, p) => values[p * n + r]!), base])
  const all = blockOfFile(at, 'holdout.csv', features)
  const allValues = explainer.explain(all)
  const five = { rows: 5, columns: first.columns.map((column) => column.subarray(0, 5)) }
  const pairs = explainer.explainPairs(five)
  const own = rowsOf(explainer.explain(five), explainer.base[0]!, 5)

  const busy = ensembleOf(at, 'model_busy_clf.onnx')
  const busyCovers = new Float64Array(busy.feature.length)
  const margin = new Float64Array(train.rows).fill(busy.base[0]!)
  // Each tree was grown on the second derivatives that the trees before it left.
  for (const root of busy.roots) {
    const curvature = margin.map((value) => {
      const p = 1 / (1 + Math.exp(-value))
      return p * (1 - p)
    })
    addCovers(busy, train, busyCovers, Int32Array.of(root), curvature)
    const alone = sumTrees({ ...busy, roots: Int32Array.of(root), base: Float64Array.of(0) }, train)
    for (let row = 0; row < train.rows; row++) margin[row]! += alone[row]!
  }
  const busyExplainer = makeTreeExplainer(busy, eachInput(width), { kind: 'path-dependent', covers: busyCovers })
  return {
    tree_shap: {
      columns: [...features, 'bias'],
      rows: rowsOf(explainer.explain(first), explainer.base[0]!, 50),
      mean_abs_all_holdout: Object.fromEntries(
        features.map((name, p) => {
          const own = allValues.subarray(p * all.rows, (p + 1) * all.rows)
          return [name, own.reduce((sum, value) => sum + Math.abs(value), 0) / all.rows]
        }),
      ),
      interactions_first5: Array.from({ length: 5 }, (_, r) => interactionMatrix(pairs, own, r, explainer.base[0]!)),
      busy_clf_log_odds_rows: rowsOf(busyExplainer.explain(first), busyExplainer.base[0]!, 50),
    },
  }
}
