/** Methods against each other, and models other than trees of two classes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Explanation } from '../../shared/contract/explain.ts'
import type { Run } from '../../shared/contract/run.ts'
import { codeOf, samples } from '../support/engine.ts'
import { churn, explainingEngine } from '../support/explaining.ts'

const on = explainingEngine()
let boosting: Run
beforeAll(async () => {
  boosting = await on.evaluated(
    join(samples, 'churn/holdout.csv'),
    join(samples, 'churn/gradient-boosting.onnx'),
    churn,
  )
})

it('agrees with sampling and enumeration, which know nothing of the graph', async () => {
  const tree = await on.explain(boosting, { game: 'interventional' })
  expect(tree.game).toBe('interventional')
  const sampled = await on.explain(boosting, { method: 'permutation', rows: 40 })
  expect(sampled.sampling!.evaluations).toBeGreaterThan(10_000)
  expect(sampled.rows.explained).toBeLessThanOrEqual(40)
  expect(sampled.additivity.largest).toBeLessThan(1e-9)
  // The scales differ, log-odds against probability; the order of the large ones does not.
  const top = (explanation: Explanation) =>
    explanation.outputs[0]!.features.slice(0, 3).map((feature) => explanation.players[feature.player]!.name)
  expect(new Set(top(sampled))).toEqual(new Set(top(tree)))
  const lines = readFileSync(join(samples, 'churn/holdout.csv'), 'utf8').split('\n')
  const few = join(on.test.folder, 'few.csv')
  writeFileSync(few, lines.slice(0, 101).join('\n'))
  const background = (await on.test.importDataset(few, churn)).id
  const exact = await on.explain(boosting, { method: 'exact', rows: 3, background })
  expect(exact.reference.used).toBe(100)
  const kernel = await on.explain(boosting, { method: 'kernel', rows: 3, background })
  const value = (explanation: Explanation, name: string) =>
    explanation.outputs[0]!.features.find((feature) => explanation.players[feature.player]!.name === name)!.mean.value!
  for (const name of ['contract', 'tenure_months']) {
    expect(Math.abs(value(exact, name) - value(kernel, name))).toBeLessThan(5 * kernel.sampling!.largestError)
  }
})

describe('other models', () => {
  it('explains a linear model in closed form', async () => {
    const data = await on.test.call.datasets.get({ id: boosting.datasetId })
    const run = await on.test.score(await on.test.importModel(join(samples, 'churn/logistic-regression.onnx')), data)
    await on.test.evaluate(run)
    const explanation = await on.explain(run)
    expect(explanation).toMatchObject({ method: 'linear', space: 'log-odds', exact: true })
    expect(explanation.parity!.largest).toBeLessThan(1e-5)
    const row = await on.test.call.explain.row({ id: run.id, row: 3 })
    const sum = row.outputs[0]!.parts.reduce((total, part) => total + part.attribution, row.outputs[0]!.base)
    expect(Math.abs(sum - row.outputs[0]!.margin)).toBeLessThan(1e-9)
    // Its files go with the run.
    const stored = () => on.test.engine.workspace.files.known().map((file) => file.sha256)
    expect(stored()).toContain(explanation.valuesSha256)
    await on.test.call.runs.remove({ id: run.id })
    expect(stored()).not.toContain(explanation.valuesSha256)
    expect(stored()).not.toContain(explanation.stateSha256)
  })

  it('explains each class of a forest', async () => {
    const run = await on.evaluated(join(samples, 'wine/holdout.csv'), join(samples, 'wine/random-forest.onnx'), {
      target: 'cultivar',
      task: 'multiclass',
    })
    const explanation = await on.explain(run)
    expect(explanation.outputs.length).toBe(3)
    expect(explanation.space).toBe('probability')
    const bases = explanation.outputs.map((output) => output.base)
    expect(bases.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
  })

  it('explains a regression', async () => {
    const run = await on.evaluated(join(samples, 'diabetes/holdout.csv'), join(samples, 'diabetes/ridge.onnx'), {
      target: 'progression',
      task: 'regression',
    })
    const explanation = await on.explain(run, { effects: true })
    expect(explanation).toMatchObject({ method: 'linear', space: 'target' })
    expect(explanation.importance!.metric).toBe('r2')
    // Of a linear model both effects are lines of its slope, and every row's curve is parallel to them.
    expect(explanation.effects.length).toBeGreaterThan(3)
    for (const { grid, partialDependence, accumulated, individual } of explanation.effects) {
      const at = grid as number[]
      const slope = (curve: readonly number[], k: number) => (curve[k]! - curve[k - 1]!) / (at[k]! - at[k - 1]!)
      const mean = partialDependence.map((metric) => metric.value!)
      const whole = (mean.at(-1)! - mean[0]!) / (at.at(-1)! - at[0]!)
      const close = (value: number, k: number) =>
        expect(Math.abs(value - whole) * (at[k]! - at[k - 1]!)).toBeLessThan(2e-3)
      for (let k = 1; k < at.length; k++) {
        for (const curve of [mean, accumulated!, individual[0]!, individual.at(-1)!]) close(slope(curve, k), k)
      }
      expect(partialDependence[0]!.low).toBeLessThan(partialDependence[0]!.value!)
    }
    // The closed form by another way: f less its mean with the column's values of every other row.
    const row = await on.test.call.explain.row({ id: run.id, row: 4 })
    const table = Papa.parse<Record<string, string>>(readFileSync(join(samples, 'diabetes/holdout.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    for (const { name, value, attribution } of row.outputs[0]!.parts.slice(0, 3)) {
      const effect = explanation.effects.find((one) => explanation.players[one.player]!.name === name)!
      const [low, high] = [effect.grid[0] as number, effect.grid.at(-1) as number]
      const slope = (effect.individual[0]!.at(-1)! - effect.individual[0]![0]!) / (high - low)
      const average = table.reduce((sum, line) => sum + Number(line[name]), 0) / table.length
      expect(Math.abs(attribution - slope * (Number(value) - average))).toBeLessThan(
        1e-3 * Math.abs(attribution) + 1e-2,
      )
    }
    // A range stands for a decision; neighbours predict something else by a standard deviation.
    expect(await codeOf(on.test.call.explain.counterfactuals({ id: run.id, row: 0 }))).toBe('explain/bad-goal')
    const before = (await on.test.call.explain.row({ id: run.id, row: 0 })).scores[0]!.score!
    const goal = { kind: 'range', low: before + 15, high: null } as const
    const { found } = await on.test.call.explain.counterfactuals({ id: run.id, row: 0, goal })
    expect(found.length).toBeGreaterThan(2)
    for (const one of found) expect(one.score).toBeGreaterThanOrEqual(before + 15)
    const near = await on.test.call.explain.neighbours({ id: run.id, row: 0 })
    expect(near.found.length).toBe(5)
    for (const one of near.found) expect(Math.abs(one.score - before)).toBeGreaterThan(10)
  })
  it('refuses an explanation of what is not evaluated', async () => {
    const data = await on.test.importDataset(join(samples, 'diabetes/holdout.csv'), {
      target: 'progression',
      task: 'regression',
    })
    const run = await on.test.score(await on.test.importModel(join(samples, 'diabetes/ridge.onnx')), data)
    expect(await codeOf(on.test.call.explain.start({ id: run.id }))).toBe('run/not-evaluated')
  })
})
