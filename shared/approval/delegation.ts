/** Deciding in an approver's place: when it counts, and whose vote it is. */
import type { DelegationStatement, Signer } from '../contract/person.ts'
import type { ApprovalStatement } from '../contract/review.ts'

export const delegationPayloadType = 'application/vnd.assay.delegation+json'

/** Whose vote a decision is: an approver and who decides in their place have one between them. */
export const voterOf = ({ signer, onBehalfOf }: Pick<ApprovalStatement, 'signer' | 'onBehalfOf'>): Signer =>
  onBehalfOf ?? signer

/** Why a delegation, whose signature has been checked, does not carry a decision; null where it does. */
export function whyNotDelegated(
  { from, to, at, until }: DelegationStatement,
  { signer, onBehalfOf, signedAt, authors }: Pick<ApprovalStatement, 'signer' | 'onBehalfOf' | 'signedAt' | 'authors'>,
): string | null {
  if (from.fingerprint !== onBehalfOf?.fingerprint || to.fingerprint !== signer.fingerprint)
    return 'Its delegation is of other people.'
  if (signedAt < at || signedAt > until)
    return `${from.name} let ${to.name} decide from ${at.slice(0, 10)} to ${until.slice(0, 10)}, not on ${signedAt.slice(0, 10)}.`
  if (authors.some((author) => author.fingerprint === from.fingerprint))
    return `${from.name} made what is to be approved, and cannot let others approve it.`
  return null
}
