/** What is asked of a comparison of two datasets: which rows and columns, and how drift is told. */
import { z } from 'zod'
import { datasetIdSchema, runIdSchema } from './ids.ts'

/** How the test that decides is chosen, and what its limit is. */
export const driftPresetSchema = z.enum([
  /** KS for numbers, chi-square for categories; drifted when the corrected p and the size of the shift both say so. */
  'assay',
  /** Evidently's rule: by type, distinct values, and 1,000 reference rows; p under 0.05, or a distance of 0.1. */
  'evidently',
  /** A distance against what chance alone makes of it: Wasserstein for numbers, Jensen–Shannon for categories. */
  'learnt',
])
export type DriftPreset = z.infer<typeof driftPresetSchema>
export const driftCorrectionSchema = z.enum(['holm', 'benjamini-hochberg', 'none'])
export type DriftCorrection = z.infer<typeof driftCorrectionSchema>

/** Part of a dataset: rows whose time column is in [from, to). */
export const driftWindowSchema = z.strictObject({
  /** Left out: the column with the role time. */
  column: z.string().optional(),
  /** ISO dates or times, or numbers for a numeric column. */
  from: z.string().max(40).optional(),
  to: z.string().max(40).optional(),
})
export type DriftWindow = z.infer<typeof driftWindowSchema>

export const driftPeriodSchema = z.enum(['minute', 'quarter-hour', 'hour', 'day', 'week', 'month', 'quarter', 'year'])
export type DriftPeriod = z.infer<typeof driftPeriodSchema>

export const driftTimelineRequestSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('rows'), chunks: z.int().min(2).max(200) }),
  /** Left out: the column with the role time. */
  z.strictObject({ by: z.literal('time'), period: driftPeriodSchema, column: z.string().optional() }),
])
export type DriftTimelineRequest = z.infer<typeof driftTimelineRequestSchema>

export const driftOptionsSchema = z.strictObject({
  preset: driftPresetSchema.default('assay'),
  correction: driftCorrectionSchema.default('benjamini-hochberg'),
  /** Rate of false alarms over all columns. */
  alpha: z.number().gt(0).lt(0.5).default(0.05),
  /** A shift that is significant but has a smaller population stability index is called slight. */
  minimumPsi: z.number().nonnegative().default(0.1),
  /** Random splits of the rows that teach what chance alone does; 0 learns nothing. */
  splits: z.int().min(0).max(10_000).default(200),
  timeline: driftTimelineRequestSchema.nullable().default(null),
  /** Domain classifier, PCA reconstruction and maximum mean discrepancy over all features together. */
  multivariate: z.boolean().default(true),
  seed: z.int().default(20_240_229),
})
export type DriftOptions = z.infer<typeof driftOptionsSchema>

export const driftRequestSchema = z.strictObject({
  referenceId: datasetIdSchema,
  currentId: datasetIdSchema,
  /** Runs on those datasets: their predictions are compared too, and performance is estimated. */
  referenceRunId: runIdSchema.optional(),
  currentRunId: runIdSchema.optional(),
  referenceWindow: driftWindowSchema.optional(),
  currentWindow: driftWindowSchema.optional(),
  /** Left out: features, the target, recorded predictions and protected columns. */
  columns: z.array(z.string()).min(1).optional(),
  /** Columns of numbers or texts to treat as categories. */
  categorical: z.array(z.string()).optional(),
  /** Number columns with five distinct values or fewer to treat as numbers all the same. */
  numeric: z.array(z.string()).optional(),
  /** Columns of texts to compare by their content, besides those of which most rows have a text of their own. */
  text: z.array(z.string()).optional(),
  options: driftOptionsSchema.prefault({}),
})
export type DriftRequest = z.infer<typeof driftRequestSchema>
