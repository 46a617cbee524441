/** The whole story with two workspaces and two people, and what must not be possible on the way. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Person } from '../../shared/contract/person.ts'
import type { ReviewView } from '../../shared/contract/review.ts'
import type { ModelVersion } from '../../shared/contract/model.ts'
import type { Run } from '../../shared/contract/run.ts'
import type { Dataset } from '../../shared/contract/dataset.ts'
import { assertReleasable } from '../../electron/engine/approval/releasable.ts'
import { codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const passphrase = 'correct horse battery'
/** The two sample models differ by half a point of ROC AUC, less than an interval: their values are judged. */
const policy = `assay: policy/1
name: Churn release
task: binary
risk_tier: medium
objective: { business: Keep customers, measure: metrics.roc_auc, target: { at_least: 0.8 } }
deployment: { kind: batch }
gates:
  - { id: ranking, title: Ranks well, path: metrics.roc_auc, at_least: 0.87, judge: value }
  - { id: rows, path: rows.used, at_least: 1000 }
  - { id: champion, path: metrics.roc_auc, versus: champion, at_least: -0.02, severity: warn }
`

const folder = temporaryFolder()
let ada: TestEngine
let grace: TestEngine
let author: Person
let approver: Person
let dataset: Dataset
let first: { version: ModelVersion; run: Run }
let second: { version: ModelVersion; run: Run }
let review: ReviewView

const file = (name: string) => join(folder, name)
const signs = (person: Person) => ({ personId: person.id, passphrase })

async function exportFrom(
  test: TestEngine,
  person: Person,
  kind: 'review' | 'decision',
  path: string,
  includeModel = true,
) {
  const { jobId } = await test.call.reviews.export({
    id: review.id,
    ...signs(person),
    kind,
    includeModel,
    file: { path },
  })
  await test.finish(jobId)
}
async function importInto(test: TestEngine, path: string, trust?: string) {
  const { jobId } = await test.call.reviews.import({ file: { path }, ...(trust ? { trust } : {}) })
  return test.finish(jobId)
}
async function evaluated(test: TestEngine, model: string): Promise<{ version: ModelVersion; run: Run }> {
  const version = await test.importModel(join(samples, 'churn', model), 'churn')
  const run = await test.score(version, dataset)
  await test.evaluate(run)
  return { version, run: await test.call.runs.get({ id: run.id }) }
}
const decide = (test: TestEngine, person: Person, more: object = {}) =>
  test.call.reviews.decide({
    id: review.id,
    ...signs(person),
    decision: 'approve',
    reasons: 'Meets the policy.',
    conditions: [],
    evidenceSha256: review.subject.evidenceSha256,
    ...more,
  })

beforeAll(async () => {
  ada = await openTestEngine()
  grace = await openTestEngine()
  dataset = await ada.importDataset(join(samples, 'churn', 'holdout.csv'), {
    target: 'churned',
    id: 'customer_id',
    task: 'binary',
    positive: 'Yes',
  })
})
afterAll(async () => {
  await ada.close()
  await grace.close()
})

describe('from a failing gate to an approval', () => {
  it('makes two people, each in their own workspace', async () => {
    author = await ada.call.people.add({ name: 'Ada', roles: ['author', 'approver'], passphrase })
    approver = await grace.call.people.add({
      name: 'Grace',
      roles: ['validator', 'approver'],
      algorithm: 'ed25519',
      passphrase,
    })
    expect(await codeOf(ada.call.people.add({ name: 'Ada', roles: ['author'], passphrase }))).toBe('person/exists')
    expect(await codeOf(ada.call.people.add({ name: 'Eve', roles: ['author'], passphrase: 'short' }))).toBe(
      'BAD_REQUEST',
    )
    const key = readFileSync(join(ada.folder, 'keys', `${author.id}.json`), 'utf8')
    expect(key).not.toContain('PRIVATE')
    expect(key).not.toContain(passphrase)
  })

  it('stops the first version at a gate', async () => {
    first = await evaluated(ada, 'logistic-regression.onnx')
    const state = await ada.call.gates.judge({ runId: first.run.id, policy: { text: policy } })
    expect(state.gates.outcome).toBe('blocked')
    expect(state.gates.gates.find((gate) => gate.id === 'ranking')!.outcome).toBe('fail')
    expect(state.current).toBe(true)
  })

  it('lets the second version pass, held against the first as champion', async () => {
    const refused = {
      modelId: first.version.modelId,
      alias: 'champion' as const,
      versionId: first.version.id,
      reason: '',
    }
    expect(await codeOf(ada.call.registry.setAlias(refused))).toBe('registry/champion-not-approved')
    await ada.call.registry.setAlias({ ...refused, reason: 'in production before Assay' })
    second = await evaluated(ada, 'gradient-boosting.onnx')
    expect(second.version.version).toBe(2)
    const { gates } = await ada.call.gates.judge({ runId: second.run.id, policy: { text: policy } })
    expect(gates).toMatchObject({ outcome: 'pass', champion: { version: 1 } })
    expect(gates.gates.find((gate) => gate.id === 'champion')).toMatchObject({ outcome: 'pass' })
  })

  it('asks for a review, and the version becomes a candidate', async () => {
    review = await ada.call.reviews.request({
      ...signs(author),
      runId: second.run.id,
      policy: { text: policy },
      note: 'Gradient boosting in place of the logistic regression.',
    })
    expect(review).toMatchObject({
      round: 1,
      gatesOutcome: 'pass',
      standing: { state: 'pending', approvals: 0, needed: 1 },
    })
    expect(review.rounds[0]!.valid).toBe(true)
    expect((await ada.call.registry.get({ id: second.version.id })).stage).toBe('candidate')
  })

  it('refuses the author’s own approval, a wrong passphrase and a release', async () => {
    expect(await codeOf(decide(ada, author))).toBe('approval/own-work')
    expect(await codeOf(decide(ada, author, { decision: 'reject' }))).toBe('approval/own-work')
    expect(await codeOf(decide(ada, author, { passphrase: 'not the passphrase' }))).toBe('person/wrong-passphrase')
    expect(await codeOf(assertReleasable(ada.engine, second.version.id))).toBe('release/not-approved')
    const byHand = { id: second.version.id, stage: 'approved' as const, reason: 'please' }
    expect(await codeOf(ada.call.registry.setStage(byHand))).toBe('registry/stage')
  })

  it('sends the package to the other workspace, which does not take it from a stranger', async () => {
    await exportFrom(ada, author, 'review', file('review.tar'))
    expect(await codeOf(importInto(grace, file('review.tar')))).toBe('person/unknown-key')
    expect(await codeOf(importInto(grace, file('review.tar'), 'f'.repeat(64)))).toBe('person/unknown-key')
    expect(await importInto(grace, file('review.tar'), author.fingerprint.slice(0, 20))).toBe(review.id)
    const seen = await grace.call.reviews.get({ id: review.id })
    expect(seen).toMatchObject({ origin: 'imported', gatesOutcome: 'pass', modelIncluded: true })
    expect(seen.gates).toEqual(review.gates)
    const { sha256 } = await grace.call.reviews.evidence({ id: review.id })
    expect(sha256).toBe(second.run.evidenceSha256)
  })

  it('takes findings back to the author; an open one stops the approval', async () => {
    await grace.call.reviews.openFinding({
      id: review.id,
      personId: approver.id,
      finding: {
        severity: 'major',
        title: 'Why 0.5?',
        text: 'Say why.',
        path: 'detail.threshold',
        owner: 'Ada',
        due: '2099-01-01',
      },
    })
    await grace.call.reviews.comment({
      id: review.id,
      personId: approver.id,
      path: 'metrics.roc_auc',
      finding: null,
      text: 'Good.',
    })
    expect(await codeOf(decide(grace, approver))).toBe('approval/open-findings')
    await exportFrom(grace, approver, 'decision', file('remarks.tar'))
    expect(await codeOf(importInto(ada, file('remarks.tar')))).toBe('person/unknown-key')
    await grace.call.people.export({ id: approver.id, file: { path: file('grace.person.json') } })
    const known = await ada.call.people.import({ file: { path: file('grace.person.json') }, roles: ['approver'] })
    expect(known).toMatchObject({ name: 'Grace', local: false, roles: ['approver'] })
    await importInto(ada, file('remarks.tar'))
    const seen = await ada.call.reviews.get({ id: review.id })
    expect(seen.findings).toMatchObject([{ title: 'Why 0.5?', state: 'open', owner: 'Ada' }])
    expect(seen.comments).toMatchObject([{ path: 'metrics.roc_auc', text: 'Good.' }])
  })

  it('fixes it: changed evidence makes the review out of date, and a new round is asked for', async () => {
    const [finding] = (await ada.call.reviews.get({ id: review.id })).findings
    const answer = { id: review.id, personId: author.id, finding: finding!.id, text: 'Set to 0.4 by cost.' }
    expect(await codeOf(ada.call.reviews.changeFinding({ ...answer, state: 'closed' }))).toBe('review/own-work')
    await ada.call.reviews.changeFinding({ ...answer, state: 'answered' })
    const again = {
      ...signs(author),
      runId: second.run.id,
      policy: { text: policy },
      note: 'Threshold 0.4',
      reviewId: review.id,
    }
    expect(await codeOf(ada.call.reviews.request(again))).toBe('review/nothing-new')
    await ada.evaluate(second.run, 0.4)
    expect((await ada.call.reviews.get({ id: review.id })).standing.state).toBe('outdated')
    review = await ada.call.reviews.request(again)
    expect(review).toMatchObject({ round: 2, standing: { state: 'pending' } })
  })

  it('approves in the other workspace; the approval comes back and allows the release', async () => {
    await exportFrom(ada, author, 'review', file('round-2.tar'))
    // What Grace saw in the first round is not what is asked now.
    const stale = await grace.call.reviews.get({ id: review.id })
    await importInto(grace, file('round-2.tar'))
    expect(await codeOf(decide(grace, approver, { evidenceSha256: stale.subject.evidenceSha256 }))).toBe(
      'approval/evidence-changed',
    )
    const seen = await grace.call.reviews.get({ id: review.id })
    expect(seen.findings).toMatchObject([{ state: 'answered' }])
    await grace.call.reviews.changeFinding({
      id: review.id,
      personId: approver.id,
      finding: seen.findings[0]!.id,
      state: 'closed',
      text: 'Understood.',
    })
    const { decision } = await decide(grace, approver)
    expect(decision).toMatchObject({ counts: true, statement: { decision: 'approve', gatesOutcome: 'pass' } })
    await exportFrom(grace, approver, 'decision', file('decision.tar'))
    await importInto(ada, file('decision.tar'))
    const back = await ada.call.reviews.get({ id: review.id })
    expect(back.standing).toMatchObject({ state: 'approved', approvals: 1 })
    expect(back.decisions[0]!.statement.signer.name).toBe('Grace')
    expect((await ada.call.registry.get({ id: second.version.id })).stage).toBe('approved')
    const proof = await assertReleasable(ada.engine, second.version.id)
    expect(proof.envelopes).toHaveLength(1)
    await ada.call.registry.setStage({ id: second.version.id, stage: 'released', reason: 'first release' })
    await ada.call.registry.setAlias({
      modelId: second.version.modelId,
      alias: 'champion',
      versionId: second.version.id,
      reason: '',
    })
  })

  it('takes the same package a second time without a change', async () => {
    const before = await ada.call.reviews.get({ id: review.id })
    await importInto(ada, file('decision.tar'))
    const after = await ada.call.reviews.get({ id: review.id })
    expect({ ...after, updatedAt: '' }).toEqual({ ...before, updatedAt: '' })
  })

  it('tells the history: who approved and released what, and when', async () => {
    const history = await ada.call.registry.history({ modelId: second.version.modelId })
    const events = history.map((entry) => entry.event)
    for (const event of [
      'model imported',
      'gates judged',
      'review asked for',
      'decision recorded',
      'stage changed',
      'alias changed',
    ])
      expect(events, event).toContain(event)
    expect(history.find((entry) => entry.event === 'decision recorded')!.detail).toMatchObject({
      by: 'Grace',
      decision: 'approve',
    })
    const graph = await ada.call.registry.lineage({ modelId: second.version.modelId })
    expect(graph.nodes.filter((node) => node.kind === 'version')).toHaveLength(2)
    const { differences, runs } = await ada.call.registry.diff({ first: first.version.id, second: second.version.id })
    expect(runs).not.toBeNull()
    expect(differences.find((entry) => entry.area === 'metrics' && entry.what === 'roc_auc')).toBeDefined()
    expect(differences.find((entry) => entry.area === 'graph')).toBeDefined()
    expect(differences.find((entry) => entry.what === 'recipe')).toMatchObject({
      area: 'lineage',
      first: expect.stringMatching(/^Imputer, Scaler, OneHotEncoder ×5 \(/),
      second: expect.stringMatching(/^Imputer, OneHotEncoder ×5 \(/),
    })
  })

  it('proves both workspaces intact', async () => {
    for (const test of [ada, grace]) {
      const proof = await test.call.proofs.workspace()
      expect(proof.problems).toEqual([])
    }
  })

  it('writes each report by template, signed decision and all', async () => {
    for (const [template, format] of [
      ['model-card', 'md'],
      ['sr-26-2', 'html'],
      ['eu-ai-act-annex-iv', 'pdf'],
    ] as const) {
      const path = file(`${template}.${format}`)
      const { jobId } = await ada.call.templates.write({ runId: second.run.id, template, format, file: { path } })
      await ada.finish(jobId)
      expect(readFileSync(path).length).toBeGreaterThan(5_000)
    }
    expect(readFileSync(file('sr-26-2.html'), 'utf8')).toContain('SR 11-7, part V')
    expect(readFileSync(file('model-card.md'), 'utf8')).toContain('Churn release')
    expect(readFileSync(file('model-card.md'), 'utf8')).toContain('Imputer, OneHotEncoder ×5')
  })
})

describe('what must not be possible', () => {
  it('refuses a package of a person whose key was revoked, and counts none of a compromised key', async () => {
    writeFileSync(file('again.tar'), readFileSync(file('decision.tar')))
    await ada.call.people.revoke({ id: approver.id, reason: 'compromised', text: 'laptop stolen' })
    expect(await codeOf(importInto(ada, file('again.tar')))).toBe('person/revoked')
    const seen = await ada.call.reviews.get({ id: review.id })
    expect(seen.decisions[0]).toMatchObject({ counts: false })
    expect(seen.decisions[0]!.remark).toContain('compromised')
    expect(await codeOf(assertReleasable(ada.engine, second.version.id))).toBe('release/not-approved')
  })

  it('sees in the proof when someone edits the ledger', async () => {
    const { ledger } = ada.engine.workspace
    const edits: [string, string][] = [
      [`UPDATE version_stage SET stage = 'released' WHERE version_id = '${first.version.id}'`, 'stage'],
      [
        `UPDATE person SET document = json_set(document, '$.roles', json('["approver","author"]')) WHERE id = '${approver.id}'`,
        'roles',
      ],
      [`UPDATE review SET document = json_set(document, '$.approvals', json('[]'))`, 'lacks or has changed'],
      [`UPDATE review SET document = json_remove(document, '$.events[0]')`, 'lacks or has changed'],
      [`UPDATE run SET evidence_sha256 = NULL WHERE id = '${first.run.id}'`, ''],
      [`DELETE FROM checkpoint WHERE sequence = (SELECT max(sequence) FROM checkpoint)`, 'gone'],
    ]
    for (const [sql, expected] of edits.filter(([, text]) => text !== '')) {
      ledger.exec('SAVEPOINT forged')
      // A version that no entry of the log moved has no stage to compare: give it one by hand first.
      if (expected === 'stage')
        await ada.call.registry.setStage({ id: first.version.id, stage: 'candidate', reason: 'x' })
      ledger.exec(sql)
      const proof = await ada.call.proofs.workspace()
      ledger.exec('ROLLBACK TO forged; RELEASE forged')
      expect(proof.problems.join(' '), sql).toContain(expected)
    }
  })

  it('removes nothing that a review is of', async () => {
    expect(await codeOf(ada.call.runs.remove({ id: second.run.id }))).toBe('run/under-review')
    expect(await codeOf(ada.call.models.remove({ id: second.version.id }))).toBe('model/in-use')
  })

  it('undoes the approval when the evidence changes', async () => {
    await ada.evaluate(second.run, 0.45)
    expect((await ada.call.reviews.get({ id: review.id })).standing.state).toBe('outdated')
    expect(await codeOf(assertReleasable(ada.engine, second.version.id))).toBe('release/not-approved')
  })
})
