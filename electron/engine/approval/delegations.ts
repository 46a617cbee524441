/** Delegations: given by an approver with their own key, kept with whom they are given to, carried in the decisions. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { PersonId } from '../../../shared/contract/ids.ts'
import { delegationStatementSchema } from '../../../shared/contract/person.ts'
import type {
  Delegation,
  DelegationStatement,
  Envelope,
  Person,
  PersonRole,
  Signer,
} from '../../../shared/contract/person.ts'
import type { ApprovalStatement } from '../../../shared/contract/review.ts'
import { whyNotDelegated } from '../../../shared/approval/delegation.ts'
import type { Engine } from '../engine.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { writeWhole } from '../workspace/write-whole.ts'
import { canonicalText } from './canonical.ts'
import { addCheckpoint } from './checkpoint.ts'
import { isSignedBy, keyIdOf, payloadTypes, readStatement, signStatement, statementSha256 } from './envelope.ts'
import {
  admit,
  findByFingerprint,
  putPerson,
  readPerson,
  readPersonFile,
  signerOf,
  signingKey,
  whyNotNow,
} from './people.ts'

function refuse(code: string, message: string, remedy: string): never {
  throw new AssayError({ code: `delegation/${code}`, message, remedy })
}

export interface DelegationRequest {
  readonly from: PersonId
  readonly to: PersonId
  readonly passphrase: string
  readonly reason: string
  /** The last day, as 2027-01-31. */
  readonly until: string
  /** Where to write it as well, for the workspace in which the other decides. */
  readonly path?: string
}

/**
 * An approver lets someone decide in their place. The other must be known here, and gains no role by it.
 * @returns the person who may decide now
 * @throws AssayError delegation/not-approver, delegation/to-self, delegation/past
 */
export async function delegate(engine: Engine, request: DelegationRequest): Promise<Person> {
  const { ledger } = engine.workspace
  const { person, key } = await signingKey(engine, request.from, request.passphrase)
  const to = readPerson(ledger, request.to)
  const at = new Date().toISOString()
  const until = `${request.until}T23:59:59.999Z`
  if (!person.roles.includes('approver'))
    refuse(
      'not-approver',
      `${person.name} has no approver’s role, so there is nothing to delegate.`,
      'An approver delegates.',
    )
  if (to.fingerprint === person.fingerprint) refuse('to-self', `${person.name} decides already.`, 'Name someone else.')
  if (until < at) refuse('past', `${request.until} is over.`, 'Name a day to come.')
  const why = whyNotNow(to, at)
  if (why !== null) refuse('bad-key', why, 'Name someone whose key is valid.')
  const statement: DelegationStatement = {
    schema: 'assay.delegation/1',
    from: signerOf(person),
    to: signerOf(to),
    reason: request.reason,
    at,
    until,
  }
  const envelope = signStatement('delegation', statement, key)
  if (request.path !== undefined) await writeWhole(request.path, canonicalText(envelope))
  const kept = keep(engine, to, { statement, envelope, endedAt: null })
  addCheckpoint(engine, person, key)
  return kept
}

function keep(engine: Engine, to: Person, delegation: Delegation): Person {
  const { from, until, reason } = delegation.statement
  const next = { ...to, delegations: [...(to.delegations ?? []), delegation] }
  engine.workspace.change(
    'approval delegated',
    to.id,
    {
      by: from.name,
      to: to.name,
      until,
      reason,
      fingerprint: from.fingerprint,
      statement: statementSha256(delegation.envelope),
    },
    () => putPerson(engine.workspace.ledger, next),
  )
  engine.jobs.changed('approvals')
  return next
}

/**
 * Takes in what a colleague sent: their public key, or a delegation to someone known here.
 * @throws AssayError delegation/not-valid and what reading a person throws
 */
export async function importPerson(engine: Engine, path: string, roles: readonly PersonRole[] | null): Promise<Person> {
  const envelope = await readPersonFile(path)
  if (envelope.payloadType !== payloadTypes.delegation) return admit(engine, envelope, roles, 'file')
  const { ledger } = engine.workspace
  const statement = readStatement('delegation', envelope, delegationStatementSchema)
  const to = findByFingerprint(ledger, statement.to.fingerprint)
  const why = to
    ? whyGiverRefused(ledger, envelope, statement, new Date().toISOString())
    : `It is to ${statement.to.name}, whose key this workspace does not know.`
  if (why !== null || !to) refuse('not-valid', why ?? '', 'Import the public keys of both people first.')
  const known = to.delegations?.some((entry) => canonicalText(entry.envelope) === canonicalText(envelope))
  return known ? to : keep(engine, to, { statement, envelope, endedAt: null })
}

/** Takes back what an approver delegated. Decisions that were seen before it still count. */
export function endDelegations(engine: Engine, from: PersonId, to: PersonId): Person {
  const { workspace } = engine
  const giver = readPerson(workspace.ledger, from)
  const person = readPerson(workspace.ledger, to)
  const isOpen = ({ statement, endedAt: ended }: Delegation): boolean =>
    statement.from.fingerprint === giver.fingerprint && ended === null
  const open = (person.delegations ?? []).filter(isOpen)
  if (open.length === 0)
    refuse('none', `${giver.name} has delegated nothing to ${person.name}.`, 'See the people: assay person list.')
  const detail = { by: giver.name, to: person.name, fingerprint: giver.fingerprint }
  const next = workspace.change('delegation ended', to, detail, (endedAt) => {
    const delegations = person.delegations!.map((entry) => (isOpen(entry) ? { ...entry, endedAt } : entry))
    putPerson(workspace.ledger, { ...person, delegations })
    return { ...person, delegations }
  })
  engine.jobs.changed('approvals')
  return next
}

/** The delegation under which a person can decide now; the one that lasts longest. */
export function delegationFor(
  ledger: Ledger,
  person: Person,
  authors: readonly Signer[],
  now: string,
): Delegation | null {
  const signing = { signer: signerOf(person), signedAt: now, authors: [...authors] }
  return (
    (person.delegations ?? [])
      .filter(
        ({ statement, envelope, endedAt }) =>
          endedAt === null &&
          whyNotDelegated(statement, { ...signing, onBehalfOf: statement.from }) === null &&
          whyGiverRefused(ledger, envelope, statement, now) === null,
      )
      .sort((a, b) => (a.statement.until < b.statement.until ? 1 : -1))[0] ?? null
  )
}

/** Why who delegated cannot: what this workspace knows of them. */
function whyGiverRefused(ledger: Ledger, envelope: Envelope, { from }: DelegationStatement, at: string): string | null {
  const giver = findByFingerprint(ledger, keyIdOf(envelope))
  if (!giver) return `It was delegated by ${from.name}, whose key this workspace does not know.`
  if (giver.fingerprint !== from.fingerprint || !isSignedBy(envelope, giver.publicKey))
    return 'The signature of its delegation does not fit.'
  if (!giver.roles.includes('approver')) return `${giver.name}, who delegated it, has no approver’s role here.`
  return giver.revoked || (giver.expiresAt !== null && giver.expiresAt < at)
    ? `The key of ${giver.name}, who delegated it, is no longer valid.`
    : null
}

/** Why a decision in someone's place does not count here; null where it does. */
export function whyDelegationRefused(ledger: Ledger, decision: ApprovalStatement, seenAt: string): string | null {
  const { delegation, signer } = decision
  if (!delegation) return `${signer.name} has no approver’s role here.`
  let statement: DelegationStatement
  try {
    statement = readStatement('delegation', delegation, delegationStatementSchema)
  } catch {
    return 'Its delegation cannot be read: it was changed.'
  }
  const ended = findByFingerprint(ledger, signer.fingerprint)?.delegations?.find(
    (entry) => keyIdOf(entry.envelope) === keyIdOf(delegation) && entry.statement.at === statement.at,
  )?.endedAt
  if (ended && seenAt > ended)
    return `${statement.from.name} took the delegation back before this decision was seen here.`
  return whyNotDelegated(statement, decision) ?? whyGiverRefused(ledger, delegation, statement, decision.signedAt)
}
