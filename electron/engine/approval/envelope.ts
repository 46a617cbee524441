/** Signed statements: DSSE envelopes (secure-systems-lab 2021) around canonical JSON. */
import { createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { z } from 'zod'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Envelope, KeyAlgorithm } from '../../../shared/contract/person.ts'
import { delegationPayloadType } from '../../../shared/approval/delegation.ts'
import { inTotoPayloadType } from '../../../shared/serving/signed-files.ts'
import { canonicalText, readCanonical, sha256Of } from './canonical.ts'

export const payloadTypes = {
  person: 'application/vnd.assay.person+json',
  request: 'application/vnd.assay.request+json',
  approval: 'application/vnd.assay.approval+json',
  package: 'application/vnd.assay.package+json',
  checkpoint: 'application/vnd.assay.checkpoint+json',
  delegation: delegationPayloadType,
  files: inTotoPayloadType,
} as const
export type StatementKind = keyof typeof payloadTypes

/** What is signed: DSSE's pre-authentication encoding. */
export function preAuthentication(type: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body])
}

/** ECDSA in its fixed 64 bytes (IEEE P1363): DER would let one signature be written in several ways. */
const options = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' as const })
const digestOf = (algorithm: KeyAlgorithm): string | null => (algorithm === 'ed25519' ? null : 'sha256')

export function fingerprintOf(publicKey: Uint8Array): string {
  return sha256Of(publicKey)
}

/** The form in which keys are kept and sent: SubjectPublicKeyInfo, DER, base64. */
export function readPublicKey(base64: string): { key: KeyObject; algorithm: KeyAlgorithm; fingerprint: string } | null {
  try {
    const der = Buffer.from(base64, 'base64')
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    // Written again: other encodings of the same key would have other fingerprints.
    const again = key.export({ format: 'der', type: 'spki' })
    if (der.toString('base64') !== base64 || !again.equals(der)) return null
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
    if (type === 'ed25519') return { key, algorithm: 'ed25519', fingerprint: fingerprintOf(der) }
    if (type === 'ec' && (details?.namedCurve === 'prime256v1' || details?.namedCurve === 'P-256'))
      return { key, algorithm: 'ecdsa-p256', fingerprint: fingerprintOf(der) }
    return null
  } catch {
    return null
  }
}

export interface SigningKey {
  readonly privateKey: KeyObject
  readonly algorithm: KeyAlgorithm
  readonly fingerprint: string
}

export function signStatement(kind: StatementKind, statement: unknown, key: SigningKey): Envelope {
  const payloadType = payloadTypes[kind]
  const body = Buffer.from(canonicalText(statement))
  const sig = sign(digestOf(key.algorithm), preAuthentication(payloadType, body), options(key.privateKey))
  return {
    payloadType,
    payload: body.toString('base64'),
    signatures: [{ keyid: key.fingerprint, sig: sig.toString('base64') }],
  }
}

/** base64 that decodes and encodes to itself: unused bits and odd padding could be changed unseen. */
function strictBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

/** The statement inside, not yet believed. @throws AssayError proof/not-valid, proof/not-canonical */
export function readStatement<T>(kind: StatementKind, envelope: Envelope, schema: z.ZodType<T>): T {
  const body = strictBase64(envelope.payload)
  if (envelope.payloadType !== payloadTypes[kind] || !body) {
    throw new AssayError({
      code: 'proof/not-valid',
      message: `A signed ${kind} was expected; the envelope says ${envelope.payloadType}.`,
      remedy: 'It was changed. Get it again from its sender.',
    })
  }
  return readCanonical(body, schema, `the signed ${kind}`)
}

export const statementSha256 = (envelope: Envelope): string => sha256Of(Buffer.from(envelope.payload, 'base64'))

export const keyIdOf = (envelope: Envelope): string => envelope.signatures[0]!.keyid

/** Whether the envelope is signed, as it stands, by this key. */
export function isSignedBy(envelope: Envelope, publicKey: string): boolean {
  const key = readPublicKey(publicKey)
  const signature = envelope.signatures[0]
  const body = strictBase64(envelope.payload)
  const sig = signature ? strictBase64(signature.sig) : null
  if (!key || !signature || !body || !sig || signature.keyid !== key.fingerprint) return false
  try {
    return verify(digestOf(key.algorithm), preAuthentication(envelope.payloadType, body), options(key.key), sig)
  } catch {
    return false
  }
}
