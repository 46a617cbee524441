/** Who made a version, its run and its evaluation: none of them can approve it. */
import type { RunId, VersionId } from '../../../shared/contract/ids.ts'
import type { Person, Signer } from '../../../shared/contract/person.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { listPeople, signerOf } from './people.ts'

/** What reviewers and the registry do with a version is not making it. */
const notMaking = [
  'gates judged',
  'stage changed',
  'alias changed',
  'review asked for',
  'report written',
  'release written',
] as const

/** System accounts that made or changed the version or the run, from the audit log. */
function makingAccounts(ledger: Ledger, versionId: VersionId, runId: RunId): Set<string> {
  const rows = ledger
    .prepare(
      `SELECT DISTINCT actor FROM audit WHERE subject IN (?, ?)
       AND event NOT IN (${notMaking.map(() => '?').join(', ')})`,
    )
    .all(versionId, runId, ...notMaking) as { actor: string }[]
  return new Set(rows.map((row) => row.actor))
}

/**
 * Whoever asks, and each person with an author's role whose key was made on a system account that made the version or
 * the run. A person is a key: on an account that people share, roles tell them apart, and signing needs a passphrase.
 */
export function authorsOf(ledger: Ledger, versionId: VersionId, runId: RunId, requester: Person): Signer[] {
  const accounts = makingAccounts(ledger, versionId, runId)
  const makers = listPeople(ledger).filter(
    (person) => person.account !== null && accounts.has(person.account) && person.roles.includes('author'),
  )
  const all = [requester, ...makers.filter((person) => person.id !== requester.id)]
  return all.map(signerOf)
}
