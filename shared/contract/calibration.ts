/** How well probabilities mean what they say, and what a recalibration would change. */
import { z } from 'zod'
import { calibrationBinSchema, findingSchema, metricSchema, metricsSchema } from './evidence.ts'
import { runIdSchema, sha256Schema, timeSchema } from './ids.ts'
import { count } from './numbers.ts'
import { conditionSchema } from './slices.ts'

export const calibrationMethodSchema = z.enum(['platt', 'temperature', 'beta', 'isotonic'])
export type CalibrationMethod = z.infer<typeof calibrationMethodSchema>

/** One class's map from probability to probability. `logit` is ln p − ln(1 − p). */
export const calibrationMapSchema = z.discriminatedUnion('kind', [
  /** σ(slope · logit p + intercept); slope 1 and intercept 0 change nothing. */
  z.strictObject({ kind: z.literal('logistic'), slope: z.number(), intercept: z.number() }),
  /** σ(a ln p − b ln(1 − p) + c). */
  z.strictObject({ kind: z.literal('beta'), a: z.number(), b: z.number(), c: z.number() }),
  /** `values[i]` where p lies at or above `from[i]` and below `from[i + 1]`; `from[0]` stands for −∞. */
  z.strictObject({ kind: z.literal('steps'), from: z.array(z.number()).min(1), values: z.array(z.number()).min(1) }),
])
export type CalibrationMap = z.infer<typeof calibrationMapSchema>

/**
 * From a row's probabilities to calibrated ones. `binary`: the positive class's is mapped, the other is what is left of
 * 1. `classes`: each class is mapped by itself, then the row is divided by its sum. `softmax`: softmax of ln p / T.
 */
export const calibratorSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('binary'), positive: z.int().min(0).max(1), map: calibrationMapSchema }),
  z.strictObject({ kind: z.literal('classes'), maps: z.array(calibrationMapSchema).min(2) }),
  z.strictObject({ kind: z.literal('softmax'), temperature: z.number().positive() }),
])
export type Calibrator = z.infer<typeof calibratorSchema>

/** One way of cutting probabilities into bins, and what the bins say. */
export const reliabilitySchema = z.strictObject({
  /** "Equal width": ten bins of width 0.1. "Equal count": ten bins of as many rows each, tied scores kept together. */
  binning: z.enum(['equal width', 'equal count']),
  bins: z.array(calibrationBinSchema),
})
export type Reliability = z.infer<typeof reliabilitySchema>

/** Of one event: the positive class, one class against the rest, or "the predicted class is right". */
export const calibrationOfEventSchema = z.strictObject({
  event: z.string(),
  reliability: z.array(reliabilitySchema),
  /**
   * ece, ace and mce; brier_score and its parts reliability, resolution and uncertainty with what lies within bins;
   * calibration slope, intercept and calibration in the large.
   */
  metrics: metricsSchema,
})
export type CalibrationOfEvent = z.infer<typeof calibrationOfEventSchema>

/** A part of the rows: a value of a column, a range of a number, or a slice that the user named. */
export const calibrationGroupSchema = z.strictObject({
  /** "slice" for one that the user named. */
  column: z.string(),
  value: z.string(),
  n: count,
  /** Mean probability of the event. */
  predicted: z.number(),
  observed: metricSchema,
  /** Observed minus predicted. */
  gap: metricSchema,
  ece: metricSchema,
  /** Two-sided, of the hypothesis that every probability in the group is right. */
  pValue: z.number(),
  /** Benjamini and Hochberg's, over all groups. */
  pAdjusted: z.number(),
  verdict: z.enum(['predicted too seldom', 'predicted too often', 'no difference shown']),
})
export type CalibrationGroup = z.infer<typeof calibrationGroupSchema>

export const calibrationGroupsSchema = z.strictObject({
  event: z.string(),
  tested: count,
  /** At most 60, those that differ most first. */
  found: z.array(calibrationGroupSchema),
})
export type CalibrationGroups = z.infer<typeof calibrationGroupsSchema>

/** Log loss, Brier score and ECE on the rows held back, before and after, and the paired difference of each. */
export const judgedSchema = z.strictObject({
  before: metricsSchema,
  after: metricsSchema,
  /** After minus before: below 0 is better. */
  difference: metricsSchema,
})

export const candidateSchema = z.strictObject({
  method: calibrationMethodSchema,
  calibrator: calibratorSchema,
  /** The map in words: "slope 0.93, intercept −0.12". */
  words: z.string(),
  judged: judgedSchema,
  /** Reliability on the rows held back, after, in bins of equal count; of the positive or the predicted class. */
  reliability: reliabilitySchema,
  /** "better": both ends of log loss's interval lie below 0. */
  verdict: z.enum(['better', 'worse', 'no difference shown']),
})
export type CalibrationCandidate = z.infer<typeof candidateSchema>

/** The section "calibration" of an evidence document. */
export const calibrationSectionSchema = z.strictObject({
  schema: z.literal('assay.calibration/1'),
  createdAt: timeSchema,
  runId: runIdSchema,
  scoresSha256: sha256Schema,
  confidence: z.literal(0.95),
  seed: z.int(),
  /** All used rows, before any recalibration. */
  events: z.array(calibrationOfEventSchema),
  /** The first event by slice. */
  groups: calibrationGroupsSchema.optional(),
  split: z.strictObject({ seed: z.int(), fitRows: count, judgedRows: count, stratified: z.boolean() }).nullable(),
  /** Reliability on the rows held back, before; to be drawn beside a candidate's. */
  before: reliabilitySchema.nullable(),
  candidates: z.array(candidateSchema),
  findings: z.array(findingSchema),
})
export type CalibrationSection = z.infer<typeof calibrationSectionSchema>

export const calibrationRequestSchema = z.strictObject({
  id: runIdSchema,
  /** Left out: all that fit the task. Empty: reliability alone. */
  methods: z.array(calibrationMethodSchema).optional(),
  /** Share of the rows that calibrators are fitted on; the others judge them. */
  fitShare: z.number().min(0.1).max(0.9).optional(),
  seed: z.int().nonnegative().optional(),
  /** Slices to measure besides the values of each column, each a conjunction. */
  slices: z.array(z.array(conditionSchema).min(1).max(10)).max(20).optional(),
})
export type CalibrationRequest = z.infer<typeof calibrationRequestSchema>
