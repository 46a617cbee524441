/** One line of the prediction log: what the monitor reads back. */
import { z } from 'zod'
import { sha256Schema, timeSchema } from '../contract/ids.ts'

export const predictionLogLineSchema = z.strictObject({
  schema: z.literal('assay.prediction/1'),
  time: timeSchema,
  /** The request's id, by which labels that come later are joined; `row` is the place in it, from 0. */
  request: z.string(),
  row: z.int().nonnegative(),
  model: z.string(),
  version: z.int().positive(),
  evidenceSha256: sha256Schema,
  /** Fraction of requests that are logged: each line stands for 1/sample requests. */
  sample: z.number().positive().max(1),
  /** Raw columns; without those that the privacy switches leave out. Images are never logged. */
  inputs: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /** Keyed hashes of columns that are told apart and not shown; absent where no column is. */
  hashed: z.record(z.string(), z.string().nullable()).optional(),
  /** In the order of the binding's classes, or one predicted value. */
  scores: z.array(z.number().nullable()).nullable(),
  label: z.string().nullable(),
  warnings: z.array(z.string()),
})
export type PredictionLogLine = z.infer<typeof predictionLogLineSchema>
