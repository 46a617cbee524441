/** An author asks for a review: the gates are judged, the request is signed, and the version becomes a candidate. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { PersonId, ReviewId, RunId } from '../../../shared/contract/ids.ts'
import type { ModelVersion } from '../../../shared/contract/model.ts'
import type { RequestStatement, ReviewDocument } from '../../../shared/contract/review.ts'
import { isSettled } from '../../../shared/approval/review-state.ts'
import { plural } from '../../../shared/format/number.ts'
import type { Engine } from '../engine.ts'
import { readRun, readVersion } from '../records.ts'
import { newId } from '../workspace/new-id.ts'
import { authorsOf } from './authors.ts'
import { addCheckpoint } from './checkpoint.ts'
import { signStatement, statementSha256 } from './envelope.ts'
import { evidenceByHash, judgeRun, notEvaluated } from './gates.ts'
import { accountDigest, signerOf, signingKey } from './people.ts'
import type { ReadPolicy } from './policies.ts'
import { putStage, stageOf } from './registry.ts'
import { standingOfReview } from './releasable.ts'
import { currentRequest, putReview, readReview, reviewsOfVersion } from './review-store.ts'
import { keepStored } from './stored-text.ts'

export interface ReviewRequest {
  readonly runId: RunId
  readonly policy: ReadPolicy
  readonly note: string
  readonly personId: PersonId
  readonly passphrase: string
  /** A new round of this review. */
  readonly reviewId?: ReviewId
}

/**
 * @throws AssayError run/not-evaluated, person/*, review/other-model, review/withdrawn, review/nothing-new,
 *   review/open-findings
 */
export async function requestReview(engine: Engine, request: ReviewRequest): Promise<ReviewId> {
  const { workspace } = engine
  const { ledger } = workspace
  const run = readRun(ledger, request.runId)
  if (run.evidenceSha256 === null) throw notEvaluated(run.id)
  const version = readVersion(ledger, run.versionId)
  const earlier = request.reviewId === undefined ? null : readReview(ledger, request.reviewId)
  if (earlier) checkRound(engine, earlier.document, earlier.origin, run.evidenceSha256, request, version.modelId)
  else await refuseOpenFindings(engine, version)
  const { person, key } = await signingKey(engine, request.personId, request.passphrase)
  if (!person.roles.includes('author')) {
    throw new AssayError({
      code: 'review/not-author',
      message: `${person.name} has no author’s role.`,
      remedy: 'Whoever made the model asks for its review.',
      where: { person: person.id },
    })
  }
  const evidence = await evidenceByHash(engine, run.evidenceSha256)
  const { gates, gatesSha256 } = await judgeRun(engine, run.id, request.policy)
  const reviewId = earlier?.document.id ?? newId<ReviewId>('rv')
  const statement: RequestStatement = {
    schema: 'assay.request/1',
    reviewId,
    round: (earlier?.document.rounds.length ?? 0) + 1,
    subject: {
      runId: run.id,
      versionId: version.id,
      model: version.name,
      version: version.version,
      modelSha256: version.sha256,
      servedSha256: version.servedSha256,
      dataset: evidence.dataset.name,
      dataSha256: evidence.dataset.dataSha256,
      evidenceSha256: run.evidenceSha256,
    },
    policySha256: request.policy.sha256,
    gatesSha256,
    gatesOutcome: gates.outcome,
    championEvidenceSha256: gates.champion?.evidenceSha256 ?? null,
    requestedBy: signerOf(person),
    authors: authorsOf(ledger, version.id, run.id, person),
    account: accountDigest(),
    note: request.note,
    requestedAt: new Date().toISOString(),
  }
  const envelope = signStatement('request', statement, key)
  const document: ReviewDocument = earlier
    ? { ...earlier.document, rounds: [...earlier.document.rounds, envelope] }
    : {
        schema: 'assay.review/1',
        id: reviewId,
        title: `${version.name} ${version.version} on ${evidence.dataset.name}`,
        createdAt: statement.requestedAt,
        rounds: [envelope],
        events: [],
        approvals: [],
      }
  workspace.change(
    'review asked for',
    reviewId,
    {
      by: person.name,
      round: statement.round,
      version: version.id,
      evidenceSha256: run.evidenceSha256,
      statement: statementSha256(envelope),
    },
    (time) => {
      keepStored(engine, reviewId, [
        run.evidenceSha256!,
        gatesSha256,
        request.policy.sha256,
        ...(gates.champion ? [gates.champion.evidenceSha256] : []),
      ])
      putReview(engine, 'here', document, time)
      if (stageOf(ledger, version.id).stage === 'draft') putStage(ledger, version.id, 'candidate', time)
    },
  )
  addCheckpoint(engine, person, key)
  engine.jobs.changed('approvals')
  return reviewId
}

/** A finding stays until it is settled: a review of the same version that begins anew would lose it. */
async function refuseOpenFindings(engine: Engine, version: ModelVersion): Promise<void> {
  for (const review of reviewsOfVersion(engine.workspace.ledger, version.id)) {
    const { state, standing } = await standingOfReview(engine, review)
    // Who approved with conditions has seen what was open and may renew it.
    const grave = standing.state === 'approved' ? ['critical'] : ['critical', 'major']
    const open = state.findings.filter((finding) => !isSettled(finding) && grave.includes(finding.severity))
    if (open.length === 0) continue
    const { id } = review.document
    throw new AssayError({
      code: 'review/open-findings',
      message: `${plural(open.length, 'finding')} of the review ${id} of ${version.name} ${version.version} not settled: ${open
        .slice(0, 8)
        .map(({ title, severity }) => `${title} (${severity})`)
        .join('; ')}.`,
      remedy:
        state.withdrawn === null
          ? `Ask for its next round, which keeps them: --round-of ${id}. Or have them closed or accepted there.`
          : `Have them closed or accepted there: assay review answer ${id} FINDING.`,
      where: { review: id, findings: open.length },
    })
  }
}

function checkRound(
  engine: Engine,
  document: ReviewDocument,
  origin: 'here' | 'imported',
  evidenceSha256: string,
  request: ReviewRequest,
  modelId: string,
): void {
  const last = currentRequest(document)
  const { ledger } = engine.workspace
  const known = ledger.prepare('SELECT model_id FROM version WHERE id = ?').get(last.subject.versionId) as
    { model_id: string } | undefined
  if (origin === 'imported' || known?.model_id !== modelId) {
    throw new AssayError({
      code: 'review/other-model',
      message: 'The review is of another model.',
      remedy: 'Ask for a review of its own.',
      where: { review: document.id },
    })
  }
  if (document.events.some((event) => event.type === 'withdrawn')) {
    throw new AssayError({
      code: 'review/withdrawn',
      message: 'The review was withdrawn.',
      remedy: 'Ask for a new one.',
      where: { review: document.id },
    })
  }
  if (last.subject.evidenceSha256 === evidenceSha256 && last.policySha256 === request.policy.sha256) {
    throw new AssayError({
      code: 'review/nothing-new',
      message: 'Neither the evidence nor the policy has changed since the last round.',
      remedy: 'Answer the findings, or evaluate a new run first.',
      where: { review: document.id, round: last.round },
    })
  }
}
