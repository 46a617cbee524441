/** Reviews in the ledger: the signed requests and decisions, and the events in between. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ReviewId, RunId, VersionId } from '../../../shared/contract/ids.ts'
import type { Envelope } from '../../../shared/contract/person.ts'
import { approvalStatementSchema, requestStatementSchema } from '../../../shared/contract/review.ts'
import type {
  ApprovalStatement,
  RequestStatement,
  ReviewDocument,
  ReviewEvent,
} from '../../../shared/contract/review.ts'
import { mergeEvents } from '../../../shared/approval/review-state.ts'
import type { Engine } from '../engine.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { canonicalSha256 } from './canonical.ts'
import { whyDelegationRefused } from './delegations.ts'
import { isSignedBy, keyIdOf, readStatement, statementSha256 } from './envelope.ts'
import { findByFingerprint } from './people.ts'

export interface StoredReview {
  readonly origin: 'here' | 'imported'
  readonly document: ReviewDocument
  readonly updatedAt: string
}

interface Row {
  origin: 'here' | 'imported'
  document: string
  updated_at: string
}

const toReview = (row: Row): StoredReview => ({
  origin: row.origin,
  document: JSON.parse(row.document) as ReviewDocument,
  updatedAt: row.updated_at,
})

export function findReview(ledger: Ledger, id: ReviewId): StoredReview | null {
  const row = ledger.prepare('SELECT origin, document, updated_at FROM review WHERE id = ?').get(id) as Row | undefined
  return row ? toReview(row) : null
}

export function readReview(ledger: Ledger, id: ReviewId): StoredReview {
  const review = findReview(ledger, id)
  if (review) return review
  throw new AssayError({
    code: 'review/unknown',
    message: `There is no review ${id} in this workspace.`,
    remedy: 'List them: assay review list.',
    where: { id },
  })
}

export function listReviews(ledger: Ledger): StoredReview[] {
  const rows = ledger
    .prepare('SELECT origin, document, updated_at FROM review ORDER BY updated_at DESC, rowid DESC')
    .all()
  return (rows as Row[]).map(toReview)
}

/** The reviews of a version that were asked for here, newest first. */
export function reviewsOfVersion(ledger: Ledger, id: VersionId): StoredReview[] {
  const rows = ledger
    .prepare(
      `SELECT origin, document, updated_at FROM review WHERE version_id = ? AND origin = 'here'
       ORDER BY created_at DESC, rowid DESC`,
    )
    .all(id) as Row[]
  return rows.map(toReview)
}

export const readRequest = (envelope: Envelope): RequestStatement =>
  readStatement('request', envelope, requestStatementSchema)
export const readApproval = (envelope: Envelope): ApprovalStatement =>
  readStatement('approval', envelope, approvalStatementSchema)

/** The request of the newest round: what is under review. */
export const currentRequest = (document: ReviewDocument): RequestStatement => readRequest(document.rounds.at(-1)!)

/** Inside a change: writes the review as it is now. */
export function putReview(
  engine: Engine,
  origin: StoredReview['origin'],
  document: ReviewDocument,
  time: string,
): void {
  const { subject } = currentRequest(document)
  engine.workspace.ledger
    .prepare(
      `INSERT INTO review (id, origin, run_id, version_id, evidence_sha256, created_at, updated_at, document)
       VALUES (@id, @origin, @run, @version, @evidence, @created, @time, @document)
       ON CONFLICT (id) DO UPDATE SET run_id = @run, version_id = @version, evidence_sha256 = @evidence,
         updated_at = @time, document = @document`,
    )
    .run({
      id: document.id,
      origin,
      run: subject.runId satisfies RunId,
      version: subject.versionId,
      evidence: subject.evidenceSha256,
      created: document.createdAt,
      time,
      document: JSON.stringify(document),
    })
}

/** Appends events that happened here, each with its hash in the audit log. */
export function addEvents(engine: Engine, id: ReviewId, events: readonly ReviewEvent[]): void {
  const { workspace } = engine
  const { origin, document } = readReview(workspace.ledger, id)
  const next = { ...document, events: mergeEvents(document.events, events) }
  const [first] = events
  workspace.change(
    'review remark',
    id,
    {
      remark: first?.type ?? '',
      by: first?.by.name ?? '',
      events: events.map((event) => ({ id: event.id, sha256: canonicalSha256(event) })),
    },
    (time) => putReview(engine, origin, next, time),
  )
  engine.jobs.changed('approvals')
}

/** When this workspace first saw a decision: what the signer says of the time cannot be older than that by trust alone. */
function receivedAt(ledger: Ledger, id: ReviewId, statement: string): string | null {
  const row = ledger
    .prepare(
      `SELECT time FROM audit WHERE subject = ? AND event = 'decision recorded'
       AND json_extract(detail, '$.statement') = ? ORDER BY sequence LIMIT 1`,
    )
    .get(id, statement) as { time: string } | undefined
  return row?.time ?? null
}

/**
 * Why a decision does not count, by its signature and its signer's key; null where it does. A signature that was first
 * seen after the key was revoked does not count: its date is only what the signer says.
 */
export function whyApprovalRefused(ledger: Ledger, envelope: Envelope, statement: ApprovalStatement): string | null {
  const person = findByFingerprint(ledger, keyIdOf(envelope))
  if (!person) return `It is signed by a key that this workspace does not know (${keyIdOf(envelope).slice(0, 16)}).`
  if (statement.signer.fingerprint !== person.fingerprint || !isSignedBy(envelope, person.publicKey))
    return 'Its signature does not fit: it was changed after it was signed.'
  const sha256 = statementSha256(envelope)
  // What is not recorded yet is seen now.
  const seen = receivedAt(ledger, statement.reviewId, sha256) ?? new Date().toISOString()
  if (!person.roles.includes('approver') || statement.onBehalfOf) {
    const why = whyDelegationRefused(ledger, statement, seen)
    if (why !== null) return why
  }
  if (person.expiresAt !== null && statement.signedAt > person.expiresAt)
    return `The key of ${person.name} had expired on ${person.expiresAt.slice(0, 10)}.`
  if (person.revoked) {
    if (person.revoked.reason === 'compromised') return `The key of ${person.name} is compromised.`
    if (seen > person.revoked.at) return `The key of ${person.name} was revoked before this decision was seen here.`
  }
  return null
}

/** What is wrong with a round's request; null where nothing is. */
export function whyRequestRefused(ledger: Ledger, envelope: Envelope, statement: RequestStatement): string | null {
  const person = findByFingerprint(ledger, keyIdOf(envelope))
  if (!person) return `It is signed by a key that this workspace does not know (${keyIdOf(envelope).slice(0, 16)}).`
  if (statement.requestedBy.fingerprint !== person.fingerprint || !isSignedBy(envelope, person.publicKey))
    return 'Its signature does not fit: it was changed after it was signed.'
  if (person.revoked?.reason === 'compromised') return `The key of ${person.name} is compromised.`
  return null
}

/** What a review is of stays, until the review is withdrawn. @throws AssayError run/under-review, model/under-review */
export function refuseWhileReviewed(ledger: Ledger, column: 'run_id' | 'version_id', id: RunId | VersionId): void {
  const rows = ledger
    .prepare(`SELECT origin, document, updated_at FROM review WHERE ${column} = ? AND origin = 'here'`)
    .all(id) as Row[]
  const standing = rows.map(toReview).find(({ document }) => !document.events.some(({ type }) => type === 'withdrawn'))
  if (!standing) return
  throw new AssayError({
    code: column === 'run_id' ? 'run/under-review' : 'model/under-review',
    message: `The review ${standing.document.id} is of it: ${standing.document.title}.`,
    remedy: 'Withdraw the review first. What was decided stays in the audit log.',
    where: { review: standing.document.id },
  })
}
