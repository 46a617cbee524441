/** Reference cases: enumerations and importances that scikit-learn gave. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import type { DatasetOptions } from '../../shared/contract/dataset.ts'
import { besideCheckout } from '../support/engine.ts'
import { permutationImportance, truthOf } from '../../electron/engine/explain/importance.ts'
import { openPredictor } from '../../electron/engine/explain/predictor.ts'
import type { Predictor } from '../../electron/engine/explain/predictor.ts'
import { readEvenly } from '../../electron/engine/explain/read-rows.ts'
import { readSubject } from '../../electron/engine/explain/subject.ts'
import type { Subject } from '../../electron/engine/explain/subject.ts'
import { withScorer } from '../../electron/engine/scoring/ask-scorer.ts'
import type { Run } from '../../shared/contract/run.ts'
import { fedColumns } from '../../shared/explain/given-rows.ts'
import { mixRows, playerOfColumn } from '../../shared/explain/mix-rows.ts'
import type { StreamedColumn } from '../../shared/scoring/columns.ts'
import { explainingEngine } from '../support/explaining.ts'

const on = explainingEngine()

const cases = besideCheckout('cases')
/** The run's model as a function of its columns. */
async function asking<T>(
  run: Run,
  work: (subject: Subject, predictor: Predictor, fed: StreamedColumn[]) => Promise<T>,
): Promise<T> {
  const { engine } = on.test
  const subject = await readSubject(engine, run.id)
  return withScorer(engine.launcher, async (scorer) =>
    work(subject, await openPredictor(engine, subject, scorer), fedColumns(subject.version, subject.binding)),
  )
}

describe.skipIf(cases === null)('reference cases', () => {
  it('telco_churn: equals the enumeration over 12 raw columns through imputer and encoders', async () => {
    const folder = join(cases!, 'telco_churn')
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
    const { features, fixed, background, rows, result } = expected.exact_shapley_12_features
    const names = [...Object.keys(fixed), ...features]
    const write = (name: string, list: Record<string, unknown>[]): string => {
      const path = join(on.test.folder, name)
      writeFileSync(
        path,
        Papa.unparse(
          list.map((row, k) => ({ ...fixed, ...row, Churn: k % 2 === 0 ? 'Yes' : 'No' })),
          {
            columns: [...names, 'Churn'],
          },
        ),
      )
      return path
    }
    const types: DatasetOptions['types'] = Object.fromEntries(
      names.map((name) => [
        name,
        ['tenure', 'MonthlyCharges', 'TotalCharges', 'SeniorCitizen'].includes(name) ? 'float' : 'string',
      ]),
    )
    const options: DatasetOptions = { target: 'Churn', task: 'binary', positive: 'Yes', types }
    const run = await on.evaluated(write('telco.csv', rows), join(folder, 'model_raw.onnx'), options)
    const reference = await on.test.importDataset(write('telco-background.csv', background), options)
    const explanation = await on.explain(run, { method: 'exact', background: reference.id, rows: 3 })
    expect(explanation.reference.used).toBe(8)
    for (const [r, one] of (result as { base: number; fx: number; values: Record<string, number> }[]).entries()) {
      expect(explanation.outputs[0]!.base).toBeCloseTo(one.base, 5)
      void r
    }
    const out = join(on.test.folder, 'telco-values.csv')
    const { jobId } = await on.test.call.explain.exportValues({ id: run.id, file: { path: out }, format: 'csv' })
    await on.test.finish(jobId)
    const table = Papa.parse<Record<string, string>>(readFileSync(out, 'utf8'), { header: true, skipEmptyLines: true })
    let worst = 0
    ;(result as { values: Record<string, number> }[]).forEach((one, r) => {
      for (const name of features as string[]) {
        worst = Math.max(worst, Math.abs(one.values[name]! - Number(table.data[r]![`attribution ${name}`])))
      }
      for (const name of Object.keys(fixed)) expect(Number(table.data[r]![`attribution ${name}`])).toBe(0)
    })
    expect(worst).toBeLessThan(1e-6)
    // The trees themselves, in log-odds against the same background, add up and give the fixed columns exactly 0.
    const tree = await on.explain(run, { background: reference.id, game: 'interventional' })
    expect(tree.parity!.largest).toBeLessThan(1e-5)
    const constant = tree.outputs[0]!.features.filter((f) => Object.keys(fixed).includes(tree.players[f.player]!.name))
    expect(constant.map((f) => f.largest)).toEqual(constant.map(() => 0))
  })

  it('california_gbr: equals the enumeration through imputer and one-hot encoder, in dollars', async () => {
    const folder = join(cases!, 'california_gbr')
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
    const { background, rows, result } = expected.exact_shapley
    const write = (name: string, list: Record<string, unknown>[]): string => {
      const path = join(on.test.folder, name)
      writeFileSync(path, Papa.unparse(list.map((row, k) => ({ ...row, median_house_value: 1000 * k }))))
      return path
    }
    const numbers = Object.keys(rows[0]).filter((name) => name !== 'ocean_proximity')
    const options: DatasetOptions = {
      target: 'median_house_value',
      task: 'regression',
      types: Object.fromEntries(numbers.map((name) => [name, 'float'])),
    }
    const run = await on.evaluated(write('houses.csv', rows), join(folder, 'model.onnx'), options)
    const reference = await on.test.importDataset(write('houses-background.csv', background), options)
    const explanation = await on.explain(run, { background: reference.id, game: 'interventional' })
    expect(explanation).toMatchObject({ method: 'tree', space: 'target' })
    for (let r = 0; r < rows.length; r++) {
      const row = await on.test.call.explain.row({ id: run.id, row: r })
      for (const part of row.outputs[0]!.parts) {
        // 2e-6 of the prediction is what float32 weights leave.
        expect(Math.abs(part.attribution - result[r].values[part.name])).toBeLessThan(1)
      }
    }
    // The ridge regression behind the same encoders: φ is f less its mean with the column's values of the background.
    const ridge = await on.test.score(
      await on.test.importModel(join(folder, 'model_ridge.onnx')),
      await on.test.importDataset(join(on.test.folder, 'houses.csv'), options),
    )
    await on.test.evaluate(ridge)
    expect(await on.explain(ridge, { background: reference.id })).toMatchObject({ method: 'linear', space: 'target' })
    const one = await on.test.call.explain.row({ id: ridge.id, row: 1 })
    const before = one.scores[0]!.score!
    const parts = one.outputs[0]!.parts.slice(0, 4)
    const scores = await asking(ridge, async (subject, predictor, fed) => {
      const own = await readEvenly(on.test.engine, subject.dataset, fed, 3)
      const others = await readEvenly(on.test.engine, reference, fed, background.length)
      const mixed = parts.flatMap(({ name }) =>
        Array.from({ length: background.length }, (_, k) => ({
          row: 1,
          background: k,
          fromRow: (player: number) => subject.columns[player] !== name,
        })),
      )
      const players = playerOfColumn(subject.columns, own.columns)
      return (await predictor.predict(mixRows(players, own, others, mixed), mixed.length))[0]!
    })
    parts.forEach(({ attribution }, k) => {
      const ofColumn = scores.subarray(k * background.length, (k + 1) * background.length)
      const mean = ofColumn.reduce((sum, score) => sum + score, 0) / background.length
      expect(Math.abs(attribution - (before - mean))).toBeLessThan(1)
    })
  })

  it("california_gbr: permutation importance agrees with scikit-learn's, drawn by other random numbers", async () => {
    const folder = join(cases!, 'california_gbr')
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
    const run = await on.evaluated(join(folder, 'holdout.csv'), join(folder, 'model.onnx'), {
      target: 'median_house_value',
      task: 'regression',
    })
    const importance = await asking(run, async (subject, predictor, fed) => {
      const target = { name: 'median_house_value', as: 'string' } as const
      const all = await readEvenly(on.test.engine, subject.dataset, [...fed, target], 20_000)
      return permutationImportance({
        subject,
        dataset: subject.dataset,
        predictor,
        players: subject.columns.map((name) => ({ name, columns: [name], kind: 'number', inputs: 1 })),
        sizes: new Float64Array(subject.columns.length).fill(1),
        exact: false,
        given: { ...all, columns: all.columns.slice(0, fed.length) },
        truth: truthOf(subject, all.columns.at(-1)!.values as string[]),
        seed: 1,
        context: { signal: new AbortController().signal, progress: () => undefined },
      })
    })
    const names = run.binding.inputs.flatMap((one) =>
      'columns' in one ? one.columns : 'column' in one ? [one.column] : [],
    )
    const reference = expected.permutation_importance.model[0].features as Record<string, { mean: number; std: number }>
    expect(importance!.features.length).toBe(9)
    for (const { player, drop } of importance!.features) {
      const { mean, std } = reference[names[player]!]!
      expect(Math.abs(drop.value! - mean)).toBeLessThan(5 * std)
    }
  })
})
