/** Finding people and reviews by what people type. */
import { AssayError } from '../../shared/contract/errors.ts'
import type { ReviewId } from '../../shared/contract/ids.ts'
import type { Person } from '../../shared/contract/person.ts'
import type { ReviewSummary } from '../../shared/contract/review.ts'
import type { Session } from './session.ts'

function refuse(kind: string, wanted: string, found: readonly string[]): never {
  throw new AssayError({
    code: `${kind}/unknown`,
    message: `${found.length > 1 ? `More than one ${kind} is` : `There is no ${kind}`} "${wanted}" in this workspace.`,
    remedy: found.length > 1 ? `Say which by its id: ${found.join(', ')}.` : `List them: assay ${kind} list.`,
    where: { wanted },
  })
}

/** An id, a name, or the start of a fingerprint. Of two people with one name, the one whose key is valid. */
export async function findPerson(session: Session, wanted: string): Promise<Person> {
  const people = await session.call.people.list()
  const byId = people.find((person) => person.id === wanted)
  if (byId) return byId
  const named = people.filter(
    (person) => person.name === wanted || (/^[0-9a-f]{8,64}$/.test(wanted) && person.fingerprint.startsWith(wanted)),
  )
  const valid = named.filter((person) => !person.revoked)
  const found = valid.length > 0 ? valid : named
  const [only] = found
  if (!only || found.length > 1)
    return refuse(
      'person',
      wanted,
      found.map((person) => person.id),
    )
  return only
}

/** --as NAME; left out, the only person whose key is in this workspace. */
export async function actingPerson(session: Session, wanted: string | undefined): Promise<Person> {
  if (wanted !== undefined) return findPerson(session, wanted)
  const local = (await session.call.people.list()).filter((person) => person.local && !person.revoked)
  const [only] = local
  if (only && local.length === 1) return only
  throw new AssayError({
    code: 'usage/person',
    message: only ? `${local.length} people have keys in this workspace.` : 'Nobody has a key in this workspace.',
    remedy: only ? `Say who acts: --as ${only.name}.` : 'Make one: assay person add NAME --role author.',
  })
}

/** An id, "latest", or the title's beginning. */
export async function findReview(session: Session, wanted: string): Promise<ReviewSummary> {
  const reviews = await session.call.reviews.list()
  const exact = wanted === 'latest' ? reviews[0] : reviews.find((review) => review.id === wanted)
  if (exact) return exact
  const begins = reviews.filter((review) => review.title.startsWith(wanted))
  const [only] = begins
  if (!only || begins.length > 1)
    return refuse(
      'review',
      wanted,
      begins.map((review) => review.id satisfies ReviewId),
    )
  return only
}
