/** Several people in one workspace: what the policy asks of them, and what it refuses. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Person } from '../../shared/contract/person.ts'
import type { ReviewView } from '../../shared/contract/review.ts'
import type { Run } from '../../shared/contract/run.ts'
import { codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tinyRun } from '../support/tiny-run.ts'

const passphrase = 'correct horse battery'
const policy = (
  approval: string,
  gates = '[{ id: rows, path: rows.used, at_least: 10 }]',
  more = '',
) => `assay: policy/1
name: Rules
risk_tier: low
objective: { business: Test, measure: words, target: words }
deployment: { kind: batch }
approval: ${approval}
gates: ${gates}
${more}`
const folder = temporaryFolder()
let test: TestEngine
let run: Run
let ada: Person
let grace: Person
let hana: Person

beforeAll(async () => {
  test = await openTestEngine()
  run = await tinyRun(test)
  await test.evaluate(run)
  const add = (name: string, roles: Person['roles']) => test.call.people.add({ name, roles, passphrase })
  ada = await add('Ada', ['author'])
  grace = await add('Grace', ['approver'])
  hana = await add('Hana', ['approver', 'author'])
})
afterAll(() => test.close())

const ask = (text: string): Promise<ReviewView> =>
  test.call.reviews.request({ personId: ada.id, passphrase, runId: run.id, policy: { text }, note: '' })
const decide = (review: ReviewView, person: Person, more: object = {}) =>
  test.call.reviews.decide({
    id: review.id,
    personId: person.id,
    passphrase,
    decision: 'approve',
    reasons: '',
    conditions: [],
    evidenceSha256: review.subject.evidenceSha256,
    ...more,
  })

describe('who may decide', () => {
  it('is not anyone with an author’s role on the account that made the model', async () => {
    const review = await ask(policy('{}'))
    expect(review.rounds[0]!.statement.authors.map((author) => author.name)).toEqual(['Ada', 'Hana'])
    expect(await codeOf(decide(review, hana))).toBe('approval/own-work')
    expect(await codeOf(decide(review, ada))).toBe('approval/own-work')
    expect((await decide(review, grace)).review.standing.state).toBe('approved')
  })

  it('is not someone on the same account where the policy wants separate ones', async () => {
    expect(await codeOf(decide(await ask(policy('{ separate_accounts: true }')), grace))).toBe('approval/same-account')
  })

  it('is nobody while a gate stops it, inconclusive and missing ones too', async () => {
    for (const gate of [
      'path: rows.used, at_least: 100',
      'path: metrics.roc_auc, at_least: 0.5',
      'path: sections.fairness.x, at_least: 0',
    ]) {
      const review = await ask(policy('{}', `[{ id: g, ${gate} }]`))
      expect(review.gatesOutcome).toBe('blocked')
      expect(await codeOf(decide(review, grace)), gate).toBe('approval/gates-blocked')
      const { review: rejected } = await decide(review, grace, { decision: 'reject', reasons: 'Not good enough.' })
      expect(rejected.standing.state).toBe('rejected')
    }
  })

  it('may be someone where a waiver stands for the gate', async () => {
    const waiver = 'waivers: [{ gate: g, owner: Mara, reason: few rows yet, expires: 2999-01-01 }]'
    const review = await ask(policy('{}', '[{ id: g, path: rows.used, at_least: 100 }]', waiver))
    expect(review.gatesOutcome).toBe('waived')
    expect((await decide(review, grace)).decision.statement.gatesOutcome).toBe('waived')
  })
})

describe('what a decision needs', () => {
  it('is its reasons, its conditions, and nothing that does not belong to it', async () => {
    const review = await ask(policy('{}'))
    const condition = { text: 'Watch drift', owner: 'Ada', due: '2999-01-01' }
    expect(await codeOf(decide(review, grace, { decision: 'reject' }))).toBe('approval/no-reason')
    expect(await codeOf(decide(review, grace, { decision: 'approve with conditions' }))).toBe('approval/no-condition')
    expect(await codeOf(decide(review, grace, { conditions: [condition] }))).toBe('approval/stray-condition')
    const more = { decision: 'approve with conditions', conditions: [condition] }
    const { decision } = await decide(review, grace, more)
    expect(decision).toMatchObject({ counts: true, conditionsMet: [false], remark: '1 of 1 conditions not met yet.' })
    const met = { id: review.id, approval: decision.sha256, condition: 0, text: 'done' }
    expect(await codeOf(test.call.reviews.meetCondition({ ...met, personId: ada.id }))).toBe('review/own-work')
    const after = await test.call.reviews.meetCondition({ ...met, personId: grace.id })
    expect(after.decisions[0]).toMatchObject({ conditionsMet: [true], remark: null })
  })

  it('is every item of the policy’s checklists, and as many approvers as it says', async () => {
    let review = await ask(policy('{ quorum: 2, checklists: [model-card] }'))
    expect(await codeOf(decide(review, grace))).toBe('approval/checklist-open')
    const checklist = review.checklists.find((entry) => entry.name === 'model-card')!
    for (const item of checklist.items) {
      const mark = { id: review.id, checklist: 'model-card' as const, item: item.id, state: 'done' as const, note: '' }
      expect(await codeOf(test.call.reviews.check({ ...mark, personId: ada.id }))).toBe('review/own-work')
      review = await test.call.reviews.check({ ...mark, personId: grace.id })
    }
    expect((await decide(review, grace)).review.standing).toMatchObject({ state: 'pending', approvals: 1, needed: 2 })
    // The same person a second time is still one.
    expect((await decide(review, grace)).review.standing).toMatchObject({ state: 'pending', approvals: 1 })
    const ines = await test.call.people.add({ name: 'Ines', roles: ['approver'], passphrase })
    expect((await decide(review, ines)).review.standing).toMatchObject({ state: 'approved', approvals: 2 })
  })

  it('is every serious finding settled: none is left behind by asking anew, nor by taking the request back', async () => {
    const asked = await ask(policy('{}'))
    const finding = {
      severity: 'critical' as const,
      title: 'The target leaks',
      text: '',
      path: null,
      owner: null,
      due: null,
    }
    const { findings } = await test.call.reviews.openFinding({ id: asked.id, personId: grace.id, finding })
    const again = policy('{ valid_days: 10 }')
    expect(await codeOf(ask(again))).toBe('review/open-findings')
    await test.call.reviews.withdraw({ id: asked.id, personId: ada.id, text: '' })
    expect(await codeOf(ask(again))).toBe('review/open-findings')
    const answer = { id: asked.id, finding: findings[0]!.id, text: 'It does not.' }
    await test.call.reviews.changeFinding({ ...answer, personId: grace.id, state: 'closed' })
    expect((await ask(again)).round).toBe(1)
  })

  it('is nothing once the review was withdrawn', async () => {
    const review = await ask(policy('{}'))
    expect(await codeOf(test.call.reviews.withdraw({ id: review.id, personId: grace.id, text: '' }))).toBe(
      'review/not-author',
    )
    await test.call.reviews.withdraw({ id: review.id, personId: ada.id, text: 'another model comes' })
    expect(await codeOf(decide(review, grace))).toBe('approval/withdrawn')
  })
})

it('leaves a workspace that proves itself', async () => {
  expect((await test.call.proofs.workspace()).problems).toEqual([])
})

describe('an approver who is away', () => {
  const delegate = (from: Person, to: Person, more: object = {}) =>
    test.call.people.delegate({
      from: from.id,
      to: to.id,
      passphrase,
      until: '2999-01-01',
      reason: 'On leave',
      ...more,
    })
  let ivo: Person

  it('lets someone without the role decide, for a while, with one vote between them', async () => {
    ivo = await test.call.people.add({ name: 'Ivo', roles: ['validator'], passphrase })
    const review = await ask(policy('{ quorum: 2 }'))
    expect(await codeOf(decide(review, ivo))).toBe('approval/not-approver')
    await delegate(grace, ivo)
    const { decision, review: once } = await decide(review, ivo)
    expect(decision).toMatchObject({ counts: true, statement: { onBehalfOf: { name: 'Grace' } } })
    expect(once.standing).toMatchObject({ state: 'pending', approvals: 1, needed: 2 })
    const { review: twice } = await decide(review, grace)
    expect(twice.standing).toMatchObject({ state: 'pending', approvals: 1 })
  })

  it('travels as a file, and counts where both keys are known and the giver is an approver', async () => {
    const desk = await openTestEngine()
    try {
      const path = (name: string) => ({ path: join(folder, name) })
      await delegate(grace, ivo, { file: path('delegation.json') })
      await test.call.people.export({ id: ivo.id, file: path('ivo.json') })
      await test.call.people.export({ id: grace.id, file: path('grace.json') })
      const take = (name: string, roles?: Person['roles']) =>
        desk.call.people.import({ file: path(name), ...(roles ? { roles } : {}) })
      expect(await codeOf(take('delegation.json'))).toBe('delegation/not-valid')
      await take('ivo.json')
      await take('grace.json', ['validator'])
      expect(await codeOf(take('delegation.json'))).toBe('delegation/not-valid')
      await desk.call.people.setRoles({ id: grace.id, roles: ['approver'] })
      expect((await take('delegation.json')).delegations).toHaveLength(1)
      expect((await take('delegation.json')).delegations).toHaveLength(1)
    } finally {
      await desk.close()
    }
  })

  it('is refused what is not theirs to give: own work, the past, no role', async () => {
    expect(await codeOf(delegate(ada, ivo))).toBe('delegation/not-approver')
    expect(await codeOf(delegate(grace, grace))).toBe('delegation/to-self')
    expect(await codeOf(delegate(grace, ivo, { until: '2020-01-01' }))).toBe('delegation/past')
    // Hana may have made the model, so who decides in her place decides nothing on it.
    const jo = await test.call.people.add({ name: 'Jo', roles: ['validator'], passphrase })
    await delegate(hana, jo)
    expect(await codeOf(decide(await ask(policy('{}')), jo))).toBe('approval/not-approver')
    // Nor is a delegate an approver: they delegate nothing on.
    expect(await codeOf(delegate(ivo, jo))).toBe('delegation/not-approver')
  })

  it('takes it back, or loses it with the role: what was decided before counts on, nothing after', async () => {
    const review = await ask(policy('{}'))
    expect((await decide(review, ivo)).review.standing.state).toBe('approved')
    await test.call.people.endDelegations({ from: grace.id, to: ivo.id })
    expect((await test.call.reviews.get({ id: review.id })).standing.state).toBe('approved')
    expect(await codeOf(decide(await ask(policy('{}')), ivo))).toBe('approval/not-approver')
    await test.call.people.setRoles({ id: grace.id, roles: ['validator'] })
    expect((await test.call.reviews.get({ id: review.id })).decisions[0]!.remark).toMatch(
      /Grace, who delegated it, has no/,
    )
    await test.call.people.setRoles({ id: grace.id, roles: ['approver'] })
    expect((await test.call.proofs.workspace()).problems).toEqual([])
  })

  it('leaves nothing that could be changed beside the log: delegations, revocations, ends of keys, accounts', async () => {
    const { ledger } = test.engine.workspace
    const jo = (await test.call.people.list()).find((entry) => entry.name === 'Jo')!
    await test.call.people.revoke({ id: jo.id, reason: 'left', text: '' })
    expect((await test.call.proofs.workspace()).problems).toEqual([])
    const set = (person: Person, path: string, value: string) =>
      `UPDATE person SET document = json_set(document, '${path}', ${value}) WHERE id = '${person.id}'`
    const drop = (person: Person, path: string) =>
      `UPDATE person SET document = json_remove(document, '${path}') WHERE id = '${person.id}'`
    const given = `(SELECT json_extract(document, '$.delegations[0]') FROM person WHERE id = '${jo.id}')`
    const edits: [string, string][] = [
      [drop(jo, '$.delegations'), 'The delegation of Hana to Jo until 2999-01-01, which the log has, is gone.'],
      [
        set(jo, '$.delegations[1]', `json(${given})`),
        'The delegation of Hana to Jo until 2999-01-01 is not in the log.',
      ],
      [set(ivo, '$.delegations[2]', `json(${given})`), 'The delegation of Hana to Ivo until 2999-01-01 is not'],
      [set(jo, '$.delegations[0].statement.until', "'2999-12-31T23:59:59.999Z'"), 'is not what was signed'],
      [set(jo, '$.delegations[0].endedAt', "'2025-01-01T00:00:00.000Z'"), 'was not ended in the log'],
      [set(ivo, '$.delegations[0].endedAt', 'NULL'), 'was ended on'],
      [set(jo, '$.revoked', 'NULL'), 'The revocation of the key of Jo'],
      [set(jo, '$.revoked.at', "'2999-01-01T00:00:00.000Z'"), 'The revocation of the key of Jo'],
      [set(grace, '$.revoked', `json('{"at":"2025-01-01T00:00:00.000Z","reason":"left","text":""}')`), 'of Grace'],
      [set(grace, '$.expiresAt', "'2999-01-01T00:00:00.000Z'"), 'The key or the identity of Grace'],
      [set(hana, '$.account', "'someone else'"), 'another origin of the key of Hana'],
      [`DELETE FROM person WHERE id = '${jo.id}'`, `Jo (${jo.id}), whom the log has, is gone.`],
    ]
    for (const [sql, expected] of edits) {
      ledger.exec(`SAVEPOINT forged; PRAGMA defer_foreign_keys = ON; ${sql}`)
      const proof = await test.call.proofs.workspace()
      ledger.exec('ROLLBACK TO forged; RELEASE forged')
      expect(proof.problems.join(' '), sql).toContain(expected)
    }
    expect((await test.call.proofs.workspace()).problems).toEqual([])
  })
})
