/** The people of a workspace: those whose keys are here, and colleagues whose public keys were taken in. */
import { hostname, userInfo } from 'node:os'
import { readFile } from 'node:fs/promises'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { PersonId } from '../../../shared/contract/ids.ts'
import { envelopeSchema, identitySchema } from '../../../shared/contract/person.ts'
import type {
  Envelope,
  Identity,
  KeyAlgorithm,
  Person,
  PersonRole,
  Revocation,
  Signer,
} from '../../../shared/contract/person.ts'
import type { Engine } from '../engine.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { newId } from '../workspace/new-id.ts'
import { canonicalText, readCanonical, sha256Of } from './canonical.ts'
import { isSignedBy, readPublicKey, readStatement, signStatement } from './envelope.ts'
import type { SigningKey } from './envelope.ts'
import { generateKey, removeKey, storeKey, unlockKey } from './keys.ts'
import { writeWhole } from '../workspace/write-whole.ts'

/** No identity file is near this size. */
const largestFile = 100_000

export function listPeople(ledger: Ledger): Person[] {
  const rows = ledger.prepare('SELECT document FROM person ORDER BY rowid').all() as { document: string }[]
  return rows.map((row) => JSON.parse(row.document) as Person)
}

export function findByFingerprint(ledger: Ledger, fingerprint: string): Person | null {
  const row = ledger.prepare('SELECT document FROM person WHERE fingerprint = ?').get(fingerprint) as
    { document: string } | undefined
  return row ? (JSON.parse(row.document) as Person) : null
}

export function readPerson(ledger: Ledger, id: PersonId): Person {
  const row = ledger.prepare('SELECT document FROM person WHERE id = ?').get(id) as { document: string } | undefined
  if (row) return JSON.parse(row.document) as Person
  throw new AssayError({
    code: 'person/unknown',
    message: `There is no person ${id} in this workspace.`,
    remedy: 'List the people: assay person list.',
    where: { id },
  })
}

export const signerOf = ({ id, name, fingerprint }: Person | Identity): Signer => ({ id, name, fingerprint })

/** Machine and system account, without naming them: enough to see that two people sat at the same one. */
export const accountDigest = (): string => sha256Of(`${hostname()}\n${userInfo().username}`)

function insert(ledger: Ledger, person: Person, identity: Envelope): void {
  ledger
    .prepare(
      `INSERT INTO person (id, fingerprint, document, identity) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET document = excluded.document, identity = excluded.identity`,
    )
    .run(person.id, person.fingerprint, JSON.stringify(person), canonicalText(identity))
}

/** Writes what is known of a person who is there already. */
export function putPerson(ledger: Ledger, person: Person): void {
  ledger.prepare('UPDATE person SET document = ? WHERE id = ?').run(JSON.stringify(person), person.id)
}

/** What a person says of their key, signed with it. */
export function identityEnvelope(ledger: Ledger, id: PersonId): Envelope {
  const { identity } = ledger.prepare('SELECT identity FROM person WHERE id = ?').get(id) as { identity: string }
  return JSON.parse(identity) as Envelope
}

/** @throws AssayError person/exists */
export async function addPerson(
  engine: Engine,
  request: { name: string; roles: PersonRole[]; algorithm?: KeyAlgorithm; expires?: string; passphrase: string },
): Promise<Person> {
  const { workspace } = engine
  const taken = listPeople(workspace.ledger).find(
    (person) => person.local && !person.revoked && person.name === request.name,
  )
  if (taken) {
    throw new AssayError({
      code: 'person/exists',
      message: `${request.name} has a key in this workspace already.`,
      remedy: 'Use that one, or revoke it first.',
      where: { person: taken.id },
    })
  }
  const key = generateKey(request.algorithm ?? 'ecdsa-p256')
  const id = newId<PersonId>('per')
  const now = new Date().toISOString()
  const person: Person = {
    id,
    name: request.name,
    roles: [...new Set(request.roles)],
    algorithm: key.algorithm,
    publicKey: key.publicKey,
    fingerprint: key.fingerprint,
    createdAt: now,
    expiresAt: request.expires === undefined ? null : `${request.expires}T23:59:59.999Z`,
    local: true,
    account: userInfo().username,
    addedAt: now,
    revoked: null,
  }
  await storeKey(workspace, id, key, request.passphrase)
  try {
    workspace.change('person added', id, { name: person.name, roles: person.roles, fingerprint: key.fingerprint }, () =>
      insert(workspace.ledger, person, signStatement('person', identityOf(person), key)),
    )
  } catch (error) {
    await removeKey(workspace, id)
    throw error
  }
  engine.jobs.changed('approvals')
  return person
}

const identityOf = ({
  id,
  name,
  roles,
  algorithm,
  publicKey,
  fingerprint,
  createdAt,
  expiresAt,
}: Person): Identity => ({
  schema: 'assay.person/1',
  id,
  name,
  roles,
  algorithm,
  publicKey,
  fingerprint,
  createdAt,
  expiresAt,
})

/**
 * The person's public key and what they say of it. It is signed with that key: proof that they hold the private part.
 * @throws AssayError proof/*, person/bad-key
 */
export function readIdentity(envelope: Envelope): Identity {
  const identity = readStatement('person', envelope, identitySchema)
  const key = readPublicKey(identity.publicKey)
  if (!key || key.fingerprint !== identity.fingerprint || key.algorithm !== identity.algorithm) {
    throw new AssayError({
      code: 'person/bad-key',
      message: `The public key of ${identity.name} does not have the fingerprint that the file says.`,
      remedy: 'Do not trust this file. Ask for it again.',
    })
  }
  if (!isSignedBy(envelope, identity.publicKey)) {
    throw new AssayError({
      code: 'proof/signature',
      message: `The identity of ${identity.name} is not signed with its own key, or was changed.`,
      remedy: 'Do not trust this file. Ask for it again.',
    })
  }
  return identity
}

export async function exportPerson(engine: Engine, id: PersonId, path: string): Promise<Person> {
  const person = readPerson(engine.workspace.ledger, id)
  await writeWhole(path, canonicalText(identityEnvelope(engine.workspace.ledger, id)))
  return person
}

/**
 * Takes in a colleague. The roles are this workspace's to give: those in the file are only what the sender says.
 * @throws AssayError person/file, person/other-key, proof/*
 */
export function admit(engine: Engine, envelope: Envelope, roles: readonly PersonRole[] | null, how: string): Person {
  const { workspace } = engine
  const identity = readIdentity(envelope)
  const known = findByFingerprint(workspace.ledger, identity.fingerprint)
  if (known && (known.local || roles === null)) return known
  const sameId = listPeople(workspace.ledger).find((person) => person.id === identity.id)
  if (sameId && sameId.fingerprint !== identity.fingerprint) {
    throw new AssayError({
      code: 'person/other-key',
      message: `${sameId.name} (${identity.id}) is known here with another key.`,
      remedy: 'A new key needs a new identity. Ask the person, in another way than by this file, what happened.',
      where: { known: sameId.fingerprint, given: identity.fingerprint },
    })
  }
  const { id, name, algorithm, publicKey, fingerprint, createdAt, expiresAt } = identity
  const person: Person = {
    id,
    name,
    algorithm,
    publicKey,
    fingerprint,
    createdAt,
    expiresAt,
    roles: [...new Set(roles ?? identity.roles)],
    local: false,
    account: null,
    addedAt: known?.addedAt ?? new Date().toISOString(),
    revoked: known?.revoked ?? null,
    ...(known?.delegations ? { delegations: known.delegations } : {}),
  }
  workspace.change(
    'person imported',
    person.id,
    { name: person.name, roles: person.roles, fingerprint: person.fingerprint, how },
    () => insert(workspace.ledger, person, envelope),
  )
  engine.jobs.changed('approvals')
  return person
}

/** A signed file that someone sent about a person. @throws AssayError person/file, proof/* */
export async function readPersonFile(path: string): Promise<Envelope> {
  const bytes = await readFile(path).catch(() => null)
  if (!bytes || bytes.length > largestFile) {
    throw new AssayError({
      code: 'person/file',
      message: bytes ? 'The file is too large for a person’s public key.' : 'The file cannot be read.',
      remedy: 'Choose the file that the person exported: assay person export NAME --out FILE.',
    })
  }
  return readCanonical(bytes, envelopeSchema, 'the person’s file')
}

export function revokePerson(engine: Engine, id: PersonId, reason: Revocation['reason'], text: string): Person {
  const { workspace } = engine
  const person = readPerson(workspace.ledger, id)
  if (person.revoked) {
    throw new AssayError({
      code: 'person/revoked',
      message: `The key of ${person.name} was revoked on ${person.revoked.at.slice(0, 10)}.`,
      remedy: 'A revocation is final. Make a new key for this person.',
    })
  }
  const revoked = workspace.change('person revoked', id, { name: person.name, reason, text }, (at) => {
    const next = { ...person, revoked: { at, reason, text } }
    putPerson(workspace.ledger, next)
    return next
  })
  engine.jobs.changed('approvals')
  return revoked
}

export function setRoles(engine: Engine, id: PersonId, roles: readonly PersonRole[]): Person {
  const { workspace } = engine
  const person = { ...readPerson(workspace.ledger, id), roles: [...new Set(roles)] }
  workspace.change('roles given', id, { name: person.name, roles: person.roles }, () =>
    putPerson(workspace.ledger, person),
  )
  engine.jobs.changed('approvals')
  return person
}

/** Why a key may not sign anything now; null where it may. */
export function whyNotNow(person: Person, now: string): string | null {
  if (person.revoked) return `The key of ${person.name} was revoked on ${person.revoked.at.slice(0, 10)}.`
  if (person.expiresAt !== null && person.expiresAt < now)
    return `The key of ${person.name} expired on ${person.expiresAt.slice(0, 10)}.`
  return null
}

/** Unlocks a key for signing. @throws AssayError person/may-not-sign and what unlockKey throws */
export async function signingKey(
  engine: Engine,
  id: PersonId,
  passphrase: string,
): Promise<{ person: Person; key: SigningKey }> {
  const person = readPerson(engine.workspace.ledger, id)
  const why = whyNotNow(person, new Date().toISOString())
  if (why !== null) {
    throw new AssayError({
      code: 'person/may-not-sign',
      message: why,
      remedy: 'Sign with a key that is valid.',
      where: { person: id },
    })
  }
  return { person, key: await unlockKey(engine.workspace, person, passphrase) }
}
