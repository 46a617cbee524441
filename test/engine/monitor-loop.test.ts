/** The loop closes: release, traffic through the real server, its log back in, drift, a trigger, a challenger, approval. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Papa from 'papaparse'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import type { DatasetOptions } from '../../shared/contract/dataset.ts'
import type { BatchId, MonitorId, VersionId } from '../../shared/contract/ids.ts'
import type { LabelBatch, LogBatch } from '../../shared/contract/monitor-log.ts'
import type { MonitorReport } from '../../shared/contract/monitor-report.ts'
import type { ModelVersion } from '../../shared/contract/model.ts'
import type { Person } from '../../shared/contract/person.ts'
import type { Run } from '../../shared/contract/run.ts'
import { trustOf } from '../../shared/serving/trust.ts'
import { trustSettings } from '../../electron/engine/release/prove-release.ts'
import { workspaceTrust } from '../../electron/engine/release/workspace-trust.ts'
import { codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { startServing } from '../support/release.ts'
import { post } from '../support/serving-client.ts'

const passphrase = 'correct horse battery'
const policy = `assay: policy/1
name: Churn release
task: binary
risk_tier: medium
objective: { business: Keep customers, measure: metrics.roc_auc, target: { at_least: 0.8 } }
deployment: { kind: real-time }
gates:
  - { id: ranking, path: metrics.roc_auc, at_least: 0.8, judge: value }
  - { id: log-loss, path: metrics.log_loss, at_most: 0.6, judge: value }
`
const options: DatasetOptions = {
  target: 'churned',
  id: 'customer_id',
  task: 'binary',
  positive: 'Yes',
  protected: ['gender'],
}
/** Numbers of the sample; an empty one is missing. */
const numbers = ['tenure_months', 'monthly_charges', 'total_charges', 'support_calls']

let folder: string
let test: TestEngine
let ada: Person
let grace: Person
let version: ModelVersion
let run: Run
const file = (name: string) => join(folder, name)

async function approve(ofRun: Run): Promise<void> {
  const review = await test.call.reviews.request({
    personId: ada.id,
    passphrase,
    runId: ofRun.id,
    policy: { text: policy },
    note: '',
  })
  await test.call.reviews.decide({
    id: review.id,
    personId: grace.id,
    passphrase,
    decision: 'approve',
    reasons: 'Fit for use.',
    conditions: [],
    evidenceSha256: review.subject.evidenceSha256,
  })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-loop-'))
  test = await openTestEngine()
  const dataset = await test.importDataset(join(samples, 'churn/holdout.csv'), options)
  version = await test.importModel(join(samples, 'churn/gradient-boosting.onnx'), 'churn')
  run = await test.score(version, dataset)
  await test.evaluate(run)
  ada = await test.call.people.add({ name: 'Ada', roles: ['author'], passphrase })
  grace = await test.call.people.add({ name: 'Grace', roles: ['approver'], passphrase })
  await approve(run)
}, 120_000)
afterAll(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

it('closes', async () => {
  // Released.
  const release = file('release')
  await test.finish(
    (
      await test.call.releases.write({
        runId: run.id,
        folder: { path: release },
        prove: false,
        signer: { personId: ada.id, passphrase },
      })
    ).jobId,
  )

  // Served: rows of later customers, whose prices rose, in requests of many rows.
  const server = await startServing(release, {
    ...trustSettings(trustOf(workspaceTrust(test.engine.workspace.ledger))),
    ASSAY_PREDICTION_LOG: file('predictions.jsonl'),
  })
  const { data } = Papa.parse<Record<string, string>>(readFileSync(join(samples, 'churn/shifted.csv'), 'utf8'), {
    header: true,
    skipEmptyLines: true,
  })
  const labels = ['request,row,churned']
  for (let at = 0; at < data.length; at += 100) {
    const rows = data.slice(at, at + 100)
    const sent = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, text]) => [
          name,
          numbers.includes(name) ? (text === '' ? null : Number(text)) : text === '' ? null : text,
        ]),
      ),
    )
    const answer = await post(server.rest, '/v1/predict', JSON.stringify(sent), { 'x-request-id': `r${at}` })
    expect(answer.status, answer.text).toBe(200)
    // The labels of the last third have not come yet.
    if (at < 2000) rows.forEach((row, k) => labels.push(`r${at},${k},${row['churned']}`))
  }
  expect(await server.stop()).toBe(0)
  writeFileSync(file('labels.csv'), labels.join('\n'))
  // A log is written by machines that crash: one line is cut off, one is of another model.
  const lines = readFileSync(file('predictions.jsonl'), 'utf8').trimEnd().split('\n')
  expect(lines.length).toBe(3000)
  lines[41] = lines[41]!.slice(0, 80)
  lines[99] = lines[99]!.replace('"version":1', '"version":7')
  writeFileSync(file('predictions.jsonl'), lines.join('\n'))

  // Back in: the log says itself what it is of.
  const batchId = (await test.finish(
    (await test.call.monitor.import({ file: { path: file('predictions.jsonl') } })).jobId,
  )) as BatchId
  const [batch] = (await test.call.monitor.batches({})) as LogBatch[]
  expect(batch).toMatchObject({
    id: batchId,
    versionId: version.id,
    rows: 2998,
    errors: 0,
    absent: ['gender'],
    hasScores: true,
  })
  expect(batch!.leftOut).toEqual({
    n: 2,
    examples: [
      { line: 42, reason: 'it is not a JSON object' },
      { line: 100, reason: 'it is of churn 7, not of churn 1' },
    ],
  })
  const again = await test.call.monitor.import({ file: { path: file('predictions.jsonl') } })
  expect(await codeOf(test.finish(again.jobId))).toBe('monitor/imported-before')
  await test.finish(
    (await test.call.monitor.importLabels({ file: { path: file('labels.csv') }, versionId: version.id })).jobId,
  )
  const [came] = (await test.call.monitor.batches({})) as unknown as LabelBatch[]
  expect(came).toMatchObject({ kind: 'labels', rows: 2000, matched: 1998 })

  // Drift found, and worse than approved.
  const report = await makeReport()
  expect(report.rows).toEqual({ logged: 2998, scored: 2998, errors: 0, labelled: 1998 })
  expect(report.reference).toMatchObject({ runId: run.id, policy: { name: 'Churn release' } })
  expect(report.period).toBe('rows')
  const drifted = report.drift.columns.filter(({ decision }) => decision.verdict === 'drifted').map(({ name }) => name)
  expect(drifted).toContain('monthly_charges')
  expect(report.drift.skipped).toEqual([{ name: 'gender', reason: 'the logs do not hold it' }])
  const first = report.windows[0]!
  expect(first.metrics['roc_auc']!.value).toBeGreaterThan(0.6)
  expect(first.metrics['roc_auc']!.low).not.toBeNull()
  // Windows without labels are estimated.
  expect(report.windows.at(-1)!.metrics).toEqual({})
  expect(report.windows.at(-1)!.estimated['roc_auc']!.value).toBeGreaterThan(0.6)
  expect(report.windows[0]!.gates.map(({ id }) => id)).toEqual(['ranking', 'log-loss'])
  expect(report.conditions.map(({ rule }) => rule)).toContain('drift')

  // A trigger opened one task, with every reason; another report opens nothing twice.
  const alerts = await test.call.monitor.alerts({})
  expect(new Set(alerts.map(({ rule }) => rule))).toEqual(new Set(report.conditions.map(({ rule }) => rule)))
  await makeReport()
  expect((await test.call.monitor.alerts({})).length).toBe(alerts.length)
  const [task, ...others] = await test.call.monitor.tasks({})
  expect(others).toEqual([])
  expect(task).toMatchObject({ state: 'open', versionId: version.id })
  expect(task!.reasons.map(({ rule }) => rule)).toContain('drift')
  const acknowledged = await test.call.monitor.changeAlert({ id: alerts[0]!.id, to: 'acknowledged', note: 'on it' })
  expect(acknowledged).toMatchObject({ state: 'acknowledged' })

  // A request to train again, with data and pipelines.
  await test.finish(
    (
      await test.call.monitor.retrain({
        id: task!.id,
        folder: { path: file('retrain') },
        image: 'registry.example/train:1',
      })
    ).jobId,
  )
  expect(readdirSync(file('retrain')).sort()).toEqual([
    'argo-workflow.yaml',
    'cronjob.yaml',
    'data.parquet',
    'prepare.yaml',
    'request.json',
  ])
  const request = JSON.parse(readFileSync(file('retrain/request.json'), 'utf8'))
  expect(request).toMatchObject({ schema: 'assay.retrain/1', data: { rows: 1998, labelled: true, target: 'churned' } })
  expect(request.reasons.length).toBe(task!.reasons.length)
  const workflow = parse(readFileSync(file('retrain/argo-workflow.yaml'), 'utf8'))
  expect(workflow.spec.templates[0].container.image).toBe('registry.example/train:1')
  const [map] = parseAllDocuments(readFileSync(file('retrain/prepare.yaml'), 'utf8')).map((one) => one.toJS())
  expect(JSON.parse(map.data['request.json'])).toEqual(request)

  // What was trained elsewhere comes back as the challenger, evaluated on the approved rows, and is approved.
  const challengerId = (await test.finish(
    (
      await test.call.monitor.takeIn({
        id: task!.id,
        from: { file: { path: join(samples, 'churn/logistic-regression.onnx') } },
      })
    ).jobId,
  )) as VersionId
  const entry = await test.call.registry.get({ id: challengerId })
  expect(entry).toMatchObject({ name: 'churn', version: 2, aliases: ['challenger'] })
  expect(entry.lineage.parents).toMatchObject([{ versionId: version.id, kind: 'retrained' }])
  const challenger = (await test.call.runs.list()).find((one) => one.versionId === challengerId)!
  expect(challenger.state).toBe('evaluated')
  await approve(challenger)
  expect((await test.call.registry.get({ id: challengerId })).standing?.state).toBe('approved')
  const done = await test.call.monitor.changeTask({ id: task!.id, to: 'done', note: 'replaced' })
  expect(done).toMatchObject({ state: 'done', challenger: challengerId })
  expect((await test.call.workspace.verify()).ok).toBe(true)
}, 120_000)

async function makeReport(): Promise<MonitorReport> {
  const { jobId } = await test.call.monitor.report({ versionId: version.id })
  return test.call.monitor.get({ id: (await test.finish(jobId)) as MonitorId })
}
