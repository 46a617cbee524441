/** The reference cases through the engine: columns to 1e-9 of scipy's numbers, scores to what float32 keeps. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetOptions } from '../../shared/contract/dataset.ts'
import type { DriftColumn } from '../../shared/contract/drift-column.ts'
import type { DriftReport } from '../../shared/contract/drift.ts'
import type { DriftId } from '../../shared/contract/ids.ts'
import { besideCheckout, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

const folder = besideCheckout('cases')

const cases: { readonly name: string; readonly options: DatasetOptions }[] = [
  { name: 'telco_churn', options: { target: 'Churn', id: 'customerID', task: 'binary', positive: 'Yes' } },
  { name: 'wine_quality', options: { target: 'quality', task: 'multiclass' } },
  { name: 'california_gbr', options: { target: 'median_house_value', task: 'regression' } },
  { name: 'bike_xgb', options: { target: 'cnt', task: 'regression' } },
]

interface Expected {
  readonly kind: 'numeric' | 'categorical'
  readonly [key: string]: unknown
}

function near(actual: number | null | undefined, expected: unknown, relative: number, what: string): void {
  const wanted = expected as number
  expect(Math.abs((actual ?? NaN) - wanted), `${what}: ${actual} is not ${wanted}`).toBeLessThanOrEqual(
    relative * Math.abs(wanted) + 1e-15,
  )
}

function check(column: DriftColumn, expected: Expected, relative: number, what: string): void {
  const { tests } = column
  expect(column.kind, what).toBe(expected.kind)
  near(tests.psi!.statistic, expected['psi'], relative, `${what} psi`)
  near(tests.js!.statistic, expected['js_distance'], relative, `${what} js`)
  if (expected.kind === 'categorical') {
    near(tests.chi2!.statistic, expected['chi2'], relative, `${what} chi2`)
    near(tests.chi2!.p, expected['chi2_p'], relative, `${what} chi2 p`)
    return
  }
  near(tests.ks!.statistic, expected['ks'], relative, `${what} ks`)
  near(tests.wasserstein!.statistic, expected['wasserstein_std'], relative, `${what} wasserstein`)
  near(tests.mann_whitney!.statistic, expected['mannwhitney_u'], relative, `${what} u`)
  const side = expected['current'] as { n: number; missing: number; median: number }
  expect({ n: column.current.n, missing: column.current.missing }).toEqual({ n: side.n, missing: side.missing })
  near(column.current.quantiles![2], side.median, relative, `${what} median`)
}

describe.skipIf(folder === null)('reference cases', () => {
  let test: TestEngine
  beforeAll(async () => {
    test = await openTestEngine()
  })
  afterAll(() => test.close())

  const compare = async (request: Parameters<TestEngine['call']['drift']['compare']>[0]): Promise<DriftReport> => {
    const { jobId } = await test.call.drift.compare(request)
    return test.call.drift.get({ id: (await test.finish(jobId)) as DriftId })
  }
  const options = { splits: 0, multivariate: false }

  it.each(cases)('$name', async ({ name, options: importOptions }) => {
    const { drift } = JSON.parse(readFileSync(join(folder!, name, 'expected.json'), 'utf8')) as {
      drift: Record<string, Record<string, Expected>>
    }
    const train = await test.importDataset(join(folder!, name, 'train.csv'), importOptions)
    for (const [comparison, file] of [
      ['train_vs_holdout', 'holdout.csv'],
      ['train_vs_shifted', 'holdout_shifted.csv'],
    ] as const) {
      const current = await test.importDataset(join(folder!, name, file), importOptions)
      const expected = drift[comparison]!
      const of = (kind: Expected['kind']): string[] =>
        Object.entries(expected).flatMap(([column, wanted]) => (wanted.kind === kind ? [column] : []))
      const report = await compare({
        referenceId: train.id,
        currentId: current.id,
        columns: Object.keys(expected),
        categorical: of('categorical'),
        numeric: of('numeric'),
        options,
      })
      expect(report.skipped).toEqual([])
      for (const column of report.columns) {
        check(column, expected[column.name]!, 1e-9, `${name} ${comparison} ${column.name}`)
      }
    }
  })

  it('telco_churn, the scores', async () => {
    const { drift } = JSON.parse(readFileSync(join(folder!, 'telco_churn', 'expected.json'), 'utf8')) as {
      drift: { score_train_vs_shifted: Expected }
    }
    const { options: importOptions } = cases[0]!
    const version = await test.importModel(join(folder!, 'telco_churn', 'model_raw.onnx'))
    const sides = []
    for (const file of ['train.csv', 'holdout_shifted.csv']) {
      const dataset = await test.importDataset(join(folder!, 'telco_churn', file), importOptions)
      sides.push({ dataset, run: await test.score(version, dataset) })
    }
    const report = await compare({
      referenceId: sides[0]!.dataset.id,
      currentId: sides[1]!.dataset.id,
      referenceRunId: sides[0]!.run.id,
      currentRunId: sides[1]!.run.id,
      options,
    })
    const scores = report.columns.find((column) => column.source === 'prediction')!
    // A row of float32 scores beside a bin's edge changes bins: one of 1,200 is 8e-4 of a fraction.
    near(scores.tests.ks!.statistic, drift.score_train_vs_shifted['ks'], 3e-3, 'ks')
    near(scores.tests.wasserstein!.statistic, drift.score_train_vs_shifted['wasserstein_std'], 1e-6, 'wasserstein')
    near(scores.tests.psi!.statistic, drift.score_train_vs_shifted['psi'], 0.02, 'psi')
    near(scores.tests.mann_whitney!.statistic, drift.score_train_vs_shifted['mannwhitney_u'], 1e-4, 'u')
  })
})
