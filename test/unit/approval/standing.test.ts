import { describe, expect, it } from 'vitest'
import type { Signer } from '../../../shared/contract/person.ts'
import type { ApprovalStatement, FindingView } from '../../../shared/contract/review.ts'
import { standingOf } from '../../../shared/approval/standing.ts'
import type { CheckedApproval, StandingRequest } from '../../../shared/approval/standing.ts'
import { sha } from '../report/evidence-fixture.ts'

const signer = (name: string): Signer => ({
  id: 'per_0123456789abcdef' as Signer['id'],
  name,
  fingerprint: sha(name === 'Ada' ? 'a' : name === 'Grace' ? 'b' : 'c'),
})

let count = 0
function approval(
  name: string,
  change: Partial<ApprovalStatement> = {},
  more: Partial<CheckedApproval> = {},
): CheckedApproval {
  const statement = {
    schema: 'assay.approval/1',
    decision: 'approve',
    reviewId: 'rv_0123456789abcdef',
    round: 1,
    subject: { evidenceSha256: sha('e') },
    policySha256: sha('d'),
    gatesSha256: sha('f'),
    gatesOutcome: 'pass',
    eventsSha256: sha('f'),
    conditions: [],
    reasons: '',
    signer: signer(name),
    authors: [signer('Ada')],
    account: sha('f'),
    signedAt: '2026-06-01T00:00:00.000Z',
    expiresAt: '2027-06-01T00:00:00.000Z',
    ...change,
  } as unknown as ApprovalStatement
  return {
    sha256: String(++count).padStart(64, '0'),
    statement,
    refused: null,
    conditionsMet: statement.conditions.map(() => false),
    ...more,
  }
}

const finding = (severity: FindingView['severity'], state: FindingView['state']): FindingView => ({
  id: '0123456789abcdef',
  severity,
  state,
  title: 'A finding',
  text: '',
  path: null,
  owner: null,
  due: null,
  overdue: false,
  openedBy: signer('Grace'),
  openedAt: '2026-06-01T00:00:00.000Z',
  history: [],
})

const condition = (due: string) => ({ text: 'Watch drift', owner: 'Ada', due })
const conditional: Partial<ApprovalStatement> = {
  decision: 'approve with conditions',
  conditions: [condition('2026-07-01')],
}

const cases: [string, CheckedApproval[], Partial<StandingRequest>, string][] = [
  ['nobody has decided', [], {}, 'pending'],
  ['one of one', [approval('Grace')], {}, 'approved'],
  ['one of two', [approval('Grace')], { quorum: 2 }, 'pending'],
  ['two of two', [approval('Grace'), approval('Hana')], { quorum: 2 }, 'approved'],
  [
    'one person twice is one',
    [approval('Grace'), approval('Grace', { signedAt: '2026-06-02T00:00:00.000Z' })],
    { quorum: 2 },
    'pending',
  ],
  ['the author', [approval('Ada')], {}, 'pending'],
  ['a signature that does not fit', [approval('Grace', {}, { refused: 'changed' })], {}, 'pending'],
  [
    'other evidence',
    [approval('Grace', { subject: { evidenceSha256: sha('1') } as ApprovalStatement['subject'] })],
    {},
    'pending',
  ],
  ['another policy', [approval('Grace', { policySha256: sha('1') })], {}, 'pending'],
  ['blocked when it was signed', [approval('Grace', { gatesOutcome: 'blocked' })], {}, 'pending'],
  ['expired', [approval('Grace')], { now: '2027-06-02T00:00:00.000Z' }, 'expired'],
  ['in its last moment', [approval('Grace')], { now: '2027-05-31T23:59:59.999Z' }, 'approved'],
  ['at its end', [approval('Grace')], { now: '2027-06-01T00:00:00.000Z' }, 'expired'],
  ['rejected', [approval('Grace', { decision: 'reject', reasons: 'no' })], {}, 'rejected'],
  ['a rejection beats an approval', [approval('Hana'), approval('Grace', { decision: 'reject' })], {}, 'rejected'],
  [
    'a rejection that its signer took back',
    [approval('Grace', { decision: 'reject' }), approval('Grace', { signedAt: '2026-06-02T00:00:00.000Z' })],
    {},
    'approved',
  ],
  [
    'an approval that its signer took back',
    [approval('Grace'), approval('Grace', { decision: 'reject', signedAt: '2026-06-02T00:00:00.000Z' })],
    {},
    'rejected',
  ],
  ['evidence that changed since', [approval('Grace')], { outdated: 'changed' }, 'outdated'],
  ['withdrawn', [approval('Grace')], { withdrawn: 'no more' }, 'withdrawn'],
  ['a critical finding opened afterwards', [approval('Grace')], { findings: [finding('critical', 'open')] }, 'pending'],
  [
    'a major finding that is only answered',
    [approval('Grace')],
    { findings: [finding('major', 'answered')] },
    'pending',
  ],
  ['a major finding that is closed', [approval('Grace')], { findings: [finding('major', 'closed')] }, 'approved'],
  [
    'a critical finding whose risk is accepted',
    [approval('Grace')],
    { findings: [finding('critical', 'accepted')] },
    'approved',
  ],
  ['a minor finding', [approval('Grace')], { findings: [finding('minor', 'open')] }, 'approved'],
  [
    'a major finding under conditions',
    [approval('Grace', conditional)],
    { findings: [finding('major', 'open')] },
    'approved',
  ],
  [
    'a critical finding under conditions',
    [approval('Grace', conditional)],
    { findings: [finding('critical', 'open')] },
    'pending',
  ],
  ['a condition on its last day', [approval('Grace', conditional)], { now: '2026-07-01T23:00:00.000Z' }, 'approved'],
  ['a condition that is overdue', [approval('Grace', conditional)], { now: '2026-07-02T00:00:00.000Z' }, 'pending'],
  [
    'a condition that is met',
    [approval('Grace', conditional, { conditionsMet: [true] })],
    { now: '2026-12-01T00:00:00.000Z' },
    'approved',
  ],
]

describe('standing', () => {
  it.each(cases)('%s', (_, approvals, change, state) => {
    const { standing } = standingOf({
      approvals,
      evidenceSha256: sha('e'),
      policySha256: sha('d'),
      quorum: 1,
      findings: [],
      withdrawn: null,
      outdated: null,
      now: '2026-06-15T12:00:00.000Z',
      ...change,
    })
    expect(standing.state).toBe(state)
    if (state !== 'approved') expect(standing.reasons).not.toEqual([])
  })

  it('holds until fewer than the quorum are left', () => {
    const { standing } = standingOf({
      approvals: [
        approval('Grace', { expiresAt: '2026-08-01T00:00:00.000Z' }),
        approval('Hana', { expiresAt: '2026-09-01T00:00:00.000Z' }),
      ],
      evidenceSha256: sha('e'),
      policySha256: sha('d'),
      quorum: 1,
      findings: [],
      withdrawn: null,
      outdated: null,
      now: '2026-06-15T12:00:00.000Z',
    })
    expect(standing.until).toBe('2026-09-01T00:00:00.000Z')
  })
})
