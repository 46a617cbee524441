/** People, their keys, and what they sign. A person is a key: who holds the passphrase signs as that person. */
import { z } from 'zod'
import { nameSchema, personIdSchema, sha256Schema, timeSchema } from './ids.ts'

export const personRoleSchema = z.enum(['author', 'validator', 'approver'])
export type PersonRole = z.infer<typeof personRoleSchema>

export const keyAlgorithmSchema = z.enum(['ecdsa-p256', 'ed25519'])
export type KeyAlgorithm = z.infer<typeof keyAlgorithmSchema>

export const revocationSchema = z.strictObject({
  at: timeSchema,
  /** compromised: no signature of this key counts any more. left, replaced: signatures from before still do. */
  reason: z.enum(['left', 'replaced', 'compromised']),
  text: z.string().max(2000),
})
export type Revocation = z.infer<typeof revocationSchema>

/** What a person tells others about their key. The file they send is signed with the key itself. */
export const identitySchema = z.strictObject({
  schema: z.literal('assay.person/1'),
  id: personIdSchema,
  name: nameSchema,
  roles: z.array(personRoleSchema).min(1),
  algorithm: keyAlgorithmSchema,
  /** SubjectPublicKeyInfo, DER, base64. */
  publicKey: z.base64().max(1000),
  /** SHA-256 of that DER: what two people read to each other. */
  fingerprint: sha256Schema,
  createdAt: timeSchema,
  expiresAt: timeSchema.nullable(),
})
export type Identity = z.infer<typeof identitySchema>

/** Who did something: enough to find the key and to read without it. */
export const signerSchema = z.strictObject({ id: personIdSchema, name: nameSchema, fingerprint: sha256Schema })
export type Signer = z.infer<typeof signerSchema>

/**
 * A signed statement, as in DSSE (Dead Simple Signing Envelope, secure-systems-lab 2021): the signature is over
 * "DSSEv1", the payload's type and its bytes, so that a statement of one kind cannot pass for another.
 */
export const envelopeSchema = z.strictObject({
  payloadType: z.string().max(200),
  /** base64 of the statement's canonical JSON (RFC 8785). */
  payload: z.base64().max(20_000_000),
  signatures: z.array(z.strictObject({ keyid: sha256Schema, sig: z.base64().max(1000) })).length(1),
})
export type Envelope = z.infer<typeof envelopeSchema>

/** An approver lets someone decide in their place for a while. It carries no vote of its own: the two together are one. */
export const delegationStatementSchema = z.strictObject({
  schema: z.literal('assay.delegation/1'),
  from: signerSchema,
  to: signerSchema,
  reason: z.string().max(2000),
  at: timeSchema,
  /** The last moment at which a decision under it may be signed. */
  until: timeSchema,
})
export type DelegationStatement = z.infer<typeof delegationStatementSchema>

export const delegationSchema = z.strictObject({
  statement: delegationStatementSchema,
  envelope: envelopeSchema,
  /** When the approver took it back. */
  endedAt: timeSchema.nullable(),
})
export type Delegation = z.infer<typeof delegationSchema>

export const personSchema = identitySchema.omit({ schema: true }).extend({
  /** The private part is in this workspace. */
  local: z.boolean(),
  /** The system account that made the key here; null for colleagues. */
  account: z.string().nullable(),
  addedAt: timeSchema,
  revoked: revocationSchema.nullable(),
  /** What approvers let this person decide in their place, the newest last. */
  delegations: z.array(delegationSchema).optional(),
})
export type Person = z.infer<typeof personSchema>
