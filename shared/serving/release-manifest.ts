/**
 * A release folder: what the container holds and serves. `manifest.json` says what there is; each file that is served is
 * named there with its SHA-256; `signature.json` signs the manifest, and the approval the evidence and through it model,
 * binding and threshold (verify-release.ts).
 */
import { z } from 'zod'
import { columnTypeSchema, dialectSchema } from '../contract/dataset.ts'
import { nameSchema, sha256Schema, timeSchema } from '../contract/ids.ts'
import { bindingSchema } from '../contract/model.ts'

export const releaseFiles = {
  manifest: 'manifest.json',
  model: 'model.onnx',
  evidence: 'evidence.json',
  golden: 'golden.jsonl',
  approval: 'approval.json',
  /** The policy that the approvers signed under; absent where the approval came from elsewhere without it. */
  policy: 'policy.yaml',
  /** With which the server gives the reasons for a prediction; absent where that was not asked for. */
  reasons: 'reasons.json',
} as const

/** Over the manifest and all that it names: without it nothing is served. */
export const signatureFile = 'signature.json'

/** Written after the rest; they are not in the image. The seal is a signature over every other file of the folder. */
export const recordFiles = { proof: 'proof.json', seal: 'seal.json' } as const

const fileFactsSchema = z.strictObject({ sha256: sha256Schema, bytes: z.int().nonnegative() })

/** Where the evaluated rows lay, against which traffic is counted. Missing values are in no count. */
const referenceSchema = z.discriminatedUnion('kind', [
  /** Counts in (−∞, e₀), [e₀, e₁), …, [eₖ, ∞), the edges being the deciles, as the drift analysis has them. */
  z.strictObject({
    kind: z.literal('bins'),
    edges: z.array(z.number()).min(1),
    counts: z.array(z.int().nonnegative()),
  }),
  /** In the order of the column's categories. */
  z.strictObject({ kind: z.literal('categories'), counts: z.array(z.int().nonnegative()) }),
])
export type Reference = z.infer<typeof referenceSchema>

/** A raw column that a caller sends. */
export const inputColumnSchema = z.strictObject({
  name: z.string().min(1),
  type: columnTypeSchema,
  /** Whether a value may be missing: the evaluated rows had missing ones, and the model's input can hold them. */
  missing: z.boolean(),
  protected: z.boolean(),
  /** Smallest and largest evaluated value of a number. */
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  /** Every evaluated value of a text with few of them; null where there were more than are listed. */
  categories: z.array(z.string()).nullable(),
  image: z.strictObject({ width: z.int(), height: z.int(), channels: z.int() }).nullable(),
  reference: referenceSchema.nullable(),
  /** Where the column of a file with decimal commas had points. */
  decimal: z.literal('.').optional(),
})
export type InputColumn = z.infer<typeof inputColumnSchema>

export const toleranceSchema = z.strictObject({
  /** Two scores agree when |a − b| ≤ absolute + relative × |b|. */
  absolute: z.number().nonnegative(),
  relative: z.number().nonnegative(),
})
export type Tolerance = z.infer<typeof toleranceSchema>

export const releaseManifestSchema = z.strictObject({
  schema: z.literal('assay.release/2'),
  createdAt: timeSchema,
  assay: z.string(),
  model: z.strictObject({
    name: nameSchema,
    /** The name in paths of the Open Inference Protocol. */
    served: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    version: z.int().positive(),
    sha256: sha256Schema,
  }),
  binding: bindingSchema,
  /** Raw columns in the order in which the binding first names them. */
  inputs: z.array(inputColumnSchema),
  /** How the evaluated file was written; a batch's delimited file is read the same way. */
  dialect: dialectSchema.nullable(),
  /** What the prediction is of. */
  target: z.string(),
  /** Score at or above which a row is called positive, or is given a label; null where the task has none. */
  threshold: z.number().nullable(),
  evidence: z.strictObject({ sha256: sha256Schema, runId: z.string(), scoresSha256: sha256Schema }),
  /** As the evaluated run was cut: a batch job cuts its rows the same way. */
  scoring: z.strictObject({ batchRows: z.int().positive(), threads: z.int().positive(), device: z.string() }),
  golden: z.strictObject({ rows: z.int().nonnegative(), tolerance: toleranceSchema }),
  approval: z.strictObject({
    sha256: sha256Schema,
    /** After this moment nothing is served. */
    expiresAt: timeSchema,
    approvers: z.array(z.string()),
  }),
  files: z.record(z.string().regex(/^[a-z0-9][a-z0-9.-]*$/), fileFactsSchema),
})
export type ReleaseManifest = z.infer<typeof releaseManifestSchema>

/** One row of the evaluated dataset and what the workbench gave for it. */
export const goldenRowSchema = z.strictObject({
  /** Row of the dataset, counted from 0. */
  row: z.int().nonnegative(),
  /** As a caller would send them. */
  inputs: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  scores: z.array(z.number()).nullable(),
  label: z.string().nullable(),
})
export type GoldenRow = z.infer<typeof goldenRowSchema>

/** A name for paths: letters, digits and hyphens. */
export function servedName(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  return slug === '' ? 'model' : slug
}
