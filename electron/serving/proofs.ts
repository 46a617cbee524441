/** Hashes and signatures with Node's cryptography, for the checks of shared/serving. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Envelope } from '../../shared/contract/person.ts'
import type { Proofs } from '../../shared/serving/check-approval.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** base64 that decodes and encodes to itself: unused bits and odd padding could be changed unseen. */
export function decodeBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

function readKey(base64: string): { key: KeyObject; digest: string | null; der: Uint8Array } | null {
  const der = decodeBase64(base64)
  if (!der) return null
  try {
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
    // Another encoding of the same key would have another fingerprint, and count as somebody else's.
    if (!key.export({ format: 'der', type: 'spki' }).equals(der)) return null
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
    if (type === 'ed25519') return { key, digest: null, der }
    if (type === 'ec' && (details?.namedCurve === 'prime256v1' || details?.namedCurve === 'P-256'))
      return { key, digest: 'sha256', der }
    return null
  } catch {
    return null
  }
}

/** What is signed: DSSE's pre-authentication encoding (secure-systems-lab, 2021). */
function preAuthentication(type: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body])
}

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')

export const proofs: Proofs = {
  sha256,
  text: (bytes) => utf8.decode(bytes),
  textOfBase64: (text) => {
    const bytes = decodeBase64(text)
    if (!bytes) throw new Error('not base64')
    return utf8.decode(bytes)
  },
  fingerprintOf: (publicKey) => {
    const key = readKey(publicKey)
    return key ? sha256(key.der) : null
  },
  isSignedBy: (envelope: Envelope, publicKey: string) => {
    const key = readKey(publicKey)
    const signature = envelope.signatures[0]
    const body = decodeBase64(envelope.payload)
    const sig = signature ? decodeBase64(signature.sig) : null
    if (!key || !signature || !body || !sig) return false
    try {
      return verify(
        key.digest,
        preAuthentication(envelope.payloadType, body),
        { key: key.key, dsaEncoding: 'ieee-p1363' },
        sig,
      )
    } catch {
      return false
    }
  },
}
