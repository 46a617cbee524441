/** Comparison, calibration and decision through the engine, on the churn models that ship with Assay. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyCalibrator } from '../../shared/calibration/apply-calibrator.ts'
import type { CalibrationMethod } from '../../shared/contract/calibration.ts'
import type { Comparison } from '../../shared/contract/comparison.ts'
import type { Dataset } from '../../shared/contract/dataset.ts'
import type { ComparisonId, VersionId } from '../../shared/contract/ids.ts'
import type { ModelVersion } from '../../shared/contract/model.ts'
import type { Evidence, Run } from '../../shared/contract/run.ts'
import { readModel } from '../../shared/onnx/read-model.ts'
import { codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

const options = { target: 'churned', task: 'binary', id: 'customer_id', positive: 'Yes' } as const
const protectedColumns = { ...options, protected: ['gender', 'senior'] }

let test: TestEngine
let holdout: Dataset
let train: Dataset
let boosting: Run
let logistic: Run
let evidence: Evidence

beforeAll(async () => {
  test = await openTestEngine()
  const churn = (file: string) => join(samples, 'churn', file)
  holdout = await test.importDataset(churn('holdout.csv'), { ...protectedColumns, name: 'holdout' })
  train = await test.importDataset(churn('train.csv'), { ...options, name: 'train' })
  boosting = await test.score(await test.importModel(churn('gradient-boosting.onnx'), 'boosting'), holdout)
  logistic = await test.score(await test.importModel(churn('logistic-regression.onnx'), 'logistic'), holdout)
  evidence = await test.evaluate(boosting)
  await test.evaluate(logistic)
})
afterAll(() => test.close())

async function compare(request: object): Promise<{ id: ComparisonId; comparison: Comparison }> {
  const { jobId } = await test.call.comparisons.start(request as never)
  const id = (await test.finish(jobId)) as ComparisonId
  return { id, comparison: (await test.call.comparisons.get({ id })).comparison }
}

describe('comparison', () => {
  it('of boosting against logistic regression, with both baselines in the list', async () => {
    const { id, comparison } = await compare({
      runs: [logistic.id, boosting.id],
      train: train.id,
      margins: { roc_auc: 0.01, log_loss: 0.01 },
    })
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
    const first = await compare({ runs: [logistic.id, boosting.id] })
    const again = await compare({ runs: [logistic.id, boosting.id] })
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
    const shifted = await test.importDataset(join(samples, 'churn/shifted.csv'), options)
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
    expect(constant!.mcnemar).toBeNull()
    expect(constant!.changed.fixed + constant!.changed.broken).toBeLessThanOrEqual(diabetes.rows)

    const wine = await test.importDataset(join(samples, 'wine/holdout.csv'), { target: 'cultivar', task: 'multiclass' })
    const wineTrain = await test.importDataset(join(samples, 'wine/train.csv'), {
      target: 'cultivar',
      task: 'multiclass',
    })
    const forest = await test.score(await test.importModel(join(samples, 'wine/random-forest.onnx')), wine)
    const multiclass = (await compare({ runs: [forest.id], train: wineTrain.id })).comparison
    expect(multiclass.pairs[0]!.differences['accuracy']!.verdict).toBe('worse')
    expect(Object.keys(multiclass.pairs[0]!.differences)).toEqual(
      expect.arrayContaining(['f1_macro', 'mcc', 'roc_auc_ovr_present', 'log_loss', 'top_2_accuracy']),
    )
  })
})

describe('calibration', () => {
  it('is measured, judged on rows held back, and written into the evidence', async () => {
    const { jobId } = await test.call.calibrations.start({
      id: boosting.id,
      slices: [[{ kind: 'equals', column: 'contract', value: 'Two year' }]],
    })
    await test.finish(jobId)
    const section = (await test.call.calibrations.get({ id: boosting.id }))!
    expect(section.candidates.map(({ method }) => method)).toEqual(['platt', 'temperature', 'beta', 'isotonic'])
    expect(section.split!.fitRows + section.split!.judgedRows).toBe(5000)
    expect(section.events[0]!.event).toBe('Yes')
    expect(section.events[0]!.metrics['ece']).toEqual(evidence.metrics['ece'])
    // The named slice holds the rows that the column's own value holds.
    const { tested, found } = section.groups!
    expect(tested).toBeGreaterThan(15)
    const named = found.find(({ column }) => column === 'slice')!
    const own = found.find(({ column, value }) => column === 'contract' && value === 'Two year')!
    expect(named).toEqual({ ...own, column: 'slice', value: 'contract = Two year' })
    expect(section.events[0]!.metrics['calibration_slope']!.value).toBeGreaterThan(0.8)
  })

  it.each(['platt', 'temperature', 'beta', 'isotonic'] as const)(
    'accepted %s: the new version’s scores are those of the calibrator, to float32 rounding',
    async (method: CalibrationMethod) => {
      const { jobId } = await test.call.calibrations.accept({ id: boosting.id, method })
      const id = (await test.finish(jobId)) as VersionId
      const version = await test.call.models.get({ id })
      expect(version.name).toBe('boosting')
      expect(version.binding!.output).toMatchObject({ label: null, transform: 'none' })
      expect(version.edits.at(-1)).toMatch(/^Appended .* to version 1; log loss/)
      expect(version.metadata['assay.calibration.1']).toContain(`"method":"${method}"`)
      const calibrated = await test.score(version, holdout)
      const section = (await test.call.calibrations.get({ id: boosting.id }))!
      const { calibrator } = section.candidates.find((one) => one.method === method)!
      const [before, after] = [await scoresOf(boosting), await scoresOf(calibrated)]
      const expected = applyCalibrator(calibrator, before, 2)
      let worst = 0
      expected.forEach((value, at) => (worst = Math.max(worst, Math.abs(value - after[at]!) / Math.max(value, 1e-6))))
      // One rounding to float32 is 6e-8 of the number.
      expect(worst).toBeLessThan(2.5e-7)
      // Everything that was in the graph is there byte for byte, in the same order.
      const stored = (file: ModelVersion) =>
        readModel(readFileSync(test.engine.workspace.files.path(file.servedSha256))).graph
      const parent = stored(await test.call.models.get({ id: boosting.versionId }))
      const child = stored(version)
      expect(child.nodes.slice(0, parent.nodes.length).map(({ name }) => name)).toEqual(
        parent.nodes.map(({ name }) => name),
      )
      expect(child.outputs.map(({ name }) => name)).toEqual([
        ...parent.outputs.map(({ name }) => name),
        'calibrated_probabilities',
      ])
    },
  )

  it('a calibrated version can be calibrated again', async () => {
    const [model] = (await test.call.models.list()).filter(({ name }) => name === 'boosting')
    const again = await test.score(await test.call.models.get({ id: model!.versions[0]!.id }), holdout)
    await test.evaluate(again)
    await test.finish((await test.call.calibrations.start({ id: again.id, methods: ['platt'] })).jobId)
    const id = (await test.finish(
      (await test.call.calibrations.accept({ id: again.id, method: 'platt' })).jobId,
    )) as VersionId
    const version = await test.call.models.get({ id })
    expect(version.binding!.output.score).toEqual(['calibrated_probabilities_2'])
    expect(Object.keys(version.metadata)).toEqual(
      expect.arrayContaining(['assay.calibration.1', 'assay.calibration.2']),
    )
  })

  it('the lineage leads from data over the recipe and the version to the calibration and what it gave', async () => {
    const { modelId } = await test.call.registry.get({ id: boosting.versionId })
    await test.call.registry.setLineage({
      id: boosting.versionId,
      lineage: { parents: [], datasets: [{ datasetId: boosting.datasetId, use: 'training' }] },
    })
    const { nodes, edges } = await test.call.registry.lineage({ modelId })
    const recipes = nodes.filter(({ kind }) => kind === 'recipe')
    // One for all versions with this preparation: calibrations inherit it.
    const recipe = recipes.find(({ title }) => title === 'Imputer, OneHotEncoder ×5')!
    expect(recipes.filter(({ title }) => title === recipe.title)).toEqual([recipe])
    const calibration = nodes.find(({ kind, title }) => kind === 'calibration' && title === 'isotonic calibration')!
    expect(calibration.detail).toMatch(/^fitted on /)
    const to = edges.find(({ from }) => from === calibration.id)!.to
    expect(edges).toEqual(
      expect.arrayContaining([
        { from: boosting.datasetId, to: recipe.id, label: 'training' },
        { from: recipe.id, to: boosting.versionId, label: 'prepares' },
        { from: boosting.versionId, to: calibration.id, label: 'calibrated' },
        { from: boosting.datasetId, to: calibration.id, label: 'fitted on' },
        { from: calibration.id, to, label: 'gives' },
      ]),
    )
    expect(nodes.find(({ id }) => id === to)).toMatchObject({ kind: 'version' })
    expect(edges.filter(({ from, to: end }) => end === to && from === recipe.id)).toEqual([])
  })

  it('the audit log says who accepted what, and the workspace verifies', async () => {
    const { entries } = await test.call.workspace.audit({ offset: 0, limit: 200 })
    const accepted = entries.filter(({ event }) => event === 'calibration accepted')
    expect(accepted.length).toBe(5)
    expect(accepted.at(-1)!.detail).toMatchObject({ parent: boosting.versionId, run: boosting.id, method: 'platt' })
    expect((await test.call.workspace.verify()).ok).toBe(true)
  })

  it('more classes than two: every method, appended and equal', async () => {
    const wine = await test.importDataset(join(samples, 'digits/holdout.csv'), { target: 'label', task: 'multiclass' })
    const run = await test.score(await test.importModel(join(samples, 'digits/mlp.onnx')), wine)
    await test.evaluate(run)
    await test.finish((await test.call.calibrations.start({ id: run.id })).jobId)
    const section = (await test.call.calibrations.get({ id: run.id }))!
    expect(section.events[0]!.event).toBe('the predicted class is right')
    expect(section.events.length).toBe(11)
    const width = run.binding.output.classes.length
    for (const { method, calibrator } of section.candidates) {
      const id = (await test.finish((await test.call.calibrations.accept({ id: run.id, method })).jobId)) as VersionId
      const calibrated = await test.score(await test.call.models.get({ id }), wine)
      const expected = applyCalibrator(calibrator, await scoresOf(run), width)
      const found = await scoresOf(calibrated)
      let worst = 0
      expected.forEach((value, at) => (worst = Math.max(worst, Math.abs(value - found[at]!))))
      expect(worst, method).toBeLessThan(2.5e-7)
    }
    expect(section.candidates.map(({ method }) => method)).toContain('temperature')
  })

  it('refuses what cannot be calibrated or was not judged, with a code', async () => {
    expect(
      await codeOf(test.finish((await test.call.calibrations.accept({ id: logistic.id, method: 'beta' })).jobId)),
    ).toBe('calibration/not-made')
    const diabetes = await test.importDataset(join(samples, 'diabetes/holdout.csv'), {
      target: 'progression',
      task: 'regression',
    })
    const ridge = await test.score(await test.importModel(join(samples, 'diabetes/ridge.onnx')), diabetes)
    expect(await codeOf(test.finish((await test.call.calibrations.start({ id: ridge.id })).jobId))).toBe(
      'calibration/no-probabilities',
    )
  })

  async function scoresOf(run: Run): Promise<Float64Array> {
    const { classes, transform } = run.binding.output
    const width = classes.length
    // What a float32 model gave is stored as float32, and shown with as many digits as that takes.
    const stored = transform === 'none' ? Math.fround : (value: number) => value
    const scores = new Float64Array(run.rows * width)
    for (let offset = 0; offset < run.rows; offset += 1000) {
      const page = await test.call.runs.rows({ id: run.id, request: { offset, limit: 1000 } })
      const first = page.columns.findIndex(({ name }) => name.startsWith('probability '))
      page.rows.forEach((row, at) => {
        for (let k = 0; k < width; k++) scores[(offset + at) * width + k] = stored(Number(row[first + k]))
      })
    }
    return scores
  }
})

describe('report', () => {
  it('holds what was attached: calibration, decision and comparison', async () => {
    await test.finish((await test.call.decisions.start({ id: boosting.id, capacity: 500 })).jobId)
    const { id } = await compare({ runs: [logistic.id, boosting.id], margins: { roc_auc: 0.01 } })
    await test.call.comparisons.attach({ id, runId: boosting.id })
    const path = join(test.folder, '..', 'report.html')
    await test.finish((await test.call.runs.report({ id: boosting.id, file: { path }, format: 'html' })).jobId)
    const html = readFileSync(path, 'utf8')
    for (const words of [
      'Measures of calibration',
      'Adaptive calibration error',
      'Recalibrations, fitted on',
      'Operating points',
      '500 rows at most',
      'boosting 1 against logistic 1',
      'non-inferior',
    ]) {
      expect(html, words).toContain(words)
    }
    const pdf = join(test.folder, '..', 'report.pdf')
    await test.finish((await test.call.runs.report({ id: boosting.id, file: { path: pdf }, format: 'pdf' })).jobId)
    expect(readFileSync(pdf).length).toBeGreaterThan(20_000)
  })
})

describe('decision', () => {
  const payoff = { truePositive: 5, falsePositive: -1, falseNegative: -5, trueNegative: 0 }

  it('a threshold gives the evaluation’s own confusion and rates', async () => {
    const point = await test.call.decisions.at({ id: boosting.id, query: { threshold: 0.5 } })
    const detail = evidence.detail as Extract<Evidence['detail'], { kind: 'binary' }>
    expect([
      [point.tn, point.fp],
      [point.fn, point.tp],
    ]).toEqual(detail.confusion.counts)
    for (const key of ['precision', 'recall', 'specificity', 'accuracy', 'f1']) {
      expect(point.metrics[key], key).toEqual(evidence.metrics[key])
    }
  })

  it('the best value, the capacity and the curves agree with each other', async () => {
    const section = await test.call.decisions.look({ id: boosting.id, payoff, capacity: 500 })
    expect(section.rows).toMatchObject({ used: 5000 })
    const best = section.best!
    expect(best.metrics['value']!.value).toBeGreaterThanOrEqual(Math.max(...section.valueCurve!.value))
    const there = await test.call.decisions.at({ id: boosting.id, query: { threshold: best.threshold! }, payoff })
    expect(there.metrics['value']).toEqual(best.metrics['value'])
    const { tp, fp } = section.atCapacity!
    expect(tp + fp).toBeLessThanOrEqual(500)
    expect(tp + fp).toBeGreaterThan(490)
    expect(section.decisionCurve!.threshold).toHaveLength(99)
    expect(section.gainCurve.gain.at(-1)).toBe(1)
  })

  it('a section is written into the evidence', async () => {
    await test.finish((await test.call.decisions.start({ id: boosting.id, payoff })).jobId)
    const { sections } = await test.call.runs.evidence({ id: boosting.id })
    expect(sections!['decision']).toMatchObject({ schema: 'assay.decision/1', payoff })
    // Another analysis does not take it away.
    expect(sections!['calibration']).toBeDefined()
  })

  it('the chosen threshold belongs to the version: evaluations use it, and the log says why', async () => {
    const { versionId } = logistic
    expect(await test.call.decisions.chosen({ versionId })).toBeNull()
    const chosen = await test.call.decisions.choose({
      versionId,
      threshold: 0.3,
      reason: 'finds two of three who leave',
      runId: logistic.id,
    })
    expect(await test.call.decisions.chosen({ versionId })).toEqual(chosen)
    const evaluated = await test.evaluate(logistic)
    expect((evaluated.detail as { threshold: number }).threshold).toBe(0.3)
    expect((await test.evaluate(logistic, 0.5)).detail).toMatchObject({ threshold: 0.5 })
    const { entries } = await test.call.workspace.audit({ offset: 0, limit: 10 })
    expect(entries.find(({ event }) => event === 'threshold chosen')).toMatchObject({
      subject: versionId,
      detail: { threshold: 0.3, before: null, reason: 'finds two of three who leave', run: logistic.id },
    })
    await test.call.decisions.choose({ versionId, threshold: 0.4, reason: 'fewer calls' })
    expect((await test.call.decisions.chosen({ versionId }))!.threshold).toBe(0.4)
  })

  it('refuses what it cannot answer, with a code', async () => {
    const at = (request: object) => codeOf(test.call.decisions.at(request as never))
    expect(await at({ id: boosting.id, query: { best: 'value' } })).toBe('decision/no-payoff')
    expect(await at({ id: boosting.id, query: { threshold: 0.5 }, payoff: { ...payoff, falseNegative: 9 } })).toBe(
      'decision/payoff',
    )
    expect(
      await codeOf(
        test.call.decisions.choose({
          versionId: boosting.versionId,
          threshold: 0.3,
          reason: 'a run of another version',
          runId: logistic.id,
        }),
      ),
    ).toBe('decision/other-version')
  })
})
