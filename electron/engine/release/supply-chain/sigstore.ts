/**
 * Signatures as cosign and other verifiers of containers read them, with the releaser's own key, offline and in no
 * transparency log: Sigstore bundles (v0.3) around in-toto statements, and cosign's simple signing (Red Hat's payload).
 * ECDSA is in DER here, as these formats have it.
 */
import { createPublicKey, sign } from 'node:crypto'
import { inTotoPayloadType, inTotoStatementType } from '../../../../shared/serving/signed-files.ts'
import { preAuthentication } from '../../approval/envelope.ts'
import type { Releaser } from '../sign-files.ts'

export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'

function signDer(bytes: Uint8Array, { key }: Releaser): Buffer {
  return sign(key.algorithm === 'ed25519' ? null : 'sha256', bytes, { key: key.privateKey, dsaEncoding: 'der' })
}

const der = ({ publicKey }: Releaser): Buffer => Buffer.from(publicKey, 'base64')

export function pemOf(releaser: Releaser): string {
  return createPublicKey({ key: der(releaser), format: 'der', type: 'spki' })
    .export({ format: 'pem', type: 'spki' })
    .toString()
}

/** @param statement an in-toto statement @returns the bundle's JSON; its key is named by the hash of its DER, as cosign does */
export function sigstoreBundle(statement: object, releaser: Releaser): string {
  const payload = Buffer.from(JSON.stringify(statement))
  const sig = signDer(preAuthentication(inTotoPayloadType, payload), releaser)
  return JSON.stringify({
    mediaType: bundleMediaType,
    verificationMaterial: {
      publicKey: { hint: Buffer.from(releaser.signer.fingerprint, 'hex').toString('base64') },
      tlogEntries: [],
      timestampVerificationData: { rfc3161Timestamps: [] },
    },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: inTotoPayloadType,
      signatures: [{ sig: sig.toString('base64'), keyid: '' }],
    },
  })
}

/** @param digest of the image's manifest, without "sha256:" */
export function imageStatement(repository: string, digest: string, predicateType: string, predicate: object): object {
  return {
    _type: inTotoStatementType,
    subject: [{ name: repository, digest: { sha256: digest } }],
    predicateType,
    predicate,
  }
}

export interface SimpleSignature {
  readonly payload: Buffer
  /** base64 */
  readonly signature: string
}

export function simpleSigning(repository: string, digest: string, releaser: Releaser): SimpleSignature {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': repository },
        image: { 'docker-manifest-digest': `sha256:${digest}` },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  )
  return { payload, signature: signDer(payload, releaser).toString('base64') }
}
