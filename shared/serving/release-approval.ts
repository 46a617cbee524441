/** The approval as a release carries it: signed statements, and the public keys to check them with. */
import { z } from 'zod'
import { nameSchema, sha256Schema, timeSchema } from '../contract/ids.ts'
import { envelopeSchema, signerSchema } from '../contract/person.ts'

export const approvalPayloadType = 'application/vnd.assay.approval+json'

export const releaseApprovalSchema = z.strictObject({
  schema: z.literal('assay.release-approval/2'),
  signers: z
    .array(
      z.strictObject({
        name: nameSchema,
        /** SubjectPublicKeyInfo, DER, base64. */
        publicKey: z.base64().max(1000),
        fingerprint: sha256Schema,
      }),
    )
    .min(1),
  /** How many of them there must be is what they sign. */
  statements: z.array(envelopeSchema).min(1).max(100),
  /** Conditions of these statements that someone called met. Who signs the release vouches for it. */
  conditionsMet: z
    .array(
      z.strictObject({
        /** SHA-256 of the statement, and which of its conditions, from 0. */
        statement: sha256Schema,
        condition: z.int().nonnegative(),
        by: signerSchema,
        at: timeSchema,
      }),
    )
    .max(10_000),
})
export type ReleaseApproval = z.infer<typeof releaseApprovalSchema>
