/** Whom a workspace trusts, as a release's place of use is told: from its people and the roles that it gave them. */
import { AssayError } from '../../../shared/contract/errors.ts'
import { trustFileSchema } from '../../../shared/serving/trust.ts'
import type { TrustFile } from '../../../shared/serving/trust.ts'
import { canonicalText } from '../approval/canonical.ts'
import { listPeople } from '../approval/people.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { writeWhole } from '../workspace/write-whole.ts'

/**
 * Approvers have the approver's role; anybody known may sign releases. A key that is compromised counts for nothing;
 * of one that was replaced or whose owner left, what it signed before stays good.
 * @throws AssayError release/no-approver
 */
export function workspaceTrust(ledger: Ledger): TrustFile {
  const people = listPeople(ledger).filter((person) => person.revoked?.reason !== 'compromised')
  const keys = (list: typeof people): TrustFile['approvers'] =>
    list.map(({ name, fingerprint }) => ({ name, fingerprint }))
  const approvers = people.filter((person) => person.roles.includes('approver'))
  if (approvers.length === 0)
    throw new AssayError({
      code: 'release/no-approver',
      message: 'Nobody in this workspace is an approver.',
      remedy: 'Add one: assay person add NAME --role approver, or assay person import FILE --role approver.',
    })
  return trustFileSchema.parse({ schema: 'assay.trust/1', approvers: keys(approvers), releasers: keys(people) })
}

export async function writeTrust(ledger: Ledger, path: string): Promise<TrustFile> {
  const trust = workspaceTrust(ledger)
  await writeWhole(path, `${canonicalText(trust)}\n`)
  return trust
}
