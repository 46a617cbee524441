/**
 * Files that one person signed together: an in-toto statement (Statement v1) whose subjects are the files, in a DSSE
 * envelope. Both are in canonical form, so no byte of them can change unseen.
 */
import canonicalize from 'canonicalize'
import { z } from 'zod'
import { AssayError } from '../contract/errors.ts'
import { sha256Schema, timeSchema } from '../contract/ids.ts'
import { envelopeSchema, identitySchema, signerSchema } from '../contract/person.ts'
import type { Signer } from '../contract/person.ts'
import type { Proofs } from './check-approval.ts'

export const inTotoPayloadType = 'application/vnd.in-toto+json'
export const inTotoStatementType = 'https://in-toto.io/Statement/v1'

/** What the signature says: that this is a release to be served, or that this is all that its folder holds. */
const signedFilesTypes = { release: 'urn:assay:release:1', folder: 'urn:assay:release-folder:1' } as const
export type SignedFilesKind = keyof typeof signedFilesTypes

const statementSchema = z.strictObject({
  _type: z.literal(inTotoStatementType),
  subject: z
    .array(z.strictObject({ name: z.string().min(1), digest: z.strictObject({ sha256: sha256Schema }) }))
    .min(1),
  predicateType: z.enum(Object.values(signedFilesTypes)),
  predicate: z.strictObject({
    signer: signerSchema,
    /** SubjectPublicKeyInfo, DER, base64. */
    publicKey: identitySchema.shape.publicKey,
    signedAt: timeSchema,
  }),
})
export type FilesStatement = z.infer<typeof statementSchema>

export interface SignedFiles {
  /** SHA-256 by name. */
  readonly files: ReadonlyMap<string, string>
  readonly signer: Signer
  readonly publicKey: string
  readonly signedAt: string
}

/** @throws AssayError release/signature where it is not whole, not of this kind, or not signed by who it says */
export function readSignedFiles(bytes: Uint8Array, kind: SignedFilesKind, file: string, proofs: Proofs): SignedFiles {
  const refuse = (why: string): never => {
    throw new AssayError({
      code: 'release/signature',
      message: `${file} holds no valid signature: ${why}.`,
      remedy: 'Release the model again, or restore the folder from a copy.',
      where: { file },
    })
  }
  const canonical = <T>(text: () => string, schema: z.ZodType<T>): T => {
    try {
      const read = text()
      const value: unknown = JSON.parse(read)
      if (canonicalize(value) === read) return schema.parse(value)
    } catch {
      // Said below.
    }
    return refuse('it was changed, or is of another kind')
  }
  const envelope = canonical(() => proofs.text(bytes), envelopeSchema)
  const statement = canonical(() => proofs.textOfBase64(envelope.payload), statementSchema)
  const { signer, publicKey, signedAt } = statement.predicate
  if (envelope.payloadType !== inTotoPayloadType || statement.predicateType !== signedFilesTypes[kind])
    return refuse(`it is a ${statement.predicateType}`)
  if (
    signer.fingerprint !== envelope.signatures[0]?.keyid ||
    proofs.fingerprintOf(publicKey) !== signer.fingerprint ||
    !proofs.isSignedBy(envelope, publicKey)
  )
    return refuse(`the signature of ${signer.name} does not fit`)
  const files = new Map(statement.subject.map(({ name, digest }) => [name, digest.sha256]))
  if (files.size !== statement.subject.length) return refuse('it names a file twice')
  return { files, signer, publicKey, signedAt }
}

/** The same files in the same order give the same statement. */
export function filesStatement(
  kind: SignedFilesKind,
  files: ReadonlyMap<string, string>,
  predicate: FilesStatement['predicate'],
): FilesStatement {
  return {
    _type: inTotoStatementType,
    subject: [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, sha256]) => ({ name, digest: { sha256 } })),
    predicateType: signedFilesTypes[kind],
    predicate,
  }
}
