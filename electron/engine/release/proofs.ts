/** Hashes and signatures for the checks of shared/serving, with the approval's own functions. */
import type { Proofs } from '../../../shared/serving/check-approval.ts'
import { sha256Of } from '../approval/canonical.ts'
import { isSignedBy, readPublicKey } from '../approval/envelope.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

export const proofs: Proofs = {
  sha256: sha256Of,
  text: (bytes) => utf8.decode(bytes),
  textOfBase64: (text) => utf8.decode(Buffer.from(text, 'base64')),
  fingerprintOf: (publicKey) => readPublicKey(publicKey)?.fingerprint ?? null,
  isSignedBy,
}
