/**
 * What the engine and a scorer process say to each other. A scorer may crash in native code at any moment, so each
 * message stands alone, and a chunk counts only once the engine has recorded it.
 */
import { z } from 'zod'
import { sha256Schema } from './ids.ts'
import { errorDataSchema } from './job.ts'
import { bindingSchema, tensorInfoSchema } from './model.ts'
import { deviceNameSchema } from './run.ts'

const columnSourceSchema = z.strictObject({ name: z.string(), type: z.string() })

/** The scores a run stores: one column a class (probabilities), or one column of predicted values, and labels. */
const scoringTaskSchema = z.strictObject({
  modelPath: z.string(),
  dataPath: z.string(),
  /** The same rows for models that take numbers alone (data-plane/number-file.ts); null where it was not worth keeping. */
  numbersPath: z.string().nullable(),
  columns: z.array(columnSourceSchema),
  binding: bindingSchema,
  device: deviceNameSchema,
  threads: z.int().positive(),
})
export type ScoringTask = z.infer<typeof scoringTaskSchema>

/** Fixed when a run starts, so that a resumed run cuts batches in the same places and gives the same bytes. */
export const scoringPlanSchema = z.strictObject({
  device: deviceNameSchema,
  /** Threads of one session; lanes are sessions side by side. */
  threads: z.int().positive(),
  lanes: z.int().positive().default(1),
  batchRows: z.int().positive(),
  /** Rows read at a time, for memory's sake: whole batches. */
  readRows: z.int().positive().optional(),
  /** Rows recorded at a time. */
  chunkRows: z.int().positive(),
  parity: z.number().nullable(),
})
export type ScoringPlan = z.infer<typeof scoringPlanSchema>

const isColumn = (values: unknown): boolean =>
  Array.isArray(values) ||
  values instanceof Float32Array ||
  values instanceof Float64Array ||
  values instanceof BigInt64Array

/** Rows that lie in no file: a column as the binding reads it. Texts and images may be null. */
export const givenColumnSchema = z.strictObject({
  name: z.string(),
  as: z.enum(['float', 'double', 'bigint', 'string', 'blob']),
  values: z.custom<Float32Array | Float64Array | BigInt64Array | (string | null)[] | (Uint8Array | null)[]>(isColumn),
})
export type GivenColumn = z.infer<typeof givenColumnSchema>

export const toScorerSchema = z.discriminatedUnion('type', [
  /** Scores rows that the engine made up: coalitions, what-if rows. The session stays open for the next request. */
  z.strictObject({
    type: z.literal('predict'),
    task: scoringTaskSchema,
    rows: z.int().positive(),
    columns: z.array(givenColumnSchema),
  }),
  /** Does the device run here at all? Asked in a process that may die of it. */
  z.strictObject({ type: z.literal('probe'), device: deviceNameSchema, modelPath: z.string() }),
  /** Does ONNX Runtime accept this file? */
  z.strictObject({ type: z.literal('load'), modelPath: z.string() }),
  /** Bind and run a few rows; nothing is stored. */
  z.strictObject({ type: z.literal('try'), task: scoringTaskSchema, rows: z.int().positive() }),
  /** Try devices and batch sizes for a short time and choose. */
  z.strictObject({
    type: z.literal('plan'),
    task: scoringTaskSchema,
    devices: z.array(deviceNameSchema).min(1),
    batchRows: z.int().positive().nullable(),
    totalRows: z.int().nonnegative(),
  }),
  z.strictObject({
    type: z.literal('score'),
    task: scoringTaskSchema,
    plan: scoringPlanSchema,
    folder: z.string(),
    firstChunk: z.int().nonnegative(),
    totalRows: z.int().nonnegative(),
  }),
])
export type ToScorer = z.infer<typeof toScorerSchema>

export const chunkSchema = z.strictObject({
  number: z.int().nonnegative(),
  firstRow: z.int().nonnegative(),
  rows: z.int().positive(),
  sha256: sha256Schema,
  bytes: z.int().positive(),
  /** Rows with a NaN or infinite score. */
  notFinite: z.int().nonnegative(),
  /** Missing texts that were replaced by the binding's text. */
  missingText: z.int().nonnegative(),
})
export type Chunk = z.infer<typeof chunkSchema>

export const fromScorerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('probed'), detail: z.string(), parity: z.number().nullable() }),
  z.strictObject({
    type: z.literal('loaded'),
    inputs: z.array(tensorInfoSchema),
    outputs: z.array(tensorInfoSchema),
  }),
  z.strictObject({
    type: z.literal('tried'),
    outputs: z.array(
      z.strictObject({
        name: z.string(),
        elementType: z.string(),
        shape: z.array(z.int()),
        /** Row by row, flattened. Numbers that are not finite are null. */
        rows: z.array(z.array(z.union([z.number(), z.string(), z.boolean(), z.null()]))),
      }),
    ),
    scores: z.array(z.array(z.number().nullable())).nullable(),
    labels: z.array(z.string()).nullable(),
    values: z.array(z.array(z.string().nullable())),
    missingText: z.int().nonnegative(),
  }),
  z.strictObject({
    type: z.literal('planned'),
    plan: scoringPlanSchema,
    rowsPerSecond: z.number(),
    tried: z.array(z.string()),
  }),
  z.strictObject({
    type: z.literal('predicted'),
    /** One array a class, or one of predicted values. */
    scores: z.array(z.custom<Float64Array>((values) => values instanceof Float64Array)).nullable(),
    labels: z.array(z.string()).nullable(),
  }),
  z.strictObject({ type: z.literal('progress'), rows: z.int().nonnegative() }),
  z.strictObject({ type: z.literal('chunk'), chunk: chunkSchema }),
  z.strictObject({
    type: z.literal('scored'),
    rows: z.int().nonnegative(),
    /** Of all rows, those of earlier chunks too. */
    scoresSha256: sha256Schema,
  }),
  z.strictObject({ type: z.literal('failed'), error: errorDataSchema }),
])
export type FromScorer = z.infer<typeof fromScorerSchema>
