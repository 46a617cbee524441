/** Drift through the engine: the churn sample against its later self, with runs, windows, timelines and cancellation. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dataset } from '../../shared/contract/dataset.ts'
import type { DriftColumn } from '../../shared/contract/drift-column.ts'
import type { DriftReport, DriftSection } from '../../shared/contract/drift.ts'
import type { DriftId } from '../../shared/contract/ids.ts'
import type { Run } from '../../shared/contract/run.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import { codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
let train: Dataset
let holdout: Dataset
let shifted: Dataset
const churn = { target: 'churned', id: 'customer_id', task: 'binary', positive: 'Yes' } as const

beforeAll(async () => {
  test = await openTestEngine()
  train = await test.importDataset(join(samples, 'churn/train.csv'), churn)
  holdout = await test.importDataset(join(samples, 'churn/holdout.csv'), churn)
  shifted = await test.importDataset(join(samples, 'churn/shifted.csv'), churn)
})
afterAll(() => test.close())

type Request = Parameters<TestEngine['call']['drift']['compare']>[0]
async function compare(request: Request): Promise<DriftReport> {
  const { jobId } = await test.call.drift.compare(request)
  return test.call.drift.get({ id: (await test.finish(jobId)) as DriftId })
}

const columnOf = (report: DriftReport, name: string): DriftColumn => {
  const found = report.columns.find((column) => column.name === name)
  expect(found, `${name} among ${report.columns.map((column) => column.name).join(', ')}`).toBeDefined()
  return found!
}

describe('the churn sample', () => {
  it('has not drifted from train to hold-out', async () => {
    const report = await compare({ referenceId: train.id, currentId: holdout.id })
    expect(report.counts).toMatchObject({ drifted: 0, undefined: 0 })
    expect(report.counts.stable).toBeGreaterThanOrEqual(report.columns.length - 1)
    expect(report.reference.rows).toBe(6000)
    expect(report.current.rows).toBe(5000)
    // Every test has its statistic or the reason why it has none.
    for (const column of report.columns) {
      for (const [name, found] of Object.entries(column.tests)) {
        if (found!.statistic === null) expect(found!.reason, `${column.name} ${name}`).toBeTruthy()
        const { effect } = found!
        if (effect && effect.low !== null) {
          expect(effect.low).toBeLessThanOrEqual(effect.value)
          expect(effect.high).toBeGreaterThanOrEqual(effect.value)
        }
      }
    }
    const domain = report.domainClassifier
    expect(domain.made && Math.abs(domain.result.auc.value! - 0.5)).toBeLessThan(0.03)
    expect(report.performance).toEqual({ made: false, reason: expect.stringContaining('no runs') })
  })

  it('has drifted some quarters later, where its card says so', async () => {
    const report = await compare({ referenceId: holdout.id, currentId: shifted.id })
    const drifted = report.columns.filter((column) => column.decision.verdict === 'drifted').map(({ name }) => name)
    expect(drifted).toEqual(['payment_method', 'monthly_charges'])
    for (const name of ['tenure_months', 'contract', 'support_calls', 'churned']) {
      expect(columnOf(report, name).decision.verdict, name).toBe('slight')
    }
    expect(columnOf(report, 'gender').decision.verdict).toBe('stable')
    expect(columnOf(report, 'payment_method').unseen.examples).toEqual(['Digital wallet'])
    expect(columnOf(report, 'total_charges').missing!.p).toBeLessThan(1e-6)
    expect(report.findings.some((finding) => finding.code === 'drift/unseen-category')).toBe(true)
    expect(report.domainClassifier.made && report.domainClassifier.result.auc.low!).toBeGreaterThan(0.6)
    expect(report.hypotheses).toBeGreaterThan(report.columns.length)
    expect(columnOf(report, 'churned').role).toBe('target')
    const { p, holm, benjaminiHochberg } = columnOf(report, 'monthly_charges').decision
    expect(benjaminiHochberg!).toBeGreaterThanOrEqual(p!)
    expect(holm!).toBeGreaterThanOrEqual(benjaminiHochberg!)
  })

  it("chooses tests by Evidently's rule", async () => {
    const report = await compare({
      referenceId: holdout.id,
      currentId: shifted.id,
      options: { preset: 'evidently', multivariate: false },
    })
    expect(columnOf(report, 'monthly_charges').decision).toMatchObject({ test: 'wasserstein', threshold: 0.1 })
    expect(columnOf(report, 'payment_method').decision).toMatchObject({ test: 'js', verdict: 'drifted' })
    expect(columnOf(report, 'gender').decision).toMatchObject({ test: 'js', verdict: 'stable' })
    expect(report.domainClassifier).toEqual({ made: false, reason: 'not asked for' })
  })

  it('gives the same document twice, but for its id and time', async () => {
    const request = { referenceId: holdout.id, currentId: shifted.id, options: { timeline: { by: 'rows', chunks: 4 } } }
    const [first, second] = [await compare(request as Request), await compare(request as Request)]
    expect({ ...second, id: first.id, createdAt: first.createdAt }).toEqual(first)
  })
})

describe('with runs', () => {
  let before: Run
  let after: Run
  beforeAll(async () => {
    const version = await test.importModel(join(samples, 'churn/gradient-boosting.onnx'))
    before = await test.score(version, holdout)
    after = await test.score(version, shifted)
    await test.evaluate(before)
    await test.evaluate(after)
  })

  it('compares predictions and labels, estimates performance, and adds a section to the evidence', async () => {
    const report = await compare({
      referenceId: holdout.id,
      currentId: shifted.id,
      referenceRunId: before.id,
      currentRunId: after.id,
    })
    const prediction = columnOf(report, 'probability of Yes')
    expect(prediction.source).toBe('prediction')
    expect(prediction.decision.p!).toBeLessThan(1e-6)
    expect(report.performance.made).toBe(true)
    if (!report.performance.made || !report.concept.made) throw new Error('not made')
    const { metrics } = report.performance.result
    // The reference's own metrics are those of its evidence.
    const evidence = await test.call.runs.evidence({ id: before.id })
    for (const name of ['accuracy', 'precision', 'recall', 'f1', 'specificity']) {
      expect(metrics[name]!.reference.value).toBeCloseTo(evidence.metrics[name]!.value!, 9)
    }
    expect(metrics['roc_auc']!.reference.value).toBeCloseTo(evidence.metrics['roc_auc']!.value!, 3)
    const later = await test.call.runs.evidence({ id: after.id })
    expect(metrics['accuracy']!.realised!.value).toBeCloseTo(later.metrics['accuracy']!.value!, 9)
    // Fibre customers leave more often: that cannot be seen without labels, and is seen with them.
    expect(report.concept.result.p!).toBeLessThan(0.05)
    expect(report.concept.result.effect!.low!).toBeGreaterThan(1)
    expect(report.concept.result.metrics['accuracy']!.difference.high!).toBeLessThan(0)
    const section = later.sections!['drift'] as DriftSection
    expect(section.driftId).toBe(report.id)
    expect(section.counts).toEqual(report.counts)
    const { sha256 } = (await test.call.drift.list())[0]!
    expect(section.sha256).toBe(sha256)
    expect((await test.call.workspace.verify()).problems).toEqual([])
  })

  it('estimates the same performance where the current rows have no labels, and claims nothing more', async () => {
    const unlabelled = await test.importDataset(join(samples, 'churn/shifted.csv'), {
      name: 'unlabelled',
      id: 'customer_id',
      ignored: ['churned'],
    })
    const version = await test.call.models.get({ id: before.versionId })
    const run = await test.score(version, unlabelled, { binding: before.binding })
    const request = { referenceId: holdout.id, referenceRunId: before.id, options: { multivariate: false } }
    const blind = await compare({ ...request, currentId: unlabelled.id, currentRunId: run.id })
    const seeing = await compare({ ...request, currentId: shifted.id, currentRunId: after.id })
    if (!blind.performance.made || !seeing.performance.made) throw new Error('not made')
    for (const [name, { estimated, realised }] of Object.entries(blind.performance.result.metrics)) {
      expect(estimated).toEqual(seeing.performance.result.metrics[name]!.estimated)
      expect(realised).toBeNull()
    }
    expect(blind.concept).toEqual({ made: false, reason: '"unlabelled" has no labels' })
    expect(blind.skipped).toEqual([])
  })

  it('of ten classes: macro averages, from rows without labels too', async () => {
    const digits = join(samples, 'digits/holdout.csv')
    const known = await test.importDataset(digits, { target: 'label', task: 'multiclass', name: 'digits' })
    const unknown = await test.importDataset(digits, { name: 'digits now' })
    const version = await test.importModel(join(samples, 'digits/mlp.onnx'))
    const [first, second] = [await test.score(version, known), await test.score(version, unknown)]
    const evidence = await test.evaluate(first)
    const report = await compare({
      referenceId: known.id,
      currentId: unknown.id,
      referenceRunId: first.id,
      currentRunId: second.id,
    })
    if (!report.performance.made) throw new Error(report.performance.reason)
    const { metrics } = report.performance.result
    for (const name of ['accuracy', 'precision_macro', 'recall_macro', 'f1_macro']) {
      const { reference, estimated, realised } = metrics[name]!
      expect(reference.value, name).toBeCloseTo(evidence.metrics[name]!.value!, 9)
      // The same rows: what is expected of them is what the reference had.
      expect(estimated.value, name).toBeCloseTo(reference.value!, 9)
      expect(realised).toBeNull()
    }
  })

  it('refuses runs of other datasets and other versions', async () => {
    const base = { referenceId: holdout.id, currentId: shifted.id }
    const { jobId } = await test.call.drift.compare({ ...base, referenceRunId: after.id, currentRunId: after.id })
    expect(await codeOf(test.finish(jobId))).toBe('drift/wrong-run')
    const other = await test.score(await test.importModel(join(samples, 'churn/logistic-regression.onnx')), shifted)
    const second = await test.call.drift.compare({ ...base, referenceRunId: before.id, currentRunId: other.id })
    expect(await codeOf(test.finish(second.jobId))).toBe('drift/different-versions')
  })
})

describe('windows and timelines', () => {
  let log: Dataset
  beforeAll(async () => {
    // Twelve months of 300 rows; from month 9 on, amounts rise by a third and one channel takes over.
    const random = createRandom(5)
    const lines = ['when,amount,channel']
    for (let month = 1; month <= 12; month++) {
      for (let row = 0; row < 300; row++) {
        const late = month >= 9
        const day = String(1 + Math.floor(random.uniform() * 28)).padStart(2, '0')
        const amount = Math.exp(random.normal()) * (late ? 1.6 : 1)
        const channel = random.uniform() < (late ? 0.7 : 0.4) ? 'app' : 'web'
        lines.push(`2025-${String(month).padStart(2, '0')}-${day},${amount.toFixed(4)},${channel}`)
      }
    }
    const path = join(test.folder, '..', 'log.csv')
    writeFileSync(path, lines.join('\n'))
    log = await test.importDataset(path, { time: 'when' })
  })

  it('compares two windows of one dataset, and finds the month in which it began', async () => {
    const report = await compare({
      referenceId: log.id,
      currentId: log.id,
      referenceWindow: { to: '2025-05-01' },
      currentWindow: { from: '2025-05-01' },
      options: { timeline: { by: 'time', period: 'month' }, multivariate: false },
    })
    expect(report.reference.rows).toBe(1200)
    expect(report.current.rows).toBe(2400)
    expect(report.timeline!.labels.current[0]).toBe('2025-05')
    for (const name of ['amount', 'channel']) {
      const { current, reference, band } = columnOf(report, name).timeline!
      expect(reference.map((chunk) => chunk.n)).toEqual([300, 300, 300, 300])
      expect(band!.high).toBeGreaterThan(band!.mean)
      expect(current.filter((chunk) => chunk.alarm).map((chunk) => chunk.label)).toEqual([
        '2025-09',
        '2025-10',
        '2025-11',
        '2025-12',
      ])
    }
  })

  it('cuts by rows as it cuts by time where rows are in time order', async () => {
    const request = { referenceId: log.id, currentId: log.id, options: { multivariate: false, splits: 0 } }
    const byRows = await compare({
      ...request,
      options: { ...request.options, timeline: { by: 'rows', chunks: 12 } },
    })
    const byTime = await compare({
      ...request,
      options: { ...request.options, timeline: { by: 'time', period: 'month' } },
    })
    for (const name of ['amount', 'channel']) {
      const figures = (report: DriftReport) =>
        columnOf(report, name).timeline!.current.map(({ n, statistic, p }) => ({ n, statistic, p }))
      expect(figures(byRows)).toEqual(figures(byTime))
    }
  })

  it.each([
    [{ referenceWindow: { from: '2031-01-01' } }, 'drift/no-rows'],
    [{ referenceWindow: { from: 'soon' } }, 'drift/window'],
    [{ referenceWindow: { column: 'channel', from: '2025-01-01' } }, 'drift/window'],
    [{ columns: ['nothing'] }, 'drift/unknown-column'],
    [{ options: { timeline: { by: 'time', period: 'day', column: 'amount' } } }, 'drift/no-time'],
    [{ options: { timeline: { by: 'time', period: 'day' } } }, 'drift/too-many-periods'],
  ])('refuses %j with %s', async (more, code) => {
    const { jobId } = await test.call.drift.compare({ referenceId: log.id, currentId: log.id, ...(more as object) })
    expect(await codeOf(test.finish(jobId))).toBe(code)
  })
})

it('names the columns that only one of both has', async () => {
  const file = (name: string, header: string): string => {
    const path = join(test.folder, 'tmp', name)
    writeFileSync(path, `${header}\n${Array.from({ length: 60 }, (_, k) => `${k},${k % 7}`).join('\n')}\n`)
    return path
  }
  const first = await test.importDataset(file('first.csv', 'same,gone'))
  const second = await test.importDataset(file('second.csv', 'same,came'))
  const report = await compare({ referenceId: first.id, currentId: second.id, options: { multivariate: false } })
  expect(report.skipped).toEqual([
    { name: 'gone', reason: '"second" has no such column' },
    { name: 'came', reason: '"first" has no such column' },
  ])
})

it('sees that all values of a column are gone, whatever the import took the empty column for', async () => {
  const file = (name: string, cell: (k: number) => string): string => {
    const path = join(test.folder, 'tmp', name)
    writeFileSync(path, `x,flag,when\n${Array.from({ length: 300 }, (_, k) => cell(k)).join('\n')}\n`)
    return path
  }
  const full = await test.importDataset(
    file('full.csv', (k) => `${k % 37},${k % 2 > 0},2025-01-${(k % 28) + 10}`.replace(/-(\d)$/, '-0$1')),
  )
  const empty = await test.importDataset(file('empty.csv', () => ',,'))
  expect(empty.columns.map(({ type }) => type)).toEqual(['string', 'string', 'string'])
  const options = { multivariate: false }
  const columns = ['x', 'flag', 'when']
  const gone = await compare({ referenceId: full.id, currentId: empty.id, columns, options })
  expect(gone.skipped).toEqual([])
  for (const name of columns) {
    const { missing, current, decision } = columnOf(gone, name)
    expect(current.n).toBe(0)
    expect(missing!.verdict).toBe('drifted')
    expect(decision.verdict).toBe('undefined')
  }
  const came = await compare({ referenceId: empty.id, currentId: full.id, columns, options })
  for (const name of columns) expect(columnOf(came, name).missing!.verdict).toBe('drifted')
})

it('leaves nothing behind when it is cancelled, and removes a comparison with its file', async () => {
  const known = (await test.call.drift.list()).length
  const { jobId } = await test.call.drift.compare({ referenceId: train.id, currentId: shifted.id })
  await test.call.jobs.cancel({ id: jobId })
  expect((await test.engine.jobs.finished(jobId)).state).toBe('cancelled')
  expect((await test.call.drift.list()).length).toBe(known)
  const report = await compare({ referenceId: train.id, currentId: shifted.id, options: { multivariate: false } })
  expect(await test.call.drift.remove({ id: report.id })).toEqual({ removed: true })
  expect(await codeOf(test.call.drift.get({ id: report.id }))).toBe('drift/unknown')
  expect((await test.call.workspace.verify()).problems).toEqual([])
})
