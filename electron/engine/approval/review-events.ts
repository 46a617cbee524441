/** What people say in a review: findings, answers, comments, checks. Each is an event that is never changed. */
import { randomBytes } from 'node:crypto'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { PersonId, ReviewId } from '../../../shared/contract/ids.ts'
import type { Person } from '../../../shared/contract/person.ts'
import type {
  CheckState,
  ChecklistName,
  FindingSeverity,
  FindingState,
  ReviewEvent,
} from '../../../shared/contract/review.ts'
import { foldEvents } from '../../../shared/approval/review-state.ts'
import { templateOf } from '../../../shared/report/templates/templates.ts'
import type { Engine } from '../engine.ts'
import { readPerson, signerOf, whyNotNow } from './people.ts'
import { authorPrints } from './releasable.ts'
import { addEvents, readReview } from './review-store.ts'
import type { StoredReview } from './review-store.ts'

const shortId = (): string => randomBytes(8).toString('hex')

interface Speaker {
  readonly review: StoredReview
  readonly person: Person
  readonly isAuthor: boolean
}

function speaker(engine: Engine, reviewId: ReviewId, personId: PersonId): Speaker {
  const { ledger } = engine.workspace
  const review = readReview(ledger, reviewId)
  const person = readPerson(ledger, personId)
  const why = person.local ? whyNotNow(person, new Date().toISOString()) : `${person.name} works in another workspace.`
  if (why !== null) {
    throw new AssayError({
      code: 'person/may-not-speak',
      message: why,
      remedy: 'Act as a person of this workspace whose key is valid.',
      where: { person: personId },
    })
  }
  return { review, person, isAuthor: authorPrints(review.document).has(person.fingerprint) }
}

/** Settling something is a reviewer's act: not an author's, and not of someone without the role. */
function mustBeReviewer({ person, isAuthor }: Speaker, what: string): void {
  const reviewer = person.roles.includes('validator') || person.roles.includes('approver')
  if (reviewer && !isAuthor) return
  throw new AssayError({
    code: isAuthor ? 'review/own-work' : 'review/not-reviewer',
    message: isAuthor
      ? `${person.name} made what is under review and cannot ${what}.`
      : `${person.name} has neither a validator’s nor an approver’s role and cannot ${what}.`,
    remedy: 'Someone else does that: a validator or an approver who did not make it.',
    where: { person: person.id },
  })
}

const stamp = (person: Person) => ({ id: shortId(), at: new Date().toISOString(), by: signerOf(person) })

export function openFinding(
  engine: Engine,
  reviewId: ReviewId,
  personId: PersonId,
  finding: {
    severity: FindingSeverity
    title: string
    text: string
    path: string | null
    owner: string | null
    due: string | null
  },
): string {
  const { person } = speaker(engine, reviewId, personId)
  const id = shortId()
  addEvents(engine, reviewId, [{ ...stamp(person), type: 'finding opened', finding: id, ...finding }])
  return id
}

function mustBeKnown(review: StoredReview, finding: string): void {
  const { findings } = foldEvents(review.document.events, '')
  if (findings.some((entry) => entry.id === finding)) return
  throw new AssayError({
    code: 'review/no-finding',
    message: `The review has no finding ${finding}.`,
    remedy: 'See the review: assay review show REVIEW.',
    where: { finding },
  })
}

export interface FindingChange {
  readonly finding: string
  readonly state?: FindingState
  readonly severity?: FindingSeverity
  readonly owner?: string | null
  readonly due?: string | null
  readonly text: string
}

export function changeFinding(engine: Engine, reviewId: ReviewId, personId: PersonId, change: FindingChange): void {
  const who = speaker(engine, reviewId, personId)
  mustBeKnown(who.review, change.finding)
  if (change.state === 'closed' || change.state === 'accepted') mustBeReviewer(who, 'settle a finding')
  if (change.severity !== undefined || change.due !== undefined) mustBeReviewer(who, 'change how grave a finding is')
  const { state, severity, owner, due } = change
  const event: ReviewEvent = {
    ...stamp(who.person),
    type: 'finding changed',
    finding: change.finding,
    text: change.text,
    ...(state === undefined ? {} : { state }),
    ...(severity === undefined ? {} : { severity }),
    ...(owner === undefined ? {} : { owner }),
    ...(due === undefined ? {} : { due }),
  }
  addEvents(engine, reviewId, [event])
}

export function comment(
  engine: Engine,
  reviewId: ReviewId,
  personId: PersonId,
  said: { path: string | null; finding: string | null; text: string },
): void {
  const { person, review } = speaker(engine, reviewId, personId)
  if (said.finding !== null) mustBeKnown(review, said.finding)
  addEvents(engine, reviewId, [{ ...stamp(person), type: 'comment', ...said }])
}

export function check(
  engine: Engine,
  reviewId: ReviewId,
  personId: PersonId,
  mark: { checklist: ChecklistName; item: string; state: CheckState; note: string },
): void {
  const who = speaker(engine, reviewId, personId)
  mustBeReviewer(who, 'settle an item of a checklist')
  const clauses = templateOf(mark.checklist).parts.flatMap((part) => part.clauses)
  if (!clauses.some((clause) => clause.id === mark.item)) {
    throw new AssayError({
      code: 'review/no-item',
      message: `The checklist ${mark.checklist} has no item "${mark.item}".`,
      remedy: `Items: ${clauses.map((clause) => clause.id).join(', ')}.`,
    })
  }
  addEvents(engine, reviewId, [{ ...stamp(who.person), type: 'checked', ...mark }])
}

export function meetCondition(
  engine: Engine,
  reviewId: ReviewId,
  personId: PersonId,
  met: { approval: string; condition: number; text: string },
): void {
  const who = speaker(engine, reviewId, personId)
  mustBeReviewer(who, 'say that a condition is met')
  addEvents(engine, reviewId, [{ ...stamp(who.person), type: 'condition met', ...met }])
}

export function withdraw(engine: Engine, reviewId: ReviewId, personId: PersonId, text: string): void {
  const who = speaker(engine, reviewId, personId)
  if (!who.isAuthor) {
    throw new AssayError({
      code: 'review/not-author',
      message: `${who.person.name} did not ask for this review.`,
      remedy: 'Whoever asked for it can withdraw it; an approver rejects it.',
    })
  }
  addEvents(engine, reviewId, [{ ...stamp(who.person), type: 'withdrawn', text }])
}
