/**
 * A canary rehearsed on rows whose truth is known: two models, the rows in the order of time, a share of the traffic for
 * the new one, and a test that may stop it after any row.
 */
import { z } from 'zod'
import { metricSchema } from './evidence.ts'
import { runIdSchema } from './ids.ts'
import { count } from './numbers.ts'

/** What a row costs; of a lower one the model is better. */
export const canaryLossSchema = z.enum(['log_loss', 'error_rate', 'absolute_error'])
export type CanaryLoss = z.infer<typeof canaryLossSchema>

export const canaryRequestSchema = z.strictObject({
  /** The new version; the second of the runs where it is not named. The old one is the comparison's reference. */
  run: runIdSchema.optional(),
  /** Column that orders the rows; the dataset's time column, else the order of the file. */
  order: z.string().optional(),
  /** Share of the traffic that the new version answers. */
  share: z.number().min(0.001).max(0.5).default(0.1),
  /** The new version may be worse than the old one by this much a row. */
  margin: z.number().nonnegative().default(0),
  /** Largest share of canaries no worse than the margin that are rolled back, however often one looks. */
  alpha: z.number().min(0.0001).max(0.2).default(0.05),
  /** Rows that pass before the truth of a row is known. */
  delay: z.int().nonnegative().default(0),
  /** Log loss where both give probabilities, else the error rate; the absolute error of a regression. */
  loss: canaryLossSchema.optional(),
})
export type CanaryRequest = z.input<typeof canaryRequestSchema>
export type CanaryOptions = z.output<typeof canaryRequestSchema>

/** "undecided": all rows were replayed and neither bound was crossed. */
export const canaryOutcomeSchema = z.enum(['rolled back', 'promoted', 'undecided'])
export type CanaryOutcome = z.infer<typeof canaryOutcomeSchema>

/** How things stood after a row. */
export const canaryPointSchema = z.strictObject({
  /** Rows replayed so far. */
  rows: count,
  /** Of them, answered by the new version. */
  exposed: count,
  /** The order column's value in that row; null without one. */
  at: z.string().nullable(),
  /** Loss of a row, new minus old, with bounds that hold after every row at once. */
  difference: z.number(),
  low: z.number(),
  high: z.number(),
})
export type CanaryPoint = z.infer<typeof canaryPointSchema>

export const canaryReplaySchema = z.strictObject({
  outcome: canaryOutcomeSchema,
  /** When it was decided, or the last row. */
  end: canaryPointSchema,
  /** Loss that the rows answered by the new version had in excess of the old version's answers to them. */
  extraLoss: z.number(),
  /** At most 200 points of the whole sequence, also past the decision: what would have been seen. */
  path: z.array(canaryPointSchema),
})
export type CanaryReplay = z.infer<typeof canaryReplaySchema>

export const canarySchema = z.strictObject({
  /** The new version. */
  run: runIdSchema,
  loss: canaryLossSchema,
  /** Null for the order of the file. */
  order: z.string().nullable(),
  share: z.number(),
  margin: z.number(),
  alpha: z.number(),
  delay: count,
  /** Rows that the new version must have answered before the test may stop it. */
  minimumExposed: count,
  rows: z.strictObject({
    replayed: count,
    /** Left out because they have no value in the order column. */
    withoutOrder: count,
  }),
  /** One rehearsal, its traffic split drawn from the comparison's seed. */
  replay: canaryReplaySchema,
  /** The same test with both models answering every row and the old one's answer being used: nobody is exposed. */
  shadow: canaryReplaySchema,
  /** The rehearsal again with other draws of who is exposed: how much the outcome owes to the draw. */
  draws: z.strictObject({
    n: count,
    rolledBack: metricSchema,
    promoted: metricSchema,
    /** Rows that the new version answered until it was rolled back: tenth, half and nine tenths of such draws. */
    exposed: z.strictObject({ low: z.number(), median: z.number(), high: z.number() }).nullable(),
  }),
  /** Draws in which the new version gives the old one's answers, each worse by the margin: all alarms are false. */
  nullDraws: z.strictObject({ n: count, rolledBack: metricSchema }),
})
export type Canary = z.infer<typeof canarySchema>
