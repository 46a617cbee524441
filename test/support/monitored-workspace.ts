/**
 * Makes a workspace with an approved version, and what its production wrote: eight weeks of the churn sample, whose
 * customers change half way, with labels of the first six. Run as a program: node monitored-workspace.ts WORKSPACE FOLDER.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import type { Person } from '../../shared/contract/person.ts'
import type { Run } from '../../shared/contract/run.ts'
import { openTestEngine, samples } from './engine.ts'
import type { TestEngine } from './engine.ts'

/** Of the people that `approveRun` makes. */
export const passphrase = 'correct horse battery'
const policy = `assay: policy/1
name: Churn release
task: binary
risk_tier: medium
objective: { business: Keep customers, measure: metrics.roc_auc, target: { at_least: 0.8 } }
deployment: { kind: real-time }
gates:
  - { id: ranking, title: Ranks well, path: metrics.roc_auc, at_least: 0.8, judge: value }
  - { id: log-loss, title: Log loss, path: metrics.log_loss, at_most: 0.6, judge: value }
`

type Row = Record<string, string>
const table = (name: string): Row[] =>
  Papa.parse<Row>(readFileSync(join(samples, 'churn', name), 'utf8'), { header: true, skipEmptyLines: true }).data

/** Writes log.csv and labels.csv. */
export function writeProduction(folder: string): void {
  const scored = (data: string, scores: string): Row[] => {
    const predicted = table(scores)
    return table(data).map((row, k) => ({ ...row, probability: predicted[k]!['gradient-boosting:Yes']! }))
  }
  const rows = [
    ...scored('holdout.csv', 'expected.csv').slice(0, 1500),
    ...scored('shifted.csv', 'expected-shifted.csv').slice(0, 1500),
  ]
  const start = Date.UTC(2026, 8, 7)
  const week = 7 * 86_400_000
  const log = rows.map(({ churned: _, customer_id: id, ...row }, k) => ({
    ts: new Date(start + (8 * week * k) / rows.length).toISOString(),
    request_id: id,
    ...row,
    latency_ms: (3 + ((k * 7919) % 100) / 20).toFixed(2),
    error: k % 97 === 5 ? 'model/timeout' : '',
  }))
  const labels = rows
    .slice(0, (rows.length * 6) / 8)
    .map(({ customer_id: id, churned }) => ({ request_id: id, churned }))
  writeFileSync(join(folder, 'log.csv'), `${Papa.unparse(log, { newline: '\n' })}\nbroken,line\n`)
  writeFileSync(join(folder, 'labels.csv'), Papa.unparse(labels))
}

/** One evaluated and explained version, approved by a second person. */
export async function approveChurn(test: TestEngine): Promise<void> {
  const dataset = await test.importDataset(join(samples, 'churn/holdout.csv'), {
    target: 'churned',
    id: 'customer_id',
    task: 'binary',
    positive: 'Yes',
    name: 'Churn hold-out',
  })
  const version = await test.importModel(join(samples, 'churn/gradient-boosting.onnx'), 'churn')
  const run = await test.score(version, dataset)
  await test.evaluate(run)
  const { jobId } = await test.call.explain.start({ id: run.id, effects: false, interactions: false })
  await test.finish(jobId)
  await approveRun(test, run, policy)
}

/** Ada asks for a review of the evaluated run, Grace approves it. @returns Ada */
export async function approveRun(test: TestEngine, { id }: Pick<Run, 'id'>, text: string): Promise<Person> {
  const author = await test.call.people.add({ name: 'Ada', roles: ['author'], passphrase })
  const approver = await test.call.people.add({ name: 'Grace', roles: ['approver'], passphrase })
  const review = await test.call.reviews.request({
    personId: author.id,
    passphrase,
    runId: id,
    policy: { text },
    note: '',
  })
  await test.call.reviews.decide({
    id: review.id,
    personId: approver.id,
    passphrase,
    decision: 'approve',
    reasons: 'Fit for use.',
    conditions: [],
    evidenceSha256: review.subject.evidenceSha256,
  })
  return author
}

const [, script, workspace, folder] = process.argv
if (script?.endsWith('monitored-workspace.ts') && workspace && folder) {
  const test = await openTestEngine(workspace)
  await approveChurn(test)
  writeProduction(folder)
  await test.leave()
}
