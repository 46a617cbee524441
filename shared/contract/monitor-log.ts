/** Production logs and labels as they come back: where a file keeps what, and what was taken in of it. */
import { z } from 'zod'
import { sourceFormatSchema, taskSchema } from './dataset.ts'
import { findingSchema } from './evidence.ts'
import { batchIdSchema, sha256Schema, timeSchema, versionIdSchema } from './ids.ts'
import { count } from './numbers.ts'

/** A column, or in JSON lines a path such as `input.age` or `scores[0]`. */
export const fieldSchema = z.string().min(1).max(500)

/** Where a log keeps what; everything left out is guessed from the names. */
export const logMappingSchema = z.strictObject({
  time: fieldSchema.optional(),
  /** What labels are joined by: the id of the row, or of its request. */
  id: fieldSchema.optional(),
  /** The row's place in its request, counted from 0, where the id is the request's. */
  row: fieldSchema.optional(),
  /** The query that a row of a ranking belongs to. */
  query: fieldSchema.optional(),
  /** The chance of the positive class, the predicted class, or the predicted number. */
  prediction: fieldSchema.optional(),
  /** By class: the field that holds its probability. */
  scores: z.record(z.string(), fieldSchema).optional(),
  /** The true value, where the log has it already; of a multilabel task the list of the labels that the row has. */
  actual: fieldSchema.optional(),
  /** By label of a multilabel task: the field that says whether the row has it. */
  actuals: z.record(z.string(), fieldSchema).optional(),
  /** Milliseconds that the answer took. */
  latency: fieldSchema.optional(),
  /** Code or words of a failure; such a row has no prediction. */
  error: fieldSchema.optional(),
  /** Fraction of the requests that were logged. */
  sample: fieldSchema.optional(),
  /** By the model's raw column: the field that holds it. Left out: the field of the same name. */
  features: z.record(z.string(), fieldSchema).optional(),
})
export type LogMapping = z.infer<typeof logMappingSchema>

export const leftOutSchema = z.strictObject({
  n: count,
  /** The first of them, by line of the file. */
  examples: z.array(z.strictObject({ line: z.int().positive(), reason: z.string() })),
})
export type LeftOut = z.infer<typeof leftOutSchema>

const importedSchema = z.strictObject({
  id: batchIdSchema,
  versionId: versionIdSchema,
  createdAt: timeSchema,
  createdBy: z.string(),
  source: z.strictObject({ fileName: z.string(), format: sourceFormatSchema, bytes: count, sha256: sha256Schema }),
  data: z.strictObject({ sha256: sha256Schema, bytes: count }),
  rows: count,
  leftOut: leftOutSchema,
  findings: z.array(findingSchema),
})

/** One imported log. */
export const logBatchSchema = importedSchema.extend({
  kind: z.literal('log'),
  /** Rows that failed in production: they have no prediction. */
  errors: count,
  from: timeSchema.nullable(),
  to: timeSchema.nullable(),
  mapping: logMappingSchema,
  /** Raw columns of the model that the log holds, and those that it does not. */
  features: z.array(z.string()),
  absent: z.array(z.string()),
  hasScores: z.boolean(),
})
export type LogBatch = z.infer<typeof logBatchSchema>

/** Labels that came later. */
export const labelBatchSchema = importedSchema.extend({
  kind: z.literal('labels'),
  /** Rows of the logs so far that these labels belong to. */
  matched: count,
})
export type LabelBatch = z.infer<typeof labelBatchSchema>

export const monitorBatchSchema = z.discriminatedUnion('kind', [logBatchSchema, labelBatchSchema])
export type MonitorBatch = z.infer<typeof monitorBatchSchema>

export const logFieldsSchema = z.strictObject({
  fileName: z.string(),
  format: sourceFormatSchema,
  /** Whether it is the log of Assay's own server, which needs no mapping. */
  own: z.boolean(),
  fields: z.array(z.string()),
  mapping: logMappingSchema,
  /** The version that the log says it is of; null where it does not say. */
  versionId: versionIdSchema.nullable(),
  /** Of that version. */
  task: taskSchema.nullable(),
})
export type LogFields = z.infer<typeof logFieldsSchema>
