/** An approver decides: everything that must hold is checked again, and the statement is signed. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { PersonId, ReviewId } from '../../../shared/contract/ids.ts'
import type { Envelope } from '../../../shared/contract/person.ts'
import type { Gates } from '../../../shared/contract/policy.ts'
import type { ApprovalStatement, Condition, Decision } from '../../../shared/contract/review.ts'
import { isSettled, sortEvents } from '../../../shared/approval/review-state.ts'
import { quorumOf, validDaysOf } from '../../../shared/approval/standing.ts'
import { plural } from '../../../shared/format/number.ts'
import type { Champion } from '../../../shared/policy/judge-policy.ts'
import type { Engine } from '../engine.ts'
import type { StoredFile } from '../workspace/content-store.ts'
import { canonicalSha256, canonicalText } from './canonical.ts'
import { addCheckpoint } from './checkpoint.ts'
import { delegationFor } from './delegations.ts'
import { signStatement, statementSha256 } from './envelope.ts'
import { evidenceByHash, gatesByHash, judgeEvidence } from './gates.ts'
import { accountDigest, signerOf, signingKey } from './people.ts'
import { readPolicy } from './policies.ts'
import { putStage, stageOf } from './registry.ts'
import { standingOfReview } from './releasable.ts'
import type { ReviewStanding } from './releasable.ts'
import { openItems } from './review-view.ts'
import { putReview, readReview } from './review-store.ts'
import type { StoredReview } from './review-store.ts'
import { keepFile, takeText } from './stored-text.ts'

export interface DecisionRequest {
  readonly reviewId: ReviewId
  readonly personId: PersonId
  readonly passphrase: string
  readonly decision: Decision
  readonly reasons: string
  readonly conditions: readonly Condition[]
  /** What the signer saw. */
  readonly evidenceSha256: string
}

function refuse(code: string, message: string, remedy: string, where: Record<string, string | number> = {}): never {
  throw new AssayError({ code: `approval/${code}`, message, remedy, where })
}

/** The gates judged now, from the evidence itself: a waiver may have expired since the request. */
async function judgeAgain(engine: Engine, { request }: ReviewStanding): Promise<Gates> {
  const evidence = await evidenceByHash(engine, request.subject.evidenceSha256)
  const policy = await readPolicy(engine, request.policySha256)
  const asked = await gatesByHash(engine, request.gatesSha256)
  const champion: Champion | null = asked.champion
    ? { ref: asked.champion, evidence: await evidenceByHash(engine, asked.champion.evidenceSha256) }
    : null
  // Where there was no champion to compare with, the reason is the one that the request's gates gave.
  const reason =
    asked.gates.find((gate) => gate.versus !== null)?.figure?.reason ?? 'there is no champion to compare with'
  return judgeEvidence(evidence, request.subject.evidenceSha256, policy, champion, reason)
}

function checkApproval(
  found: ReviewStanding,
  gates: Gates,
  request: DecisionRequest,
  itemsOpen: readonly string[],
): void {
  if (gates.outcome === 'blocked') {
    const stopping = gates.gates.filter((gate) => gate.blocking).map((gate) => `${gate.title} (${gate.outcome})`)
    refuse(
      'gates-blocked',
      `${gates.counts.blocking} of ${gates.gates.length} gates stop it: ${stopping.slice(0, 8).join('; ')}.`,
      'Improve the model, or put a waiver with owner, reason and expiry into the policy and ask again.',
      { blocking: gates.counts.blocking },
    )
  }
  const conditional = request.decision === 'approve with conditions'
  const open = found.state.findings.filter(
    (finding) =>
      !isSettled(finding) && (finding.severity === 'critical' || (finding.severity === 'major' && !conditional)),
  )
  if (open.length > 0) {
    refuse(
      'open-findings',
      `${plural(open.length, 'finding')} not settled: ${open
        .slice(0, 8)
        .map((finding) => `${finding.title} (${finding.severity})`)
        .join('; ')}.`,
      'Close them or accept the risk. A major one may stay open if you approve with conditions; a critical one may not.',
      { findings: open.length },
    )
  }
  if (itemsOpen.length > 0) {
    refuse(
      'checklist-open',
      `${plural(itemsOpen.length, 'item')} of the policy’s checklists open: ${itemsOpen.slice(0, 8).join('; ')}.`,
      'Settle each as done or not applicable.',
      { items: itemsOpen.length },
    )
  }
}

/**
 * @returns the SHA-256 of the signed statement
 * @throws AssayError approval/own-work, approval/not-approver, approval/evidence-changed, approval/gates-blocked,
 *   approval/open-findings, approval/checklist-open, approval/no-reason, approval/no-condition, approval/same-account
 */
export async function decide(engine: Engine, request: DecisionRequest): Promise<string> {
  const { workspace } = engine
  const review = readReview(workspace.ledger, request.reviewId)
  const found = await standingOfReview(engine, review)
  const { request: asked, standing } = found
  const { person, key } = await signingKey(engine, request.personId, request.passphrase)
  if (asked.authors.some((author) => author.fingerprint === person.fingerprint)) {
    refuse(
      'own-work',
      `${person.name} made what is under review; nobody approves or rejects their own work.`,
      'Send the review package to someone else: assay review export.',
      { person: person.id },
    )
  }
  const signedAt = new Date()
  const delegation = person.roles.includes('approver')
    ? null
    : delegationFor(workspace.ledger, person, asked.authors, signedAt.toISOString())
  if (!person.roles.includes('approver') && !delegation) {
    refuse(
      'not-approver',
      `${person.name} has no approver’s role, and no approver has delegated it.`,
      'An approver signs, or delegates: assay person delegate.',
      { person: person.id },
    )
  }
  if (standing.state === 'withdrawn') refuse('withdrawn', 'The review was withdrawn.', 'Nothing is to be decided.')
  if (standing.state === 'outdated' || asked.subject.evidenceSha256 !== request.evidenceSha256) {
    refuse(
      'evidence-changed',
      'The evidence is another one than the one you were shown.',
      'Have the review asked for anew, read the evidence as it is now, and decide then.',
      { shown: request.evidenceSha256, now: asked.subject.evidenceSha256 },
    )
  }
  const { policy } = await readPolicy(engine, asked.policySha256)
  const account = accountDigest()
  if (policy.approval?.separate_accounts && account === asked.account) {
    refuse(
      'same-account',
      'The policy wants author and approver on different system accounts.',
      'Decide on another account or machine: assay review export.',
    )
  }
  if (request.decision === 'reject' && request.reasons === '')
    refuse('no-reason', 'A rejection needs its reasons.', 'Say what must change.')
  if (request.decision === 'approve with conditions' && request.conditions.length === 0)
    refuse('no-condition', 'An approval with conditions names at least one.', 'Give each a text, an owner and a date.')
  if (request.decision !== 'approve with conditions' && request.conditions.length > 0)
    refuse('stray-condition', `“${request.decision}” takes no conditions.`, 'Choose “approve with conditions”.')
  const gates = await judgeAgain(engine, found)
  if (request.decision !== 'reject') checkApproval(found, gates, request, openItems(policy, found.state))
  const gatesFile = await takeText(engine, canonicalText(gates))
  const expires = new Date(signedAt.getTime() + validDaysOf(policy) * 86_400_000).toISOString()
  const statement: ApprovalStatement = {
    schema: 'assay.approval/1',
    decision: request.decision,
    reviewId: review.document.id,
    round: asked.round,
    subject: asked.subject,
    policySha256: asked.policySha256,
    quorum: quorumOf(policy),
    gatesSha256: gatesFile.sha256,
    gatesOutcome: gates.outcome,
    eventsSha256: canonicalSha256(sortEvents(review.document.events)),
    conditions: [...request.conditions],
    reasons: request.reasons,
    signer: signerOf(person),
    ...(delegation ? { onBehalfOf: delegation.statement.from, delegation: delegation.envelope } : {}),
    authors: asked.authors,
    account,
    signedAt: signedAt.toISOString(),
    expiresAt: expires,
  }
  const envelope = signStatement('approval', statement, key)
  await recordDecision(engine, review, envelope, statement, gatesFile, 'signed here')
  addCheckpoint(engine, person, key)
  return statementSha256(envelope)
}

/** What the log says of a decision, whichever way it came. */
export const decisionEntry = (envelope: Envelope, statement: ApprovalStatement, how: string) => ({
  decision: statement.decision,
  by: statement.signer.name,
  fingerprint: statement.signer.fingerprint,
  evidenceSha256: statement.subject.evidenceSha256,
  version: statement.subject.versionId,
  statement: statementSha256(envelope),
  how,
})

/** Keeps a decision, made here or brought in, and moves the version to the stage that follows from it. */
async function recordDecision(
  engine: Engine,
  review: StoredReview,
  envelope: Envelope,
  statement: ApprovalStatement,
  gatesFile: StoredFile,
  how: string,
): Promise<void> {
  const { workspace } = engine
  const document = { ...review.document, approvals: [...review.document.approvals, envelope] }
  workspace.change('decision recorded', review.document.id, decisionEntry(envelope, statement, how), (time) => {
    keepFile(engine, review.document.id, gatesFile, 'gates', time)
    putReview(engine, review.origin, document, time)
  })
  await followStanding(engine, readReview(workspace.ledger, review.document.id))
  engine.jobs.changed('approvals')
}

/** The version is approved when its review is, and no longer when it is not. */
export async function followStanding(engine: Engine, review: StoredReview): Promise<void> {
  if (review.origin === 'imported') return
  const { workspace } = engine
  const { request, standing } = await standingOfReview(engine, review)
  const { versionId } = request.subject
  const { stage } = stageOf(workspace.ledger, versionId)
  const next =
    standing.state === 'approved' && (stage === 'draft' || stage === 'candidate')
      ? 'approved'
      : standing.state === 'rejected' && stage === 'approved'
        ? 'candidate'
        : null
  if (next === null) return
  workspace.change(
    'stage changed',
    versionId,
    { from: stage, to: next, reason: `review ${review.document.id}: ${standing.state}` },
    (time) => putStage(workspace.ledger, versionId, next, time),
  )
}
