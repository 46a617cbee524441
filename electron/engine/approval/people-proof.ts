/**
 * Holds people, their keys, roles, revocations and delegations against the log and against what each key signed of
 * itself: who may approve, and from when to when, is changed nowhere else unseen.
 */
import type { AuditEntry } from '../../../shared/contract/workspace.ts'
import { delegationStatementSchema, envelopeSchema } from '../../../shared/contract/person.ts'
import type { Delegation, Person } from '../../../shared/contract/person.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { canonicalText } from './canonical.ts'
import { isSignedBy, readPublicKey, readStatement, statementSha256 } from './envelope.ts'
import { findByFingerprint, identityEnvelope, listPeople, readIdentity } from './people.ts'

/** A delegation as the log gives it. `statement` is absent in logs of earlier versions. */
interface LoggedDelegation {
  readonly by: string
  readonly until: string
  readonly reason: string
  readonly fingerprint: string
  readonly statement?: string
  endedAt: string | null
}

interface LoggedPerson {
  readonly name: string
  readonly fingerprint: string
  /** The system account on which the key was made; null for colleagues. */
  readonly account: string | null
  roles: unknown
  revoked: { at: string; reason: unknown; text: unknown } | null
  readonly delegations: LoggedDelegation[]
}

/** What the log says of everyone, replayed from the first entry to the last. */
function peopleOfLog(entries: Iterable<AuditEntry>): Map<string, LoggedPerson> {
  const people = new Map<string, LoggedPerson>()
  for (const { event, subject, actor, time, detail } of entries) {
    const known = people.get(subject ?? '')
    if (event === 'person added' || event === 'person imported') {
      const { name, fingerprint, roles } = detail as { name: string; fingerprint: string; roles: unknown }
      const account = event === 'person added' ? actor : null
      const kept = known ?? { revoked: null, delegations: [] }
      people.set(subject!, { ...kept, name, fingerprint, account, roles })
    }
    if (!known) continue
    if (event === 'roles given') known.roles = detail['roles']
    if (event === 'person revoked') known.revoked = { at: time, reason: detail['reason'], text: detail['text'] }
    if (event === 'approval delegated')
      known.delegations.push({ ...(detail as unknown as LoggedDelegation), endedAt: null })
    if (event === 'delegation ended')
      for (const entry of known.delegations)
        if (entry.by === detail['by'] && entry.fingerprint === (detail['fingerprint'] ?? entry.fingerprint))
          entry.endedAt ??= time
  }
  return people
}

/** Earlier versions took the time a moment before the entry's own. */
const sameMoment = (held: string | null, logged: string | null): boolean =>
  held === null || logged === null ? held === logged : Math.abs(Date.parse(held) - Date.parse(logged)) < 1000

const isLoggedAs = ({ statement, envelope }: Delegation, logged: LoggedDelegation): boolean =>
  logged.statement === undefined
    ? logged.fingerprint === statement.from.fingerprint &&
      logged.until === statement.until &&
      logged.reason === statement.reason
    : logged.statement === statementSha256(envelope)

/** Whether the delegation is what its giver signed. */
function isGenuine(ledger: Ledger, { statement, envelope }: Delegation, to: Person): boolean {
  try {
    const signed = readStatement('delegation', envelope, delegationStatementSchema)
    const giver = findByFingerprint(ledger, statement.from.fingerprint)
    return (
      canonicalText(signed) === canonicalText(statement) &&
      statement.to.fingerprint === to.fingerprint &&
      giver !== null &&
      isSignedBy(envelope, giver.publicKey)
    )
  } catch {
    return false
  }
}

function delegationProblems(ledger: Ledger, person: Person, logged: readonly LoggedDelegation[]): string[] {
  const problems: string[] = []
  const missing = [...logged]
  for (const delegation of person.delegations ?? []) {
    const { from, until } = delegation.statement
    const name = `The delegation of ${from.name} to ${person.name} until ${until.slice(0, 10)}`
    const at = missing.findIndex((entry) => isLoggedAs(delegation, entry))
    if (!isGenuine(ledger, delegation, person)) problems.push(`${name} is not what was signed.`)
    if (at < 0) problems.push(`${name} is not in the log.`)
    else {
      const [entry] = missing.splice(at, 1)
      if (!sameMoment(delegation.endedAt, entry!.endedAt))
        problems.push(
          `${name} ${entry!.endedAt === null ? 'was not ended in the log' : `was ended on ${entry!.endedAt} in the log`}.`,
        )
    }
  }
  for (const { by, until } of missing)
    problems.push(`The delegation of ${by} to ${person.name} until ${until.slice(0, 10)}, which the log has, is gone.`)
  return problems
}

/** Whether what is kept of the key is what its owner signed with it. */
function isOwnIdentity(ledger: Ledger, person: Person): boolean {
  try {
    const { schema: _, roles: __, ...signed } = readIdentity(envelopeSchema.parse(identityEnvelope(ledger, person.id)))
    const kept = Object.fromEntries(Object.keys(signed).map((key) => [key, person[key as keyof Person]]))
    return (
      canonicalText(signed) === canonicalText(kept) &&
      readPublicKey(person.publicKey)?.fingerprint === person.fingerprint
    )
  } catch {
    return false
  }
}

function personProblems(ledger: Ledger, person: Person, logged: LoggedPerson | undefined): string[] {
  const problems: string[] = []
  const { name, id, revoked } = person
  if (!isOwnIdentity(ledger, person)) problems.push(`The key or the identity of ${name} (${id}) was changed.`)
  if (!logged) return [...problems, `${name} (${id}) is not in the log.`]
  if (logged.fingerprint !== person.fingerprint) problems.push(`The log gives another key of ${name} (${id}).`)
  if (logged.account !== person.account || (logged.account !== null) !== person.local)
    problems.push(`The log gives another origin of the key of ${name} (${id}).`)
  // Roles decide who may approve: the last ones given in the log are the ones that count.
  if (JSON.stringify(logged.roles) !== JSON.stringify(person.roles))
    problems.push(`The roles of ${name} are not those that the log gives.`)
  if (
    !sameMoment(revoked?.at ?? null, logged.revoked?.at ?? null) ||
    revoked?.reason !== logged.revoked?.reason ||
    revoked?.text !== logged.revoked?.text
  )
    problems.push(`The revocation of the key of ${name} is not what the log says.`)
  return [...problems, ...delegationProblems(ledger, person, logged.delegations)]
}

/** What is wrong with the people of a workspace; empty where nothing was changed. */
export function verifyPeople(ledger: Ledger, entries: Iterable<AuditEntry>): string[] {
  const logged = peopleOfLog(entries)
  const people = listPeople(ledger)
  const gone = [...logged].filter(([id]) => !people.some((person) => person.id === id))
  return [
    ...people.flatMap((person) => personProblems(ledger, person, logged.get(person.id))),
    ...gone.map(([id, { name }]) => `${name} (${id}), whom the log has, is gone.`),
  ]
}
