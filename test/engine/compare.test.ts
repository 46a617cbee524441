/** Comparison through the engine, on the churn models that ship with Assay. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Comparison } from '../../shared/contract/comparison.ts'
import type { Dataset } from '../../shared/contract/dataset.ts'
import type { Evidence, Run } from '../../shared/contract/run.ts'
import { otherMarginMetrics } from '../../shared/metrics/definitions.ts'
import { churnFile, churnOptions, compareRuns, openChurnRuns } from '../support/churn-runs.ts'
import { codeOf, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
let holdout: Dataset
let train: Dataset
let boosting: Run
let logistic: Run
let evidence: Evidence

beforeAll(async () => {
  ;({ test, holdout, boosting, logistic, evidence } = await openChurnRuns())
  train = await test.importDataset(churnFile('train.csv'), { ...churnOptions, name: 'train' })
})
afterAll(() => test.close())

const compare = (request: object) => compareRuns(test, request)

describe('comparison', () => {
  let first: Awaited<ReturnType<typeof compareRuns>>
  const request = () => ({
    runs: [logistic.id, boosting.id],
    train: train.id,
    margins: { roc_auc: 0.01, log_loss: 0.01 },
  })

  it('of boosting against logistic regression, with both baselines in the list', async () => {
    first = await compare(request())
    const { id, comparison } = first
    expect(comparison.contenders.map(({ key }) => key)).toEqual([
      logistic.id,
      boosting.id,
      'baseline:constant',
      'baseline:linear',
      'baseline:tree',
    ])
    expect(comparison.rows).toMatchObject({ total: 5000, used: 5000 })
    const metricOf = (at: number, key: string) => comparison.contenders[at]!.metrics[key]!.value!
    // The evaluation's own numbers, and those of the model card.
    expect(metricOf(1, 'roc_auc')).toBe(evidence.metrics['roc_auc']!.value)
    expect(metricOf(0, 'roc_auc')).toBeCloseTo(0.8675, 4)
    expect(metricOf(2, 'roc_auc')).toBe(0.5)
    // Fitted on the spot from the same rows as the shipped logistic regression: as good, to a thousandth.
    expect(Math.abs(metricOf(3, 'roc_auc') - metricOf(0, 'roc_auc'))).toBeLessThan(0.001)
    expect(Math.abs(metricOf(3, 'log_loss') - metricOf(0, 'log_loss'))).toBeLessThan(0.001)

    // One tree of four levels is worse than a hundred, and better than none.
    expect(metricOf(4, 'roc_auc')).toBeGreaterThan(0.75)

    const [boosted, constant, linear, tree] = comparison.pairs
    expect(tree!.differences['roc_auc']!.verdict).toBe('worse')
    const auc = boosted!.differences['roc_auc']!
    expect(auc.difference.value).toBeCloseTo(metricOf(1, 'roc_auc') - metricOf(0, 'roc_auc'), 12)
    expect(auc).toMatchObject({ test: 'DeLong, paired', verdict: 'better' })
    expect(auc.nonInferiority).toMatchObject({ margin: 0.01, verdict: 'non-inferior' })
    expect(auc.rope!.worse + auc.rope!.equivalent + auc.rope!.better).toBeCloseTo(1, 9)
    expect(boosted!.differences['log_loss']!.verdict).toBe('better')
    expect(constant!.differences['roc_auc']!.verdict).toBe('worse')
    expect(linear!.differences['roc_auc']!.verdict).toBe('no difference shown')

    // The table of right and wrong, counted again from the rows.
    const { mcnemar, changed } = boosted!
    expect(mcnemar!.bothRight + mcnemar!.onlyOther + mcnemar!.onlyReference + mcnemar!.bothWrong).toBe(5000)
    expect(changed.fixed).toBe(mcnemar!.onlyOther)
    expect(changed.broken).toBe(mcnemar!.onlyReference)
    expect((mcnemar!.bothRight + mcnemar!.onlyOther) / 5000).toBeCloseTo(metricOf(1, 'accuracy'), 12)
    expect(boosted!.groups.tested).toBeGreaterThan(10)

    const { rows, columns, total } = await test.call.comparisons.changedRows({ id, other: boosting.id, side: 'fixed' })
    expect(total).toBe(changed.fixed)
    const at = (name: string) => columns.findIndex((column) => column.name === name)
    for (const [index, row] of rows.entries()) {
      expect(row[at('churned')]).toBe(changed.fixedRows[index]!.truth)
      expect(row[at('other')]).toBe(row[at('truth')])
      expect(row[at('reference')]).not.toBe(row[at('truth')])
    }
  })

  it('gives the same numbers again, and is listed newest first', async () => {
    const again = await compare(request())
    expect(again.comparison.pairs).toEqual(first.comparison.pairs)
    const list = await test.call.comparisons.list()
    expect(list[0]!.id).toBe(again.id)
    expect(list[0]!.titles).toEqual(['logistic 1', 'boosting 1'])
  })

  it('one run alone is held against the baselines, trained on the other parts of the same rows', async () => {
    const { comparison } = await compare({ runs: [boosting.id] })
    expect(comparison.pairs.map(({ other }) => other)).toEqual([
      'baseline:constant',
      'baseline:linear',
      'baseline:tree',
    ])
    expect(comparison.contenders[2]!.detail).toContain('cross-fitted')
    // Nearly what the same model learns from 6,000 other rows.
    expect(Math.abs(comparison.contenders[2]!.metrics['roc_auc']!.value! - 0.8675)).toBeLessThan(0.002)
  })

  it('goes into the evidence of a run, with a new hash, and goes with the run', async () => {
    const version = await test.call.models.get({ id: logistic.versionId })
    const other = await test.score(version, holdout)
    await test.evaluate(other)
    const { id, comparison } = await compare({ runs: [boosting.id, other.id] })
    const before = (await test.call.runs.get({ id: other.id })).evidenceSha256
    const { evidenceSha256 } = await test.call.comparisons.attach({ id, runId: other.id })
    expect(evidenceSha256).not.toBe(before)
    const attached = await test.call.runs.evidence({ id: other.id })
    expect((attached.sections!['comparison'] as Comparison).pairs).toEqual(comparison.pairs)
    await test.call.runs.remove({ id: other.id })
    expect(await codeOf(test.call.comparisons.get({ id }))).toBe('comparison/unknown')
    expect((await test.call.workspace.verify()).problems).toEqual([])
  })

  it('rehearses a canary in the order of a column, and says when it would have been rolled back', async () => {
    const { comparison } = await compare({
      runs: [boosting.id, logistic.id],
      canary: { order: 'tenure_months', share: 0.5 },
    })
    const canary = comparison.canary!
    expect(canary).toMatchObject({ run: logistic.id, loss: 'log_loss', order: 'tenure_months', alpha: 0.05 })
    expect(canary.rows).toEqual({ replayed: 5000, withoutOrder: 0 })
    const times = canary.replay.path.map(({ at }) => Number(at))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.at(-1)).toBe(Number(holdout.columns.find(({ name }) => name === 'tenure_months')!.max))
    // All rows, both answers: the shadow's last difference is the comparison's own.
    expect(canary.shadow.path.at(-1)!.difference).toBeCloseTo(
      comparison.pairs[0]!.differences['log_loss']!.difference.value!,
      9,
    )
    expect(canary.nullDraws.n).toBe(1000)
    expect(canary.nullDraws.rolledBack.value).toBeLessThan(0.07)
    const start = (request: object) => codeOf(test.call.comparisons.start(request as never))
    expect(await start({ runs: [boosting.id], canary: {} })).toBe('canary/no-other')
    expect(await start({ runs: [boosting.id, logistic.id], canary: { order: 'x' } })).toBe('canary/no-column')
    expect(await start({ runs: [boosting.id, logistic.id], canary: { loss: 'absolute_error' } })).toBe('canary/loss')
  })

  it('refuses what has no pairs, with a code', async () => {
    const shifted = await test.importDataset(churnFile('shifted.csv'), churnOptions)
    const later = await test.score(await test.call.models.get({ id: boosting.versionId }), shifted)
    const start = (request: object) => codeOf(test.call.comparisons.start(request as never))
    expect(await start({ runs: [boosting.id, later.id] })).toBe('comparison/datasets-differ')
    expect(await start({ runs: [boosting.id, boosting.id] })).toBe('comparison/same-run')
    expect(await start({ runs: [boosting.id, logistic.id], margins: { nonsense: 1 } })).toBe('comparison/margin')
  })

  it('regression and multiclass, too', async () => {
    const diabetes = await test.importDataset(join(samples, 'diabetes/holdout.csv'), {
      target: 'progression',
      task: 'regression',
    })
    const diabetesTrain = await test.importDataset(join(samples, 'diabetes/train.csv'), {
      target: 'progression',
      task: 'regression',
    })
    const ridge = await test.score(await test.importModel(join(samples, 'diabetes/ridge.onnx')), diabetes)
    const { comparison } = await compare({ runs: [ridge.id], train: diabetesTrain.id, margins: { rmse: 5 } })
    const [constant, linear] = comparison.pairs
    expect(constant!.differences['rmse']!.verdict).toBe('worse')
    expect(linear!.differences['rmse']!.rope!.verdict).toBe('equivalent')
    // What the window offers margins of is compared.
    const offered = (task: 'binary' | 'multiclass' | 'regression') =>
      expect.arrayContaining([...otherMarginMetrics[task]])
    expect(comparison.metricOrder).toEqual(offered('regression'))
    expect(constant!.mcnemar).toBeNull()
    expect(constant!.signedRank!.p).toBeLessThan(0.01)
    expect(constant!.changed.fixed + constant!.changed.broken).toBeLessThanOrEqual(diabetes.rows)

    const wine = await test.importDataset(join(samples, 'wine/holdout.csv'), { target: 'cultivar', task: 'multiclass' })
    const wineTrain = await test.importDataset(join(samples, 'wine/train.csv'), {
      target: 'cultivar',
      task: 'multiclass',
    })
    const forest = await test.score(await test.importModel(join(samples, 'wine/random-forest.onnx')), wine)
    const multiclass = (await compare({ runs: [forest.id], train: wineTrain.id })).comparison
    expect(multiclass.metricOrder).toEqual(offered('multiclass'))
    expect((await compare({ runs: [boosting.id] })).comparison.metricOrder).toEqual(offered('binary'))
    expect(multiclass.pairs[0]!.differences['accuracy']!.verdict).toBe('worse')
    expect(Object.keys(multiclass.pairs[0]!.differences)).toEqual(
      expect.arrayContaining(['f1_macro', 'mcc', 'roc_auc_ovr_present', 'log_loss', 'top_2_accuracy']),
    )
  })
})
