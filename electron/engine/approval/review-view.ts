/** A review as the window and the CLI show it: statements checked, events folded, gates read. */
import type { Policy } from '../../../shared/contract/policy.ts'
import type { ChecklistView, ReviewSummary, ReviewView } from '../../../shared/contract/review.ts'
import { checkKey, isSettled } from '../../../shared/approval/review-state.ts'
import type { ReviewState } from '../../../shared/approval/review-state.ts'
import { templates } from '../../../shared/report/templates/templates.ts'
import type { Engine } from '../engine.ts'
import { gatesByHash } from './gates.ts'
import { readPolicy } from './policies.ts'
import { runEvidenceOf, standingOfReview } from './releasable.ts'
import type { ReviewStanding } from './releasable.ts'
import { listReviews, readRequest, whyRequestRefused } from './review-store.ts'
import type { StoredReview } from './review-store.ts'

export function checklistViews(policy: Policy, state: ReviewState): ChecklistView[] {
  return templates.map(({ name, title, parts }) => ({
    name,
    title,
    required: policy.approval?.checklists?.includes(name) ?? false,
    items: parts
      .flatMap((part) => part.clauses)
      .map((clause) => {
        const mark = state.checks.get(checkKey(name, clause.id))
        return {
          id: clause.id,
          clause: clause.clause,
          title: clause.title,
          state: mark?.state ?? 'open',
          note: mark?.note ?? '',
          by: mark?.by ?? null,
          at: mark?.at ?? null,
        }
      }),
  }))
}

/** Items of the policy's checklists that nobody has settled. */
export function openItems(policy: Policy, state: ReviewState): string[] {
  return checklistViews(policy, state)
    .filter((checklist) => checklist.required)
    .flatMap((checklist) =>
      checklist.items.filter((item) => item.state === 'open').map((item) => `${checklist.name} ${item.id}`),
    )
}

function summaryOf(review: StoredReview, found: ReviewStanding, policyName: string): ReviewSummary {
  const { document, origin, updatedAt } = review
  const { request, standing, state } = found
  return {
    id: document.id,
    title: `${request.subject.model} ${request.subject.version} on ${request.subject.dataset}`,
    createdAt: document.createdAt,
    updatedAt,
    origin,
    round: request.round,
    subject: request.subject,
    requestedBy: request.requestedBy,
    policyName,
    gatesOutcome: request.gatesOutcome,
    openFindings: state.findings.filter((finding) => !isSettled(finding)).length,
    standing,
  }
}

export async function reviewSummaries(engine: Engine): Promise<ReviewSummary[]> {
  const summaries: ReviewSummary[] = []
  for (const review of listReviews(engine.workspace.ledger)) {
    const found = await standingOfReview(engine, review)
    const { policy } = await readPolicy(engine, found.request.policySha256)
    summaries.push(summaryOf(review, found, policy.name))
  }
  return summaries
}

export async function reviewView(engine: Engine, review: StoredReview): Promise<ReviewView> {
  const { ledger } = engine.workspace
  const found = await standingOfReview(engine, review)
  const { request, state } = found
  const { policy } = await readPolicy(engine, request.policySha256)
  const model = ledger.prepare('SELECT 1 FROM file WHERE sha256 = ?').get(request.subject.servedSha256)
  return {
    ...summaryOf(review, found, policy.name),
    rounds: review.document.rounds.map((envelope) => {
      const statement = readRequest(envelope)
      const remark = whyRequestRefused(ledger, envelope, statement)
      return { statement, valid: remark === null, remark }
    }),
    policySha256: request.policySha256,
    gatesSha256: request.gatesSha256,
    gates: await gatesByHash(engine, request.gatesSha256),
    findings: [...state.findings],
    comments: [...state.comments],
    checklists: checklistViews(policy, state),
    decisions: [...found.decisions],
    runEvidenceSha256: review.origin === 'here' ? runEvidenceOf(engine, request.subject.runId) : null,
    modelIncluded: model !== undefined,
  }
}
