/** The approval as a release carries it: signed statements, and the public keys to check them with. */
import { z } from 'zod'
import { nameSchema, sha256Schema } from '../contract/ids.ts'
import { envelopeSchema } from '../contract/person.ts'

export const approvalPayloadType = 'application/vnd.assay.approval+json'

export const releaseApprovalSchema = z.strictObject({
  schema: z.literal('assay.release-approval/1'),
  /** Approvals by different people that the policy asked for. */
  quorum: z.int().positive(),
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
  statements: z.array(envelopeSchema).min(1).max(100),
})
export type ReleaseApproval = z.infer<typeof releaseApprovalSchema>
