/** What the commands on reviews share: who acts, how a review is printed. */
import type { ReviewView } from '../../../shared/contract/review.ts'
import type { Global } from '../assay.ts'
import { actingPerson, findReview } from '../find-people.ts'
import { printJson, printLine, printTable } from '../output.ts'
import { readPassphrase } from '../passphrase.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'
import { printGates } from './policy.ts'

export const as = ['--as <person>', 'who acts (default: the only person whose key is here)'] as const

export function printReview(review: ReviewView): void {
  const { standing, subject } = review
  printLine(`${review.title}  ${review.id}`)
  printLine(
    `round ${review.round}, asked by ${review.requestedBy.name}; ${standing.state}, ${standing.approvals} of ${standing.needed} approvals${
      standing.until === null ? '' : `, until ${standing.until}`
    }`,
  )
  for (const reason of standing.reasons) printLine(`  ${reason}`)
  for (const { statement, remark } of review.rounds)
    if (remark !== null) printLine(`  round ${statement.round}: ${remark}`)
  printLine(`evidence ${subject.evidenceSha256}`)
  printLine(`model    ${subject.modelSha256}`)
  printLine()
  printGates(review.gates)
  if (review.findings.length > 0) {
    printLine()
    printTable(
      ['finding', 'severity', 'state', 'title', 'owner', 'due'],
      review.findings.map((finding) => [
        finding.id,
        finding.severity,
        finding.state,
        finding.title,
        finding.owner ?? '',
        finding.due === null ? '' : `${finding.due}${finding.overdue ? ' overdue' : ''}`,
      ]),
    )
  }
  for (const comment of review.comments)
    printLine(`${comment.by.name} on ${comment.path ?? 'the whole'}: ${comment.text}`)
  for (const { statement, counts, remark } of review.decisions)
    printLine(
      `${statement.signer.name}${statement.onBehalfOf ? `, for ${statement.onBehalfOf.name}` : ''}: ${statement.decision}, signed ${statement.signedAt}${counts ? '' : ', does not count'}${remark === null ? '' : ` (${remark})`}`,
    )
}

export async function signing(session: Session, wanted: string | undefined) {
  const person = await actingPerson(session, wanted)
  return { personId: person.id, passphrase: await readPassphrase(person.name) }
}

/** Prints the review that a call answers with. */
export async function withReview(global: Global, work: (session: Session) => Promise<ReviewView>): Promise<void> {
  await withSession(global.workspace, global.json, async (session) => {
    const review = await work(session)
    if (global.json) printJson({ review })
    else printReview(review)
  })
}

/** The review, and who acts on it. */
export const acting = async (session: Session, wanted: string, who: string | undefined) => ({
  id: (await findReview(session, wanted)).id,
  personId: (await actingPerson(session, who)).id,
})
