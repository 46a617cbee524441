/** Long work. It goes on when the page is left, streams its progress, and can be cancelled. */
import { z } from 'zod'
import { jobIdSchema, timeSchema } from './ids.ts'

export const errorDataSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  where: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
})

export const jobKindSchema = z.enum([
  'dataset import',
  'model import',
  'score',
  'evaluate',
  'report',
  'release',
  'export scores',
  'load samples',
  'probe devices',
  'explain',
  'review package',
  'review import',
  'compare',
  'calibrate',
  'accept calibration',
  'sort scores',
  'decide',
  'fairness',
  'slices',
  'robustness',
  'drift',
  'monitor import',
  'monitor',
  'retrain request',
  'take in',
  'refit',
])
export type JobKind = z.infer<typeof jobKindSchema>

export const jobSchema = z.strictObject({
  id: jobIdSchema,
  kind: jobKindSchema,
  /** What is being worked on, for example "churn holdout · gradient boosting 2". */
  title: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** The step under way, in words. */
  step: z.string(),
  done: z.number().nonnegative(),
  /** null while the amount of work is not known. */
  total: z.number().nonnegative().nullable(),
  unit: z.enum(['rows', 'bytes', 'steps']),
  perSecond: z.number().nonnegative().nullable(),
  secondsLeft: z.number().nonnegative().nullable(),
  startedAt: timeSchema,
  finishedAt: timeSchema.nullable(),
  /** What it made: the id of a dataset, version or run. */
  result: z.string().nullable(),
  error: errorDataSchema.nullable(),
})
export type Job = z.infer<typeof jobSchema>
export const jobStartedSchema = z.strictObject({ jobId: jobIdSchema })
