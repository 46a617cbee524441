/** From scores to acts: thresholds, what they cost, how many rows can be acted on, and the one that was chosen. */
import { z } from 'zod'
import { findingSchema, metricsSchema } from './evidence.ts'
import { runIdSchema, sha256Schema, timeSchema, versionIdSchema } from './ids.ts'
import { count, finiteOrNull } from './numbers.ts'

/** What one row of each kind is worth, in any unit of value: a cost is negative. */
export const payoffSchema = z.strictObject({
  truePositive: z.number(),
  falsePositive: z.number(),
  falseNegative: z.number(),
  trueNegative: z.number(),
})
export type Payoff = z.infer<typeof payoffSchema>

/** What a threshold gives on the run's rows. */
export const operatingPointSchema = z.strictObject({
  /** A row is selected when its score is at or above this; null selects none. */
  threshold: finiteOrNull,
  tp: count,
  fp: count,
  fn: count,
  tn: count,
  /** precision, recall, specificity, npv, accuracy, f1, selection_rate, lift, net_benefit; value where there is a payoff. */
  metrics: metricsSchema,
})
export type OperatingPoint = z.infer<typeof operatingPointSchema>

export const decisionQuerySchema = z.union([
  z.strictObject({ threshold: z.number() }),
  /** The highest threshold that selects no more rows than this; equal scores are selected together or not at all. */
  z.strictObject({ capacity: z.int().nonnegative() }),
  /** The threshold with the highest value. */
  z.strictObject({ best: z.literal('value') }),
])
export type DecisionQuery = z.infer<typeof decisionQuerySchema>

/** Net benefit by threshold probability (Vickers and Elkin 2006), as parallel arrays of at most 101 points. */
export const decisionCurveSchema = z.strictObject({
  threshold: z.array(z.number()),
  netBenefit: z.array(z.number()),
  low: z.array(finiteOrNull),
  high: z.array(finiteOrNull),
  /** Of selecting every row. Selecting none has 0. */
  selectAll: z.array(z.number()),
})
export type DecisionCurve = z.infer<typeof decisionCurveSchema>

/** Gain and lift by the share of rows selected, highest scores first, as parallel arrays of at most 101 points. */
export const gainCurveSchema = z.strictObject({
  selected: z.array(z.number()),
  /** Share of all positive rows found. */
  gain: z.array(z.number()),
  gainLow: z.array(z.number()),
  gainHigh: z.array(z.number()),
  /** Precision over prevalence. */
  lift: z.array(finiteOrNull),
  threshold: z.array(finiteOrNull),
})
export type GainCurve = z.infer<typeof gainCurveSchema>

/** The value of each of at most 101 thresholds, per row. */
export const valueCurveSchema = z.strictObject({
  threshold: z.array(z.number()),
  value: z.array(z.number()),
  low: z.array(finiteOrNull),
  high: z.array(finiteOrNull),
})

export const decisionSectionSchema = z.strictObject({
  schema: z.literal('assay.decision/1'),
  createdAt: timeSchema,
  runId: runIdSchema,
  scoresSha256: sha256Schema,
  positive: z.string(),
  confidence: z.literal(0.95),
  rows: z.strictObject({ used: count, positives: count, distinctScores: count }),
  /** Whether the scores can be probabilities; net benefit needs them to be. */
  probabilities: z.boolean(),
  payoff: payoffSchema.nullable(),
  capacity: count.nullable(),
  /** At the threshold of the evaluation. */
  evaluated: operatingPointSchema,
  /** Where the value is highest; null without a payoff. The value there is optimistic: it was chosen on these rows. */
  best: operatingPointSchema.nullable(),
  /** With the capacity used up; null without one. */
  atCapacity: operatingPointSchema.nullable(),
  decisionCurve: decisionCurveSchema.nullable(),
  gainCurve: gainCurveSchema,
  valueCurve: valueCurveSchema.nullable(),
  /** Left out of sections made before there were any. */
  findings: z.array(findingSchema).optional(),
})
export type DecisionSection = z.infer<typeof decisionSectionSchema>

export const decisionRequestSchema = z.strictObject({
  id: runIdSchema,
  payoff: payoffSchema.optional(),
  capacity: z.int().nonnegative().optional(),
})
export type DecisionRequest = z.infer<typeof decisionRequestSchema>

/** The threshold that belongs to a version: its evaluations use it unless told otherwise. */
export const chosenThresholdSchema = z.strictObject({
  versionId: versionIdSchema,
  threshold: z.number(),
  /** Why this one, in the words of whoever chose it. */
  reason: z.string(),
  runId: runIdSchema.nullable(),
  chosenAt: timeSchema,
  chosenBy: z.string(),
})
export type ChosenThreshold = z.infer<typeof chosenThresholdSchema>
