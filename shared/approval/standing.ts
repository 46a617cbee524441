/** Whether a version is approved, from its signed decisions: the one rule that gates releases. */
import type { Policy } from '../contract/policy.ts'
import type { ApprovalStatement, DecisionView, FindingView, Standing } from '../contract/review.ts'
import { voterOf } from './delegation.ts'
import { plural } from '../format/number.ts'
import { isSettled } from './review-state.ts'

/** A statement whose signature has been checked already, and what is known of its signer's key. */
export interface CheckedApproval {
  readonly sha256: string
  readonly statement: ApprovalStatement
  /** Why signature or key do not count; null where they do. */
  readonly refused: string | null
  readonly conditionsMet: readonly boolean[]
}

export interface StandingRequest {
  readonly approvals: readonly CheckedApproval[]
  /** What a decision must be about to count. */
  readonly evidenceSha256: string
  readonly policySha256: string
  readonly quorum: number
  readonly findings: readonly FindingView[]
  readonly withdrawn: string | null
  /** Why the review is no longer about what is there: changed evidence, another file; null where it is. */
  readonly outdated: string | null
  readonly now: string
}

export const quorumOf = (policy: Policy): number => policy.approval?.quorum ?? 1
export const validDaysOf = (policy: Policy): number => policy.approval?.valid_days ?? 365

/** When a decision ceases to count, and why. */
export interface ApprovalEnd {
  /** The first moment at which it no longer counts. */
  readonly at: string
  readonly code: 'expired' | 'condition-due'
  readonly reason: string
}

/** The sooner of the signed expiry and the end of the day, in UTC, on which the first open condition is due. */
export function endOfApproval(
  { conditions, expiresAt }: Pick<ApprovalStatement, 'conditions' | 'expiresAt'>,
  isMet: (condition: number) => boolean,
): ApprovalEnd {
  const [first] = conditions.filter((_, k) => !isMet(k)).sort((a, b) => (a.due < b.due ? -1 : 1))
  const after = first ? new Date(Date.parse(first.due) + 86_400_000).toISOString() : ''
  return first && after <= expiresAt
    ? { at: after, code: 'condition-due', reason: `Its condition “${first.text}” was due on ${first.due}.` }
    : { at: expiresAt, code: 'expired', reason: `It expired on ${day(expiresAt)}.` }
}

const day = (time: string): string => time.slice(0, 10)

/** Why one decision does not count now; null where it does. */
function whyNot({ statement, refused, conditionsMet }: CheckedApproval, request: StandingRequest): string | null {
  if (refused !== null) return refused
  if (statement.subject.evidenceSha256 !== request.evidenceSha256)
    return 'It is of other evidence; changed evidence needs a new decision.'
  if (statement.policySha256 !== request.policySha256) return 'It is under another policy.'
  if (statement.authors.some((author) => author.fingerprint === statement.signer.fingerprint))
    return 'The signer made what is to be approved.'
  if (statement.decision === 'reject') return null
  if (statement.gatesOutcome === 'blocked') return 'A gate stopped the release when it was signed.'
  const end = endOfApproval(statement, (k) => conditionsMet[k] === true)
  return end.at <= request.now ? end.reason : null
}

/** What a finding that is not settled does to an approval: a critical one always stops it, a major one unless a condition covers it. */
function blockingFindings(findings: readonly FindingView[], conditional: boolean): readonly FindingView[] {
  return findings.filter(
    (finding) =>
      !isSettled(finding) && (finding.severity === 'critical' || (finding.severity === 'major' && !conditional)),
  )
}

/** The newest decision of each voter; an earlier one is taken back by it. */
function newestOfEach(approvals: readonly CheckedApproval[]): Set<string> {
  const newest = new Map<string, CheckedApproval>()
  for (const approval of approvals) {
    const key = voterOf(approval.statement).fingerprint
    const other = newest.get(key)
    if (!other || other.statement.signedAt < approval.statement.signedAt) newest.set(key, approval)
  }
  return new Set([...newest.values()].map((approval) => approval.sha256))
}

/** Whether a version is approved now, until when and why not, and what became of each decision. */
export function standingOf(request: StandingRequest): { standing: Standing; decisions: DecisionView[] } {
  const newest = newestOfEach(request.approvals)
  const decisions = request.approvals
    .map((approval): DecisionView => {
      const why = newest.has(approval.sha256) ? whyNot(approval, request) : 'The signer has decided anew since.'
      const { sha256, statement, conditionsMet } = approval
      const open = conditionsMet.filter((met) => !met).length
      const remark = why ?? (open > 0 ? `${open} of ${conditionsMet.length} conditions not met yet.` : null)
      return { sha256, statement, counts: why === null, remark, conditionsMet: [...conditionsMet] }
    })
    .sort((a, b) => (a.statement.signedAt < b.statement.signedAt ? 1 : -1))
  const counting = decisions.filter((decision) => decision.counts)
  const rejections = counting.filter((decision) => decision.statement.decision === 'reject')
  const given = counting.filter((decision) => decision.statement.decision !== 'reject')
  const conditional = given.some((decision) => decision.statement.decision === 'approve with conditions')
  const blocking = blockingFindings(request.findings, conditional)
  const enough = given.length >= request.quorum
  const ends = given.map(({ statement, conditionsMet }) => endOfApproval(statement, (k) => conditionsMet[k]!).at)
  const until = enough ? ends.sort().at(-request.quorum)! : null
  const expired = decisions.some(
    ({ counts, statement }) => !counts && statement.decision !== 'reject' && statement.expiresAt <= request.now,
  )
  const reasons = [
    ...(request.withdrawn === null ? [] : [`The review was withdrawn: ${request.withdrawn}`]),
    ...(request.outdated === null ? [] : [request.outdated]),
    ...rejections.map((decision) => `${decision.statement.signer.name} rejected it: ${decision.statement.reasons}`),
    ...blocking.map((finding) => `The ${finding.severity} finding “${finding.title}” is ${finding.state}.`),
    ...(enough ? [] : [`${plural(request.quorum - given.length, 'more approval')} needed.`]),
  ]
  const state: Standing['state'] =
    request.withdrawn !== null
      ? 'withdrawn'
      : request.outdated !== null
        ? 'outdated'
        : rejections.length > 0
          ? 'rejected'
          : enough && blocking.length === 0
            ? 'approved'
            : expired && !enough
              ? 'expired'
              : 'pending'
  return {
    standing: { state, approvals: given.length, needed: request.quorum, until, reasons },
    decisions,
  }
}
