/**
 * A comparison: several models and baselines held against one reference on the same rows. Every difference is other
 * minus reference, from pairs of scores of the same row, never from two lone numbers.
 */
import { z } from 'zod'
import { canaryRequestSchema, canarySchema } from './canary.ts'
import { taskSchema } from './dataset.ts'
import { confusionSchema, findingSchema, metricDefinitionSchema, metricSchema, metricsSchema } from './evidence.ts'
import {
  comparisonIdSchema,
  datasetIdSchema,
  nameSchema,
  runIdSchema,
  sha256Schema,
  timeSchema,
  versionIdSchema,
} from './ids.ts'
import { count, probability } from './numbers.ts'

/** A run's id, or the name of a baseline. */
export const contenderKeySchema = z.union([
  runIdSchema,
  z.enum(['baseline:constant', 'baseline:linear', 'baseline:tree']),
])
export type ContenderKey = z.infer<typeof contenderKeySchema>

export const contenderSchema = z.strictObject({
  key: contenderKeySchema,
  title: z.string(),
  /** How it decides, or how it was made: "positive from 0.5 on", "fitted on 6,000 rows of churn train". */
  detail: z.string(),
  run: z
    .strictObject({
      id: runIdSchema,
      versionId: versionIdSchema,
      model: nameSchema,
      version: z.int().positive(),
      scoresSha256: sha256Schema,
    })
    .nullable(),
  /** A row is called positive at or above this; null where classes are compared by the highest score, or none are. */
  threshold: z.number().nullable(),
  metrics: metricsSchema,
})
export type Contender = z.infer<typeof contenderSchema>

/**
 * Of the other, against the reference. "better", "worse" and, of a metric without a better side, "differs" need an
 * adjusted p-value below 0.05. "not tested": there is a difference but no test of it. "undefined": there is none.
 */
export const verdictSchema = z.enum(['better', 'worse', 'differs', 'no difference shown', 'not tested', 'undefined'])
export type Verdict = z.infer<typeof verdictSchema>

export const nonInferioritySchema = z.strictObject({
  /** The other may be worse than the reference by less than this, in the metric's unit. */
  margin: z.number().positive(),
  /** One-sided, of the hypothesis that the other is worse by the margin or more; adjusted as the others are. */
  pValue: probability,
  pAdjusted: probability,
  /** "inconclusive": the 95 % interval straddles the margin. */
  verdict: z.enum(['non-inferior', 'inferior', 'inconclusive']),
})

export const ropeSchema = z.strictObject({
  /** Differences up to this size are of no practical consequence. */
  halfWidth: z.number().positive(),
  /** Posterior probabilities under a flat prior, of a difference beyond the region on either side and within it. */
  worse: probability,
  equivalent: probability,
  better: probability,
  verdict: z.enum(['worse', 'equivalent', 'better', 'undecided']),
})

export const pairedDifferenceSchema = z.strictObject({
  /** Other minus reference, with its 95 % interval. */
  difference: metricSchema,
  test: z.string().nullable(),
  /** Two-sided, of the hypothesis that there is no difference. */
  pValue: probability.nullable(),
  /** Holm's, over the runs that are compared with the reference in this metric; baselines are a family of their own. */
  pAdjusted: probability.nullable(),
  verdict: verdictSchema,
  nonInferiority: nonInferioritySchema.nullable(),
  rope: ropeSchema.nullable(),
})
export type PairedDifference = z.infer<typeof pairedDifferenceSchema>

export const mcnemarSchema = z.strictObject({
  bothRight: count,
  /** Rows that the reference gets right and the other wrong. */
  onlyReference: count,
  onlyOther: count,
  bothWrong: count,
  exactP: probability,
  /** (|b − c| − 1)² / (b + c), with Edwards' continuity correction; null where no row is discordant. */
  chiSquareCorrected: z.number().nonnegative().nullable(),
  correctedP: probability.nullable(),
  /** (b − c)² / (b + c). */
  chiSquare: z.number().nonnegative().nullable(),
  asymptoticP: probability.nullable(),
})
export type McNemar = z.infer<typeof mcnemarSchema>

/** Wilcoxon's signed-rank test of the absolute errors of a regression, which a few large ones do not sway. */
export const signedRankSchema = z.strictObject({
  /** The smaller sum of ranks. */
  statistic: z.number().nonnegative(),
  /** Rows whose errors differ. */
  n: count,
  p: probability,
})

/** A row on which the two disagree. */
export const changedRowSchema = z.strictObject({
  /** Of the dataset, from 1. */
  row: z.int().positive(),
  truth: z.string(),
  reference: z.string(),
  other: z.string(),
  /** How far the two scores lie apart: of the positive class, of the true class, or of the absolute errors. */
  moved: z.number(),
})
export type ChangedRow = z.infer<typeof changedRowSchema>

export const changedSidesSchema = z.strictObject({
  /** Wrong before, right now; for a regression, nearer to the target by more than the tolerance of rounding. */
  fixed: count,
  /** Right before, wrong now; for a regression, farther from the target. */
  broken: count,
  /** Wrong both times, in two ways. */
  otherwiseWrong: count,
  /** Share of the changed rows that were fixed. */
  fixedShare: metricSchema,
  /** The rows that moved most, at most 100 of each kind. */
  fixedRows: z.array(changedRowSchema),
  brokenRows: z.array(changedRowSchema),
  /** From the reference's decision to the other's, over all rows; null for a regression. */
  decisions: confusionSchema.nullable(),
})
export type ChangedSides = z.infer<typeof changedSidesSchema>

/** Where each wins: the difference in the loss of a row, by the value of one column. */
export const comparedGroupSchema = z.strictObject({
  column: z.string(),
  value: z.string(),
  difference: metricSchema,
  pAdjusted: probability.nullable(),
  verdict: verdictSchema,
})
export type ComparedGroup = z.infer<typeof comparedGroupSchema>

export const comparedPairSchema = z.strictObject({
  other: contenderKeySchema,
  differences: z.record(z.string(), pairedDifferenceSchema),
  mcnemar: mcnemarSchema.nullable(),
  /** Null unless the task is regression; left out of comparisons made before there was one. */
  signedRank: signedRankSchema.nullable().optional(),
  changed: changedSidesSchema,
  /** Loss that the groups compare, and the groups themselves, those that differ most first. */
  groups: z.strictObject({ loss: z.string(), tested: count, found: z.array(comparedGroupSchema) }),
})
export type ComparedPair = z.infer<typeof comparedPairSchema>

export const comparisonSchema = z.strictObject({
  schema: z.literal('assay.comparison/1'),
  createdAt: timeSchema,
  dataset: z.strictObject({ id: datasetIdSchema, name: nameSchema, rows: z.int(), dataSha256: sha256Schema }),
  task: taskSchema,
  /** Null unless the task is binary. */
  positive: z.string().nullable(),
  rows: z.strictObject({
    total: count,
    used: count,
    excluded: z.array(z.strictObject({ reason: z.string(), n: count })),
  }),
  confidence: z.literal(0.95),
  seed: z.int(),
  /** Family-wise correction of the p-values. */
  correction: z.literal('Holm'),
  reference: contenderKeySchema,
  headline: z.string(),
  /** In which order a reader meets the metrics: the headline first. */
  metricOrder: z.array(z.string()),
  contenders: z.array(contenderSchema),
  pairs: z.array(comparedPairSchema),
  /** Where one was rehearsed. */
  canary: canarySchema.optional(),
  definitions: z.record(z.string(), metricDefinitionSchema),
  findings: z.array(findingSchema),
})
export type Comparison = z.infer<typeof comparisonSchema>

export const comparisonRequestSchema = z.strictObject({
  /** Two or more runs of one dataset; the first is the reference. One run alone is held against the baselines. */
  runs: z.array(runIdSchema).min(1).max(10),
  /** The baselines are fitted on this dataset; without it on the compared rows, each part of them on the others. */
  train: datasetIdSchema.optional(),
  /** Metric to margin, in the metric's unit: for non-inferiority, and as half-width of the region of equivalence. */
  margins: z.record(z.string(), z.number().positive()).optional(),
  /** Threshold of single runs, in place of their version's own. */
  thresholds: z.record(runIdSchema, z.number()).optional(),
  /** A canary of one of the others against the reference. */
  canary: canaryRequestSchema.optional(),
})
export type ComparisonRequest = z.infer<typeof comparisonRequestSchema>

export const comparisonSummarySchema = z.strictObject({
  id: comparisonIdSchema,
  createdAt: timeSchema,
  datasetId: datasetIdSchema,
  dataset: nameSchema,
  task: taskSchema,
  runs: z.array(runIdSchema),
  titles: z.array(z.string()),
  sha256: sha256Schema,
})
export type ComparisonSummary = z.infer<typeof comparisonSummarySchema>
