/** Every reference case through the engine: scores against scikit-learn's, metrics against its own numbers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetOptions } from '../../shared/contract/dataset.ts'
import type { Evidence } from '../../shared/contract/run.ts'
import type { Run } from '../../shared/contract/run.ts'
import { besideCheckout, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

const folder = besideCheckout('cases')

interface Case {
  readonly folder: string
  readonly model: string
  readonly data: string
  readonly options: DatasetOptions
  /** Column of holdout_scored.csv to score column. */
  readonly scores: Readonly<Record<string, string>>
  /** Where the metrics lie in expected.json under "metrics". */
  readonly expected: string | null
  readonly logits?: true
}

const telco = { target: 'Churn', id: 'customerID', task: 'binary', positive: 'Yes' } as const
const telcoOneHot = { target: 'Churn', task: 'binary' } as const
const wine = { target: 'quality', task: 'multiclass' } as const
const wineScores = Object.fromEntries([3, 4, 5, 6, 7, 8, 9].map((name) => [`rf_p_${name}`, `probability ${name}`]))
const cases: Case[] = [
  {
    folder: 'telco_churn',
    model: 'model.onnx',
    data: 'holdout_onehot.csv',
    options: telcoOneHot,
    scores: { gb_p_yes: 'probability 1' },
    expected: 'model',
  },
  {
    folder: 'telco_churn',
    model: 'model_zipmap.onnx',
    data: 'holdout_onehot.csv',
    options: telcoOneHot,
    scores: { gb_p_yes: 'probability 1' },
    expected: 'model',
  },
  {
    folder: 'telco_churn',
    model: 'model_rf.onnx',
    data: 'holdout_onehot.csv',
    options: telcoOneHot,
    scores: { rf_p_yes: 'probability 1' },
    expected: 'model_rf',
  },
  {
    folder: 'telco_churn',
    model: 'model_rf_zipmap.onnx',
    data: 'holdout_onehot.csv',
    options: telcoOneHot,
    scores: { rf_p_yes: 'probability 1' },
    expected: 'model_rf',
  },
  {
    folder: 'telco_churn',
    model: 'model_gb_rawscores.onnx',
    data: 'holdout_onehot.csv',
    options: telcoOneHot,
    scores: { gb_p_yes: 'probability 1' },
    expected: 'model',
    logits: true,
  },
  {
    folder: 'telco_churn',
    model: 'model_raw.onnx',
    data: 'holdout.csv',
    options: telco,
    scores: { raw_gb_p_yes: 'probability Yes' },
    expected: 'model_raw',
  },
  {
    folder: 'telco_churn',
    model: 'model_raw_zipmap.onnx',
    data: 'holdout.csv',
    options: telco,
    scores: { raw_gb_p_yes: 'probability Yes' },
    expected: 'model_raw',
  },
  {
    folder: 'telco_churn',
    model: 'model_raw_zipmap_columns.onnx',
    data: 'holdout.csv',
    options: telco,
    scores: { raw_gb_p_yes: 'probability Yes' },
    expected: 'model_raw',
  },
  {
    folder: 'wine_quality',
    model: 'model.onnx',
    data: 'holdout.csv',
    options: wine,
    scores: wineScores,
    expected: 'model',
  },
  {
    folder: 'wine_quality',
    model: 'model_zipmap.onnx',
    data: 'holdout.csv',
    options: wine,
    scores: wineScores,
    expected: 'model',
  },
  {
    folder: 'bike_xgb',
    model: 'model.onnx',
    data: 'holdout.csv',
    options: { target: 'cnt', task: 'regression' },
    scores: { pred: 'prediction' },
    expected: 'model',
  },
  {
    folder: 'california_gbr',
    model: 'model.onnx',
    data: 'holdout.csv',
    options: { target: 'median_house_value', task: 'regression' },
    scores: { gb: 'prediction' },
    expected: 'model',
  },
  {
    folder: 'california_gbr',
    model: 'model_ridge.onnx',
    data: 'holdout.csv',
    options: { target: 'median_house_value', task: 'regression' },
    scores: { ridge: 'prediction' },
    expected: 'model_ridge',
  },
  {
    folder: 'digits_mnist_cnn',
    model: 'model.onnx',
    data: 'holdout.csv',
    options: { target: 'label', task: 'multiclass' },
    scores: {},
    expected: 'model_softmax_of_logits',
    logits: true,
  },
]

/** Names in expected.json that differ from ours. */
const renamed: Readonly<Record<string, string>> = {
  brier: 'brier_score',
  multiclass_brier: 'brier_score',
  top2_accuracy: 'top_2_accuracy',
  ks_stat: 'ks_statistic',
  ece10: 'ece',
  mce10: 'mce',
  residual_std_ddof1: 'residual_std',
  pred_mean: 'prediction_mean',
}

function readTable(path: string): Record<string, string>[] {
  return Papa.parse<Record<string, string>>(readFileSync(path, 'utf8'), { header: true, skipEmptyLines: true }).data
}

describe.skipIf(folder === null)('reference cases', () => {
  let test: TestEngine
  beforeAll(async () => {
    test = await openTestEngine()
  })
  afterAll(() => test.close())

  async function allRows(run: Run): Promise<{ columns: string[]; rows: (string | null)[][] }> {
    const rows: (string | null)[][] = []
    let columns: string[] = []
    for (let offset = 0; offset < run.rows; offset += 1000) {
      const page = await test.call.runs.rows({ id: run.id, request: { offset, limit: 1000 } })
      columns = page.columns.map((column) => column.name)
      rows.push(...page.rows)
    }
    return { columns, rows }
  }

  async function compareScores(run: Run, entry: Case): Promise<void> {
    const { columns, rows } = await allRows(run)
    const wanted = readTable(join(folder!, entry.folder, 'holdout_scored.csv'))
    expect(rows.length).toBe(wanted.length)
    for (const [theirs, ours] of Object.entries(entry.scores)) {
      const place = columns.indexOf(ours)
      expect(place, `${ours} among ${columns.join(', ')}`).toBeGreaterThanOrEqual(0)
      let worst = 0
      // Relative, to a twentieth of the largest where a score is next to nothing: float32 carries no more.
      const floor = wanted.reduce((largest, row) => Math.max(largest, Math.abs(Number(row[theirs]))), 0) / 20
      rows.forEach((row, index) => {
        const expected = Number(wanted[index]![theirs])
        worst = Math.max(worst, Math.abs(Number(row[place]) - expected) / Math.max(Math.abs(expected), floor))
      })
      expect(worst).toBeLessThan(1e-5)
    }
  }

  function compareMetrics(evidence: Evidence, entry: Case): number {
    const expected = JSON.parse(readFileSync(join(folder!, entry.folder, 'expected.json'), 'utf8')).metrics[
      entry.expected!
    ]
    let compared = 0
    for (const [name, value] of Object.entries(expected)) {
      const metric = evidence.metrics[renamed[name] ?? name]
      if (!metric || typeof value !== 'number') continue
      // A mean residual is a small difference of large float32 numbers: it is as exact as they are.
      const scale = name === 'mean_residual' ? expected.mae : Math.max(Math.abs(value), 1e-3)
      expect(Math.abs(metric.value! - value) / scale, `${name}: ${metric.value} against ${value}`).toBeLessThan(1e-5)
      // A rate counts the rows it is a rate of: precision those predicted positive.
      expect(metric.n).toBeLessThanOrEqual(expected.n)
      compared++
    }
    expect(evidence.metrics['accuracy']?.n ?? evidence.metrics['mae']?.n).toBe(expected.n)
    return compared
  }

  it.each(cases)('$folder $model', async (entry) => {
    const dataset = await test.importDataset(join(folder!, entry.folder, entry.data), entry.options)
    const version = await test.importModel(join(folder!, entry.folder, entry.model))
    const run = await test.score(version, dataset)
    expect(run.state).toBe('scored')
    if (entry.logits) expect(run.binding.output.transform).not.toBe('none')
    await compareScores(run, entry)
    const evidence = await test.evaluate(run)
    expect(evidence.rows.used).toBe(dataset.rows)
    expect(compareMetrics(evidence, entry)).toBeGreaterThanOrEqual(8)
    for (const metric of Object.values(evidence.metrics)) {
      if (metric.value === null) expect(metric.reason).toBeTruthy()
      if (metric.low !== null) expect(metric.low).toBeLessThanOrEqual(metric.high!)
    }
  })
})
