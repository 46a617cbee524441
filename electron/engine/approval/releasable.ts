/** Whether a version may be released: the question that the release asks, answered from signed decisions. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ReviewId, VersionId } from '../../../shared/contract/ids.ts'
import type { Envelope } from '../../../shared/contract/person.ts'
import type { DecisionView, RequestStatement, ReviewDocument, Standing } from '../../../shared/contract/review.ts'
import { conditionKey, foldEvents, sortEvents } from '../../../shared/approval/review-state.ts'
import type { ReviewState } from '../../../shared/approval/review-state.ts'
import { quorumOf, standingOf } from '../../../shared/approval/standing.ts'
import type { CheckedApproval } from '../../../shared/approval/standing.ts'
import type { ReleaseApproval } from '../../../shared/serving/release-approval.ts'
import type { Engine } from '../engine.ts'
import { statementSha256 } from './envelope.ts'
import { readPolicy } from './policies.ts'
import { currentRequest, readApproval, readReview, reviewsOfVersion, whyApprovalRefused } from './review-store.ts'
import type { StoredReview } from './review-store.ts'

export interface ReviewStanding {
  readonly reviewId: ReviewId
  readonly request: RequestStatement
  readonly standing: Standing
  readonly decisions: readonly DecisionView[]
  readonly state: ReviewState
}

/** The run's evidence now; null where the run is not in this workspace. */
export function runEvidenceOf(engine: Engine, runId: string): string | null {
  const row = engine.workspace.ledger.prepare('SELECT evidence_sha256 FROM run WHERE id = ?').get(runId) as
    { evidence_sha256: string | null } | undefined
  return row?.evidence_sha256 ?? null
}

function whyOutdated(engine: Engine, review: StoredReview, request: RequestStatement): string | null {
  if (review.origin === 'imported') return null
  const now = runEvidenceOf(engine, request.subject.runId)
  if (now === request.subject.evidenceSha256) return null
  return now === null
    ? 'The run that was reviewed is no longer in this workspace.'
    : 'The evidence has changed since the review was asked for; changed evidence needs a new review.'
}

export function authorPrints(document: ReviewDocument): Set<string> {
  return new Set(currentRequest(document).authors.map((author) => author.fingerprint))
}

export async function standingOfReview(engine: Engine, review: StoredReview): Promise<ReviewStanding> {
  const { ledger } = engine.workspace
  const { document } = review
  const request = currentRequest(document)
  const now = new Date().toISOString()
  const state = foldEvents(document.events, now.slice(0, 10), authorPrints(document))
  const { policy } = await readPolicy(engine, request.policySha256)
  const approvals = document.approvals.map((envelope): CheckedApproval => {
    const statement = readApproval(envelope)
    const sha256 = statementSha256(envelope)
    return {
      sha256,
      statement,
      refused: whyApprovalRefused(ledger, envelope, statement),
      conditionsMet: statement.conditions.map((_, k) => state.conditionsMet.has(conditionKey(sha256, k))),
    }
  })
  return {
    reviewId: document.id,
    request,
    state,
    ...standingOf({
      approvals,
      evidenceSha256: request.subject.evidenceSha256,
      policySha256: request.policySha256,
      quorum: quorumOf(policy),
      findings: state.findings,
      withdrawn: state.withdrawn,
      outdated: whyOutdated(engine, review, request),
      now,
    }),
  }
}

/**
 * The review that decides on a version: one that rejects it on its present evidence, else one that approves it, else
 * the newest. A renewal that is still open takes nothing away.
 */
export async function standingOfVersion(engine: Engine, id: VersionId): Promise<ReviewStanding | null> {
  const standings: ReviewStanding[] = []
  for (const review of reviewsOfVersion(engine.workspace.ledger, id))
    standings.push(await standingOfReview(engine, review))
  const withState = (state: Standing['state']): ReviewStanding | undefined =>
    standings.find(({ standing }) => standing.state === state)
  return withState('rejected') ?? withState('approved') ?? standings[0] ?? null
}

/** What a release carries as proof of its approval. */
export interface ApprovalProof {
  readonly reviewId: ReviewId
  readonly evidenceSha256: string
  readonly policySha256: string
  /** Until when it may be served. */
  readonly until: string
  /** The decisions that count, as they were signed. */
  readonly envelopes: readonly Envelope[]
  /** Conditions of theirs that are met, each with the first who said so. */
  readonly conditionsMet: ReleaseApproval['conditionsMet']
}

/** @throws AssayError release/not-approved with every reason */
export async function assertReleasable(engine: Engine, id: VersionId): Promise<ApprovalProof> {
  const found = await standingOfVersion(engine, id)
  if (found?.standing.state !== 'approved') {
    const reasons = found ? found.standing.reasons.join(' ') : 'No review was asked for.'
    throw new AssayError({
      code: 'release/not-approved',
      message: `This version is not approved${found ? ` (${found.standing.state})` : ''}. ${reasons}`.trim(),
      remedy: 'Have it reviewed and approved: assay review request RUN --policy FILE.',
      where: { state: found?.standing.state ?? 'none', review: found?.reviewId ?? null },
    })
  }
  const counting = new Set(
    found.decisions
      .filter((decision) => decision.counts && decision.statement.decision !== 'reject')
      .map(({ sha256 }) => sha256),
  )
  const { document } = readReview(engine.workspace.ledger, found.reviewId)
  const authors = authorPrints(document)
  const met = new Map<string, ReleaseApproval['conditionsMet'][number]>()
  for (const event of sortEvents(document.events)) {
    if (event.type !== 'condition met' || authors.has(event.by.fingerprint) || !counting.has(event.approval)) continue
    const { approval: statement, condition, by, at } = event
    const key = conditionKey(statement, condition)
    if (!met.has(key)) met.set(key, { statement, condition, by, at })
  }
  return {
    reviewId: found.reviewId,
    evidenceSha256: found.request.subject.evidenceSha256,
    policySha256: found.request.policySha256,
    until: found.standing.until!,
    envelopes: document.approvals.filter((envelope) => counting.has(statementSha256(envelope))),
    conditionsMet: [...met.values()],
  }
}
