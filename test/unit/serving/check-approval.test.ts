/** The approval of a release: what it must say, and by whom. */
import { describe, expect, it } from 'vitest'
import { signStatement } from '../../../electron/engine/approval/envelope.ts'
import { generateKey } from '../../../electron/engine/approval/keys.ts'
import { proofs as workbenchProofs } from '../../../electron/engine/release/proofs.ts'
import { proofs } from '../../../electron/serving/proofs.ts'
import { checkApproval } from '../../../shared/serving/check-approval.ts'
import type { ReleaseApproval } from '../../../shared/serving/release-approval.ts'
import type { ApprovalStatement } from '../../../shared/contract/review.ts'
import { servedName } from '../../../shared/serving/release-manifest.ts'
import { approvalBy, statementFor } from '../../support/release.ts'
import { binaryDetail, makeEvidence } from '../report/evidence-fixture.ts'

const evidence = makeEvidence(binaryDetail())
const evidenceSha256 = 'e'.repeat(64)
const [ann, bob] = [generateKey('ed25519'), generateKey('ecdsa-p256')]

function codeOf(
  approval: ReleaseApproval,
  more: { now?: string; trusted?: string[]; served?: string; evidence?: string } = {},
): string {
  try {
    checkApproval(
      {
        approval,
        evidenceSha256: more.evidence ?? evidenceSha256,
        servedSha256: more.served ?? evidence.model.servedSha256,
        now: more.now ?? '2026-06-01T00:00:00.000Z',
        trusted: more.trusted ?? null,
      },
      proofs,
    )
    return 'approved'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

const by = (key: typeof ann, more: Partial<ApprovalStatement> = {}) =>
  [statementFor(evidence, evidenceSha256, key, more), key] as const

describe('approval', () => {
  it.each([
    ['Ed25519', ann],
    ['ECDSA P-256', bob],
  ])('holds when it is signed with %s', (_, key) => {
    expect(codeOf(approvalBy([by(key)]))).toBe('approved')
  })

  it.each([
    ['the server', proofs],
    ['the workbench', workbenchProofs],
  ])('is refused by %s with a key written in another way, whose fingerprint is another', (_, { fingerprintOf }) => {
    for (const { publicKey, fingerprint } of [ann, bob]) {
      expect(fingerprintOf(publicKey)).toBe(fingerprint)
      const [sequence, length, ...rest] = Buffer.from(publicKey, 'base64')
      // BER: the same length in its long form.
      expect(fingerprintOf(Buffer.from([sequence!, 0x81, length!, ...rest]).toString('base64'))).toBe(null)
    }
  })

  it('ends when the quorum ends', () => {
    const early = '2027-01-01T00:00:00.000Z'
    const two = approvalBy([by(ann, { expiresAt: early }), by(bob)], 2)
    const request = { approval: two, evidenceSha256, servedSha256: evidence.model.servedSha256, trusted: null }
    expect(checkApproval({ ...request, now: '2026-06-01T00:00:00.000Z' }, proofs).expiresAt).toBe(early)
    expect(codeOf(two, { now: early })).toBe('release/expired')
    // A quorum of one is enough of those who signed for two only if they signed for one.
    const one = approvalBy([by(ann, { expiresAt: early }), by(bob)], 1)
    expect(codeOf(one, { now: early })).toBe('approved')
  })

  it('takes the quorum from what is signed: a folder that says otherwise changes nothing', () => {
    const alone = approvalBy([by(ann)], 2)
    expect(codeOf({ ...alone, quorum: 1 } as ReleaseApproval)).toBe('release/not-approved')
    expect(codeOf(approvalBy([by(ann, { quorum: 1 }), by(bob, { quorum: 2 })]))).toBe('release/other-policy')
    expect(codeOf(approvalBy([by(ann), by(bob, { policySha256: 'a'.repeat(64) })], 2))).toBe('release/other-policy')
    expect(codeOf(approvalBy([by(ann, { quorum: undefined })]))).toBe('release/no-quorum')
  })

  it('ends with a condition that is overdue, unless someone who did not make the model called it met', () => {
    const conditions = [
      { text: 'Retrain on June', owner: 'Mara', due: '2026-06-30' },
      { text: 'Watch drift', owner: 'Mara', due: '2026-09-30' },
    ]
    const approval = approvalBy([by(ann, { decision: 'approve with conditions', conditions })])
    const statement = proofs.sha256(proofs.textOfBase64(approval.statements[0]!.payload))
    const met = (condition: number, by: object, of = statement) =>
      ({
        ...approval,
        conditionsMet: [{ statement: of, condition, by, at: '2026-06-01T00:00:00.000Z' }],
      }) as ReleaseApproval
    const validator = { id: 'per_00000000000000dd', name: 'Vera', fingerprint: '2'.repeat(64) }
    const author = { id: 'per_00000000000000aa', name: 'The author', fingerprint: '1'.repeat(64) }
    const lastDay = '2026-06-30T23:59:59.999Z'
    const after = '2026-07-01T00:00:00.000Z'
    expect(codeOf(approval, { now: lastDay })).toBe('approved')
    expect(codeOf(approval, { now: after })).toBe('release/condition-due')
    expect(codeOf(met(0, validator), { now: after })).toBe('approved')
    expect(codeOf(met(0, validator), { now: '2026-10-01T00:00:00.000Z' })).toBe('release/condition-due')
    expect(codeOf(met(1, validator), { now: after })).toBe('release/condition-due')
    expect(codeOf(met(0, author), { now: after })).toBe('release/condition-due')
    expect(codeOf(met(0, validator, 'f'.repeat(64)), { now: after })).toBe('release/condition-due')
    const request = { approval, evidenceSha256, servedSha256: evidence.model.servedSha256, trusted: null, now: lastDay }
    expect(checkApproval(request, proofs)).toMatchObject({
      expiresAt: after,
      end: { code: 'condition-due', reason: expect.stringContaining('“Retrain on June” was due on 2026-06-30') },
    })
  })

  it('wants as many people as the policy asked for: one who signs twice is one', () => {
    expect(codeOf(approvalBy([by(ann)], 2))).toBe('release/not-approved')
    expect(codeOf(approvalBy([by(ann), by(ann)], 2))).toBe('release/not-approved')
    expect(codeOf(approvalBy([by(ann), by(bob)], 2))).toBe('approved')
  })

  it('may be signed in an approver’s place: with their delegation, in its time, one vote between the two', () => {
    const signer = (key: typeof ann) => statementFor(evidence, evidenceSha256, key).signer
    const signedAt = statementFor(evidence, evidenceSha256, bob).signedAt
    const granted = (more: object = {}, key = ann) =>
      signStatement(
        'delegation',
        {
          schema: 'assay.delegation/1',
          from: signer(ann),
          to: signer(bob),
          reason: 'On leave',
          at: signedAt,
          until: '2030-01-01T00:00:00.000Z',
          ...more,
        },
        key,
      )
    const standIn = (delegation = granted(), more: Partial<ApprovalStatement> = {}) =>
      by(bob, { onBehalfOf: signer(ann), delegation, ...more })
    // The giver's key comes with the approval, as the engine writes it.
    const carried = (statement: ReturnType<typeof by>, quorum = 1): ReleaseApproval => {
      const both = approvalBy([statement, by(ann)], quorum)
      return { ...both, statements: both.statements.slice(0, 1) }
    }
    expect(codeOf(carried(standIn()), { trusted: [ann.fingerprint] })).toBe('approved')
    expect(codeOf(carried(standIn()), { trusted: [bob.fingerprint] })).toBe('release/not-trusted')
    expect(codeOf(approvalBy([standIn(), by(ann)], 2))).toBe('release/not-approved')
    for (const bad of [
      granted({}, bob),
      granted({ until: '2020-01-01T00:00:00.000Z' }),
      granted({ to: signer(ann) }),
      granted({ from: signer(bob) }),
    ])
      expect(codeOf(carried(standIn(bad)))).toBe('release/not-delegated')
    expect(codeOf(approvalBy([standIn()]))).toBe('release/not-delegated')
    expect(codeOf(carried(by(bob, { onBehalfOf: signer(ann) })))).toBe('release/not-delegated')
    expect(codeOf(carried(standIn(granted(), { authors: [signer(ann)] })))).toBe('release/not-delegated')
  })

  it.each<[string, string, () => string]>([
    ['other evidence', 'release/other-evidence', () => codeOf(approvalBy([by(ann)]), { evidence: 'f'.repeat(64) })],
    ['another model', 'release/other-model', () => codeOf(approvalBy([by(ann)]), { served: 'f'.repeat(64) })],
    ['a rejection', 'release/rejected', () => codeOf(approvalBy([by(ann, { decision: 'reject' })]))],
    ['a blocked gate', 'release/not-approved', () => codeOf(approvalBy([by(ann, { gatesOutcome: 'blocked' })]))],
    [
      'an expired approval',
      'release/expired',
      () => codeOf(approvalBy([by(ann)]), { now: '2100-01-01T00:00:00.000Z' }),
    ],
    [
      'a key that is not trusted',
      'release/not-trusted',
      () => codeOf(approvalBy([by(ann)]), { trusted: [bob.fingerprint] }),
    ],
    [
      'the signature of an author',
      'release/own-work',
      () =>
        codeOf(
          approvalBy([
            by(ann, { authors: [{ id: 'per_00000000000000bb', name: 'Ann', fingerprint: ann.fingerprint }] as never }),
          ]),
        ),
    ],
  ])('does not hold for %s', (_, code, work) => {
    expect(work()).toBe(code)
  })

  it('does not hold when a byte of it is changed', () => {
    const approval = approvalBy([by(ann)])
    const [statement] = approval.statements
    const text = Buffer.from(statement!.payload, 'base64').toString()
    const later = Buffer.from(text.replace('"2099-', '"2199-')).toString('base64')
    expect(codeOf({ ...approval, statements: [{ ...statement!, payload: later }] })).toBe('release/signature')
    const other = approvalBy([by(bob)])
    expect(codeOf({ ...approval, signers: other.signers })).toBe('release/signature')
    const renamed = [{ ...approval.signers[0]!, publicKey: bob.publicKey }]
    expect(codeOf({ ...approval, signers: renamed })).toBe('release/signature')
    expect(codeOf({ ...approval, statements: [{ ...statement!, payloadType: 'application/json' }] })).toBe(
      'release/not-approved',
    )
  })
})

it('makes names for paths', () => {
  expect(['Churn, gradient boosting', 'Größe 2', '模型', '--', 'a'.repeat(100)].map(servedName)).toEqual([
    'churn-gradient-boosting',
    'gro-e-2',
    'model',
    'model',
    'a'.repeat(63),
  ])
})
