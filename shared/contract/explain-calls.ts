/** The calls that explain. */
import { z } from 'zod'
import { call } from './call.ts'
import { explainRequestSchema, explanationSchema } from './explain.ts'
import { imageRowSchema } from './explain-image.ts'
import { rowExplanationSchema, textRowSchema } from './explain-row.ts'
import { counterfactualRequestSchema, counterfactualsSchema, neighboursSchema } from './explain-turning.ts'
import { fileRefSchema } from './files.ts'
import { runIdSchema } from './ids.ts'
import { jobStartedSchema } from './job.ts'

const row = z.int().nonnegative()

export const explainContract = {
  start: call.input(explainRequestSchema).output(jobStartedSchema),
  /** null where the run has no explanation. */
  get: call.input(z.strictObject({ id: runIdSchema })).output(explanationSchema.nullable()),
  row: call.input(z.strictObject({ id: runIdSchema, row })).output(rowExplanationSchema),
  /** The row with some values changed, scored and explained again. */
  whatIf: call
    .input(z.strictObject({ id: runIdSchema, row, changes: z.record(z.string(), z.string().max(10_000).nullable()) }))
    .output(rowExplanationSchema),
  /** Small changes that move the score of a row to the other side of the threshold. */
  counterfactuals: call.input(counterfactualRequestSchema).output(counterfactualsSchema),
  /** The rows of the data nearest to a row that have another outcome. */
  neighbours: call
    .input(z.strictObject({ id: runIdSchema, row, wanted: z.int().min(1).max(50).default(5) }))
    .output(neighboursSchema),
  /** For models of images: what in the picture the score rests on. */
  image: call
    .input(z.strictObject({ id: runIdSchema, row, className: z.string().nullable().default(null) }))
    .output(imageRowSchema),
  /** For texts of a row: which of their words the score rests on. */
  texts: call
    .input(z.strictObject({ id: runIdSchema, row, className: z.string().nullable().default(null) }))
    .output(textRowSchema),
  /** Attributions of every explained row under readable names. */
  exportValues: call
    .input(z.strictObject({ id: runIdSchema, file: fileRefSchema, format: z.enum(['csv', 'parquet']) }))
    .output(jobStartedSchema),
}
