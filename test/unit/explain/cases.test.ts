/** Real files against named reference implementations: xgboost's own contributions, and enumerations by scikit-learn. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { makeTreeExplainer } from '../../../shared/explain/tree/explain-trees.ts'
import type { TreeEnsemble } from '../../../shared/explain/tree/ensemble.ts'
import type { Block } from '../../../shared/explain/tree/players.ts'
import { readEnsemble } from '../../../shared/explain/tree/read-ensemble.ts'
import { addCovers, sumTrees } from '../../../shared/explain/tree/walk-rows.ts'
import { besideCheckout } from '../../support/engine.ts'
import { xgboostTreeShap } from './xgboost-tree-shap.ts'
import { eachInput } from '../../support/each-input.ts'

const folder = besideCheckout('cases')

function ensembleOf(path: string): TreeEnsemble {
  const { graph } = readModel(new Uint8Array(readFileSync(path)))
  return readEnsemble(graph.nodes.find((node) => node.opType.startsWith('TreeEnsemble'))!)
}

function blockOf(rows: readonly Record<string, unknown>[], features: readonly string[]): Block {
  return {
    rows: rows.length,
    columns: features.map((name) => Float32Array.from(rows, (row) => (row[name] === '' ? NaN : Number(row[name])))),
  }
}

const readTable = (path: string) =>
  Papa.parse<Record<string, string>>(readFileSync(path, 'utf8'), { header: true, skipEmptyLines: true }).data

describe.skipIf(folder === null)('bike_xgb', () => {
  const at = join(folder ?? '', 'bike_xgb')
  const expected = folder ? JSON.parse(readFileSync(join(at, 'expected.json'), 'utf8')) : null
  const features: string[] = expected?.features ?? []
  const train = folder ? readTable(join(at, 'train.csv')) : []
  const holdout = folder ? blockOf(readTable(join(at, 'holdout.csv')).slice(0, 50), features) : { rows: 0, columns: [] }

  /** xgboost's cover of a node is the sum of second derivatives over the training rows: 1 a row for squared error. */
  it("equals xgboost's pred_contribs, with its covers, to the rounding of xgboost's own float32", () => {
    const ensemble = ensembleOf(join(at, 'model.onnx'))
    const covers = new Float64Array(ensemble.feature.length)
    addCovers(ensemble, blockOf(train, features), covers)
    const explainer = makeTreeExplainer(ensemble, eachInput(11), { kind: 'path-dependent', covers })
    const values = explainer.explain(holdout)
    const theirs: number[][] = expected.tree_shap.rows
    const largest = Math.max(...theirs.flat().map(Math.abs))
    const worst = { xgboost: 0, float32: 0, float64: 0 }
    const widen = (name: keyof typeof worst, difference: number) =>
      (worst[name] = Math.max(worst[name], Math.abs(difference)))
    theirs.forEach((row, r) => {
      for (let p = 0; p < 11; p++) widen('xgboost', row[p]! - values[p * 50 + r]!)
      widen('xgboost', row[11]! - explainer.base[0]!)
      // A dozen rows have a million roundings; more would take seconds.
      if (r >= 12) return
      const input = holdout.columns.map((column) => column[r]!)
      const inFloat64 = xgboostTreeShap(ensemble, covers, input, (value) => value)
      const inFloat32 = xgboostTreeShap(ensemble, covers, input, Math.fround)
      for (let p = 0; p < 11; p++) {
        widen('float32', row[p]! - inFloat32[p]!)
        widen('float64', inFloat64[p]! - values[p * 50 + r]!)
      }
    })
    console.log('bike_xgb: largest differences', worst, 'of', largest)
    // The same algorithm in float64 agrees, and in float32 it gives xgboost's own numbers, operation by operation.
    expect(worst.float64).toBeLessThan(1e-9)
    expect(worst.float32).toBe(0)
    expect(worst.xgboost / largest).toBeLessThan(1e-5)
    const first = { rows: 5, columns: holdout.columns.map((column) => column.subarray(0, 5)) }
    const pairs = explainer.explainPairs(first)
    let worstPair = 0
    expected.tree_shap.interactions_first5.forEach((matrix: number[][], r: number) => {
      for (let i = 0; i < 11; i++) {
        for (let j = 0; j < 11; j++) {
          if (i === j) continue
          worstPair = Math.max(worstPair, Math.abs(matrix[i]![j]! - pairs[(i * 11 + j) * 5 + r]!))
        }
      }
    })
    expect(worstPair / largest).toBeLessThan(1e-5)
  })

  it('equals the log-odds contributions of the classifier, whose covers are sums of p (1 − p)', () => {
    const ensemble = ensembleOf(join(at, 'model_busy_clf.onnx'))
    const block = blockOf(train, features)
    const covers = new Float64Array(ensemble.feature.length)
    const margin = new Float64Array(block.rows).fill(ensemble.base[0]!)
    // Each tree was grown on the second derivatives that the trees before it left.
    for (const root of ensemble.roots) {
      const curvature = margin.map((value) => {
        const p = 1 / (1 + Math.exp(-value))
        return p * (1 - p)
      })
      addCovers(ensemble, block, covers, Int32Array.of(root), curvature)
      const alone = sumTrees({ ...ensemble, roots: Int32Array.of(root), base: Float64Array.of(0) }, block)
      for (let row = 0; row < block.rows; row++) margin[row]! += alone[row]!
    }
    const explainer = makeTreeExplainer(ensemble, eachInput(11), { kind: 'path-dependent', covers })
    const values = explainer.explain(holdout)
    let worst = 0
    expected.tree_shap.busy_clf_log_odds_rows.forEach((row: number[], r: number) => {
      for (let p = 0; p < 11; p++) worst = Math.max(worst, Math.abs(row[p]! - values[p * 50 + r]!))
    })
    expect(worst).toBeLessThan(1e-5)
    console.log(`model_busy_clf: largest difference ${worst}`)
  })

  it('equals the enumeration against a background', () => {
    const { rows, background, result } = expected.exact_shapley
    const ensemble = ensembleOf(join(at, 'model.onnx'))
    const explainer = makeTreeExplainer(ensemble, eachInput(11), {
      kind: 'interventional',
      background: blockOf(background, features),
    })
    const values = explainer.explain(blockOf(rows, features))
    result.forEach((one: { base: number; values: Record<string, number> }, r: number) => {
      expect(Math.abs(explainer.base[0]! - one.base)).toBeLessThan(1e-3)
      features.forEach((name, p) =>
        expect(Math.abs(values[p * rows.length + r]! - one.values[name]!), name).toBeLessThan(1e-3),
      )
    })
  })
})

describe.skipIf(folder === null)('wine_quality', () => {
  it('equals the enumeration of P(quality = 6) of a forest with seven classes', () => {
    const at = join(folder!, 'wine_quality')
    const expected = JSON.parse(readFileSync(join(at, 'expected.json'), 'utf8'))
    const { rows, background, result } = expected.exact_shapley_class_6
    const features: string[] = expected.features
    const ensemble = ensembleOf(join(at, 'model.onnx'))
    const explainer = makeTreeExplainer(ensemble, eachInput(12), {
      kind: 'interventional',
      background: blockOf(background, features),
    })
    const values = explainer.explain(blockOf(rows, features))
    result.forEach((one: { base: number; values: Record<string, number> }, r: number) => {
      expect(Math.abs(explainer.base[3]! - one.base)).toBeLessThan(1e-6)
      features.forEach((name, p) =>
        expect(Math.abs(values[(3 * 12 + p) * rows.length + r]! - one.values[name]!)).toBeLessThan(1e-6),
      )
    })
  })
})
