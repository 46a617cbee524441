/** The calls of releases: the folder, its image, and the proof that both give the workbench's scores. */
import { z } from 'zod'
import { proofSchema } from '../serving/golden.ts'
import { call } from './call.ts'
import { explainMethodSchema } from './explain.ts'
import { fileRefSchema } from './files.ts'
import { productionMeasureSchema } from './policy.ts'
import { nameSchema, runIdSchema, sha256Schema, timeSchema, versionIdSchema } from './ids.ts'
import { signingSchema } from './review.ts'
import { jobStartedSchema } from './job.ts'

export const architectureSchema = z.enum(['amd64', 'arm64'])

export const imageSummarySchema = z.strictObject({
  name: z.string(),
  architecture: architectureSchema,
  /** Digest of the image's manifest. */
  digest: z.string(),
  /** Of the tar. */
  sha256: sha256Schema,
  bytes: z.int().nonnegative(),
  layers: z.array(z.strictObject({ title: z.string(), sha256: sha256Schema, bytes: z.int() })),
  packages: z.array(
    z.strictObject({ name: z.string(), version: z.string(), architecture: z.string(), sha256: sha256Schema }),
  ),
})
export type ImageSummary = z.infer<typeof imageSummarySchema>

/** Where a kit is for; what is left out has a default. */
export const kitPlaceSchema = z.strictObject({
  namespace: z.string().max(253).optional(),
  /** In front of the image's name: registry.example.com/team. */
  registry: z.string().max(1000).optional(),
  host: z.string().max(1000).optional(),
})

export const kitSummarySchema = z.strictObject({
  /** Of its objects. */
  name: z.string(),
  namespace: z.string(),
  image: z.string(),
  /** Below the release's folder. */
  files: z.array(z.string()),
  limits: z.array(
    z.strictObject({
      id: z.string(),
      measure: productionMeasureSchema,
      atMost: z.number(),
      source: z.enum(['approved gate', 'approved production limit', 'proposed']),
    }),
  ),
  /** Gates of the policy that production cannot measure. */
  notMeasurable: z.int().nonnegative(),
})
export type KitSummary = z.infer<typeof kitSummarySchema>

/** What a release job made. The job's result is this as JSON. */
export const releaseSummarySchema = z.strictObject({
  folder: z.string(),
  manifestSha256: sha256Schema,
  goldenRows: z.int(),
  expiresAt: z.string(),
  approvers: z.array(z.string()),
  /** Who signed the release. */
  signedBy: z.string(),
  image: imageSummarySchema.nullable(),
  proof: proofSchema.nullable(),
  /** Why there is no proof; null where there is one. */
  notProved: z.string().nullable(),
  /** The release kit; null where it was not asked for. */
  kit: kitSummarySchema.nullable(),
  /** How the server finds the reasons for a prediction; null where it gives none. */
  reasons: explainMethodSchema.nullable().default(null),
})
export type ReleaseSummary = z.infer<typeof releaseSummarySchema>

export const releaseIdSchema = z
  .string()
  .regex(/^rel_[0-9a-f]{16}$/)
  .brand('ReleaseId')
export type ReleaseId = z.infer<typeof releaseIdSchema>

/** A release that this workspace wrote, as it stands now. */
export const releaseEntrySchema = z.strictObject({
  id: releaseIdSchema,
  writtenAt: timeSchema,
  runId: runIdSchema,
  versionId: versionIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  /** moved: it is no longer where it was written; altered: another manifest lies there. */
  state: z.enum(['in force', 'expired', 'not approved', 'moved', 'altered']),
  /** In words; null for one that is in force. */
  reason: z.string().nullable(),
  summary: releaseSummarySchema,
})
export type ReleaseEntry = z.infer<typeof releaseEntrySchema>

export const releaseCalls = {
  releases: {
    list: call.output(z.array(releaseEntrySchema)),
    /** Refused unless the run is evaluated and its evidence approved, here or by the file given. */
    write: call
      .input(
        z.strictObject({
          runId: runIdSchema,
          folder: fileRefSchema,
          /** An approval from elsewhere; left out, the one of this workspace counts. */
          approval: fileRefSchema.optional(),
          image: z
            .strictObject({
              file: fileRefSchema,
              architecture: architectureSchema,
              /** Where to write the same as a Dockerfile with its layers. */
              context: fileRefSchema.optional(),
            })
            .optional(),
          prove: z.boolean(),
          /** Whether the server can give the reasons for a prediction: the run must be explained. */
          reasons: z.boolean().default(false),
          /** Left out, no kit is written. */
          kit: kitPlaceSchema.optional(),
          /** Who signs the release: anyone whose key is in this workspace. */
          signer: signingSchema,
        }),
      )
      .output(jobStartedSchema),
  },
}
