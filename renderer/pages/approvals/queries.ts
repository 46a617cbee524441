/** What the approval pages ask. All of it is asked again when the engine says that approvals have changed. */
import type { ReviewId, RunId } from '../../../shared/contract/ids.ts'
import type { Person, PersonRole } from '../../../shared/contract/person.ts'
import type { ReviewView } from '../../../shared/contract/review.ts'
import { setAnswer, useQuery } from '../../engine/query.ts'

export const usePeople = () => useQuery(['approvals', 'people'], (client) => client.people.list())
export const usePolicies = () => useQuery(['approvals', 'policies'], (client) => client.policies.list())
export const useReviews = () => useQuery(['approvals', 'reviews'], (client) => client.reviews.list())
export const useGateStates = () => useQuery(['approvals', 'gates'], (client) => client.gates.list())
export const useReview = (id: ReviewId) => useQuery(['approvals', 'review', id], (client) => client.reviews.get({ id }))
export const useGateState = (runId: RunId) =>
  useQuery(['approvals', 'gates', runId], (client) => client.gates.of({ runId }))

/** A call that changes a review answers with it as it is then. */
export const showReview = (review: ReviewView): void => setAnswer(['approvals', 'review', review.id], review)

/** The approvers in whose place someone may decide now. */
export const standsInFor = (person: Person, now = new Date().toISOString()): readonly string[] =>
  (person.delegations ?? [])
    .filter(({ statement, endedAt }) => endedAt === null && statement.until >= now)
    .map(({ statement }) => statement.from.name)

/** People who can act here: their key is in this workspace and still valid. */
export const canAct = (people: readonly Person[], roles: readonly PersonRole[]): readonly Person[] => {
  const now = new Date().toISOString()
  const decides = (person: Person): boolean => roles.includes('approver') && standsInFor(person, now).length > 0
  return people.filter(
    (person) =>
      person.local &&
      !person.revoked &&
      (person.expiresAt === null || person.expiresAt >= now) &&
      (person.roles.some((role) => roles.includes(role)) || decides(person)),
  )
}
