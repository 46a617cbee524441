/** A run: one version scored on one dataset on one device. Its evaluation is the evidence. */
import { z } from 'zod'
import { taskSchema, dialectSchema, roleSchema, columnTypeSchema } from './dataset.ts'
import {
  evidenceSchemaName,
  findingSchema,
  metricDefinitionSchema,
  metricSchema,
  metricsSchema,
  taskEvidenceSchema,
} from './evidence.ts'
import { datasetIdSchema, nameSchema, runIdSchema, sha256Schema, timeSchema, versionIdSchema } from './ids.ts'
import { bindingSchema } from './model.ts'

export const deviceNameSchema = z.enum(['cpu', 'webgpu', 'cuda', 'tensorrt', 'directml', 'coreml'])
export type DeviceName = z.infer<typeof deviceNameSchema>

export const deviceSchema = z.strictObject({
  name: deviceNameSchema,
  available: z.boolean(),
  /** What the probe found: the adapter, or why it is not available. */
  detail: z.string(),
  /** Largest difference from the CPU on the probe's model; null where it was not measured. */
  parity: z.number().nullable(),
})
export type Device = z.infer<typeof deviceSchema>

export const runStateSchema = z.enum(['scoring', 'interrupted', 'cancelled', 'failed', 'scored', 'evaluated'])
export type RunState = z.infer<typeof runStateSchema>

export const scoringStatsSchema = z.strictObject({
  device: deviceNameSchema,
  batchRows: z.int().positive(),
  threads: z.int().positive(),
  elapsedMs: z.number().nonnegative(),
  rowsPerSecond: z.number().nonnegative(),
  /** Largest difference from the CPU on the first rows; null on the CPU itself. */
  parity: z.number().nullable(),
  resumed: z.int().nonnegative(),
})

export const runSchema = z.strictObject({
  id: runIdSchema,
  versionId: versionIdSchema,
  datasetId: datasetIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  dataset: nameSchema,
  state: runStateSchema,
  createdAt: timeSchema,
  rows: z.int().nonnegative(),
  rowsDone: z.int().nonnegative(),
  requestedDevice: z.union([deviceNameSchema, z.literal('auto')]),
  binding: bindingSchema,
  stats: scoringStatsSchema.nullable(),
  findings: z.array(findingSchema),
  /** Of the scores, all chunks in order; null until they are complete. */
  scoresSha256: sha256Schema.nullable(),
  evidenceSha256: sha256Schema.nullable(),
  /** The first thing to read about the run: its main metric, once evaluated. */
  headline: z.strictObject({ name: z.string(), metric: metricSchema }).nullable(),
  task: taskSchema,
})
export type Run = z.infer<typeof runSchema>

export const evidenceSchema = z.strictObject({
  schema: z.literal(evidenceSchemaName),
  createdAt: timeSchema,
  run: z.strictObject({
    id: runIdSchema,
    createdAt: timeSchema,
    scoresSha256: sha256Schema,
    device: deviceNameSchema,
    batchRows: z.int(),
    threads: z.int(),
    elapsedMs: z.number(),
    rowsPerSecond: z.number(),
    parity: z.number().nullable(),
  }),
  dataset: z.strictObject({
    id: datasetIdSchema,
    name: nameSchema,
    rows: z.int(),
    fileName: z.string(),
    sourceSha256: sha256Schema,
    dataSha256: sha256Schema,
    dialect: dialectSchema.nullable(),
    target: z.string(),
    columns: z.array(
      z.strictObject({
        name: z.string(),
        type: columnTypeSchema,
        role: roleSchema,
        protected: z.boolean(),
        missing: z.int(),
      }),
    ),
  }),
  model: z.strictObject({
    versionId: versionIdSchema,
    name: nameSchema,
    version: z.int(),
    fileName: z.string(),
    sha256: sha256Schema,
    servedSha256: sha256Schema,
    producer: z.string(),
    opsets: z.array(z.strictObject({ domain: z.string(), version: z.int() })),
    parameters: z.int(),
    binding: bindingSchema,
    bindingSha256: sha256Schema,
  }),
  software: z.strictObject({
    assay: z.string(),
    node: z.string(),
    onnxruntime: z.string(),
    duckdb: z.string(),
    platform: z.string(),
  }),
  task: taskSchema,
  rows: z.strictObject({
    total: z.int(),
    used: z.int(),
    excluded: z.array(z.strictObject({ reason: z.string(), n: z.int() })),
    /** Where rows count with a weight: its column, the sum over the rows used, and Kish's effective number of rows. */
    weight: z.strictObject({ column: z.string(), total: z.number(), effectiveRows: z.number() }).optional(),
  }),
  /** Level of every interval in the document. */
  confidence: z.literal(0.95),
  seed: z.int(),
  headline: z.string(),
  metrics: metricsSchema,
  detail: taskEvidenceSchema,
  definitions: z.record(z.string(), metricDefinitionSchema),
  findings: z.array(findingSchema),
  /**
   * What further analyses found, by name (fairness, slices, drift, …), each valid by the schema of its own file. A new
   * evaluation starts without them: they belong to the scores and the threshold that they were made from.
   */
  sections: z.record(z.string(), z.unknown()).optional(),
})
export type Evidence = z.infer<typeof evidenceSchema>

export const scoreRequestSchema = z.strictObject({
  versionId: versionIdSchema,
  datasetId: datasetIdSchema,
  device: z.union([deviceNameSchema, z.literal('auto')]).default('auto'),
  /** Left out: the version's own, or a guess that is validated on ten rows. */
  binding: bindingSchema.optional(),
  batchRows: z.int().min(1).max(1_000_000).optional(),
  threads: z.int().min(1).max(256).optional(),
})
