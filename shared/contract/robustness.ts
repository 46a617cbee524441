/**
 * What happens to a model's answers when its inputs get worse: the section `robustness` of a run's evidence. A sample
 * of rows is changed and scored again by the same scorer process as the run.
 */
import { z } from 'zod'
import { call } from './call.ts'
import { findingSchema, metricSchema } from './evidence.ts'
import { runIdSchema, timeSchema } from './ids.ts'
import { errorDataSchema, jobStartedSchema } from './job.ts'
import { count } from './numbers.ts'

export const perturbationKindSchema = z.enum([
  'noise',
  'missing',
  'outliers',
  'typos',
  'unknown category',
  'out of distribution',
  'image noise',
  'brightness',
  'blur',
  'rotation',
])
export type PerturbationKind = z.infer<typeof perturbationKindSchema>

export const robustnessPointSchema = z.strictObject({
  strength: z.number(),
  /** The headline metric on the changed rows; null where the truth of changed rows is not known. */
  metric: metricSchema,
  /** Changed minus unchanged, on the same rows. */
  change: metricSchema,
  /** Share of rows whose predicted class changed; for a regression, null. */
  flips: metricSchema,
  /** Mean distance between the score before and after: probability of the class, or predicted value. */
  shift: metricSchema,
  /** Mean probability of the predicted class; null for a regression. */
  confidence: metricSchema,
  /** Rows whose score was not finite. */
  notFinite: count,
})
export type RobustnessPoint = z.infer<typeof robustnessPointSchema>

export const perturbationSchema = z.strictObject({
  kind: perturbationKindSchema,
  title: z.string(),
  /** What was done to the rows, in a sentence. */
  what: z.string(),
  /** What the strength is, for example "standard deviations". */
  strengthUnit: z.string(),
  columns: z.array(z.string()),
  points: z.array(robustnessPointSchema),
  /** Why the model could not be scored on rows changed in this way. */
  failure: errorDataSchema.nullable(),
})
export type Perturbation = z.infer<typeof perturbationSchema>

export const directionSchema = z.enum(['rising', 'falling'])

export const monotonicitySchema = z.strictObject({
  column: z.string(),
  /** Rows that were moved along the column, and the places each was moved to. */
  rows: count,
  grid: z.array(z.number()),
  /** Mean score at each place. */
  meanScore: z.array(z.number().nullable()),
  /** Shares of rows whose score never falls, never rises, or does neither. Beyond `tolerance`. */
  rising: metricSchema,
  falling: metricSchema,
  flat: metricSchema,
  mixed: metricSchema,
  /** Score differences up to this count as none. */
  tolerance: z.number(),
  expected: directionSchema.nullable(),
  /** Share of rows that move against the expected direction, or against the mean's where none was given. */
  violations: metricSchema,
  /** The largest single step against that direction. */
  largestViolation: z.number().nullable(),
})
export type Monotonicity = z.infer<typeof monotonicitySchema>

export const robustnessSectionSchema = z.strictObject({
  schema: z.literal('assay.robustness/1'),
  createdAt: timeSchema,
  task: z.enum(['binary', 'multiclass', 'regression']),
  seed: z.int(),
  rows: z.strictObject({ total: count, sampled: count, used: count }),
  headline: z.string(),
  /** The headline metric of the sampled rows, unchanged and scored again. */
  baseline: metricSchema,
  /** Mean probability of the predicted class on unchanged rows; null for a regression. */
  confidence: metricSchema,
  perturbations: z.array(perturbationSchema),
  monotonicity: z.array(monotonicitySchema),
  skipped: z.array(z.strictObject({ what: z.string(), reason: z.string() })),
  findings: z.array(findingSchema),
})
export type RobustnessSection = z.infer<typeof robustnessSectionSchema>

export const robustnessOptionsSchema = z.strictObject({
  /** At most this many rows are scored again. */
  rows: z.int().min(50).max(100_000).default(5000),
  kinds: z.array(perturbationKindSchema).min(1).optional(),
  /** Columns to change; left out, all that the model reads. */
  columns: z.array(z.string()).min(1).max(10_000).optional(),
  monotonicity: z.boolean().default(true),
  /** Column to the direction that the score must have. */
  expected: z.record(z.string(), directionSchema).default({}),
})
export type RobustnessOptions = z.infer<typeof robustnessOptionsSchema>

export const robustnessContract = {
  /** Analyses an evaluated run and adds the section `robustness` to its evidence. */
  start: call.input(z.strictObject({ id: runIdSchema, options: robustnessOptionsSchema })).output(jobStartedSchema),
}
