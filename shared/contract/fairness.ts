/**
 * What a fairness analysis found: the section `fairness` of a run's evidence. Groups are formed by columns of the
 * dataset, whether the model sees them or not. For a classifier one class counts as "selected".
 */
import { z } from 'zod'
import { call } from './call.ts'
import { calibrationSchema, findingSchema, metricSchema, metricsSchema } from './evidence.ts'
import { runIdSchema, timeSchema } from './ids.ts'
import { jobStartedSchema } from './job.ts'
import { count } from './numbers.ts'

export const groupCountsSchema = z.strictObject({ tp: count, fp: count, fn: count, tn: count })
export type GroupCounts = z.infer<typeof groupCountsSchema>

export const fairnessGroupSchema = z.strictObject({
  /** "Female", or "Female × Yes" where columns are crossed. */
  label: z.string(),
  /** One a column of the attribute. */
  values: z.array(z.string()),
  n: count,
  /** Of the rows used. */
  share: z.number(),
  /** Null for a regression. */
  counts: groupCountsSchema.nullable(),
  metrics: metricsSchema,
  /** Null where the scores are not probabilities, or there are many groups. */
  calibration: calibrationSchema.nullable(),
})
export type FairnessGroup = z.infer<typeof fairnessGroupSchema>

/** How far the groups are apart in one metric. */
export const paritySchema = z.strictObject({
  /** demographic_parity, equal_opportunity, … */
  name: z.string(),
  /** The metrics whose spread over the groups it is. */
  of: z.array(z.string()).min(1),
  /** Largest minus least value. */
  difference: metricSchema,
  /** Least over largest value; null for a metric that has no zero of its own. */
  ratio: metricSchema.nullable(),
  /** Of "all groups are alike"; null where it cannot be tested. */
  p: z.number().nullable(),
  /** Adjusted over all parity tests of the document (Holm). */
  pAdjusted: z.number().nullable(),
  test: z.string().nullable(),
  lowest: z.string().nullable(),
  highest: z.string().nullable(),
})
export type Parity = z.infer<typeof paritySchema>

/** One group held against the reference group. */
export const comparisonSchema = z.strictObject({
  group: z.string(),
  /** Clarify's measures, by its names: DPPL, DI, DCA, DCR, RD, SD, DAR, DRR, AD, TE, CDDPL. Empty for a regression. */
  measures: metricsSchema,
  /** Group minus reference, by metric, with the p-value of "no difference" and that p-value adjusted (Holm). */
  differences: z.record(
    z.string(),
    z.strictObject({ difference: metricSchema, p: z.number().nullable(), pAdjusted: z.number().nullable() }),
  ),
})
export type GroupComparison = z.infer<typeof comparisonSchema>

export const fairnessAttributeSchema = z.strictObject({
  /** "gender", or "gender × senior". */
  name: z.string(),
  columns: z.array(z.string()).min(1),
  reference: z.string(),
  groups: z.array(fairnessGroupSchema),
  /** Groups too small to be shown, and the rows in them. */
  suppressed: z.strictObject({ groups: count, rows: count }),
  parity: z.array(paritySchema),
  comparisons: z.array(comparisonSchema),
})
export type FairnessAttribute = z.infer<typeof fairnessAttributeSchema>

/** What a threshold a group, or one for all that keeps them near, would do, fitted on one half of the rows and judged on the other. */
export const mitigationSchema = z.strictObject({
  attribute: z.string(),
  /** Which rate is made equal. */
  goal: z.enum(['demographic_parity', 'equal_opportunity', 'equalized_odds']),
  /**
   * `keep`: a threshold a group, at the overall rate of today; `best`: at the rate with the highest accuracy; `single`: one
   * for all, the most accurate that leaves the groups no further apart than the target.
   */
  choice: z.enum(['keep', 'best', 'single']),
  /** The rate that the thresholds aim at in each group (for equalized odds the true positive rate); the gap of `single`. */
  target: z.number(),
  rowsFitted: count,
  rowsJudged: count,
  groups: z.array(
    z.strictObject({
      label: z.string(),
      n: count,
      thresholdBefore: z.number(),
      /** Null: no row of the group is selected. */
      thresholdAfter: z.number().nullable(),
      selectionBefore: metricSchema,
      selectionAfter: metricSchema,
      tprBefore: metricSchema,
      tprAfter: metricSchema,
      accuracyBefore: metricSchema,
      accuracyAfter: metricSchema,
      newlySelected: count,
      noLongerSelected: count,
    }),
  ),
  /** Spread of the rate over the groups, before and after. */
  gapBefore: metricSchema,
  gapAfter: metricSchema,
  accuracyBefore: metricSchema,
  accuracyAfter: metricSchema,
  /** After minus before, on the same rows. */
  accuracyChange: metricSchema,
  selectionBefore: metricSchema,
  selectionAfter: metricSchema,
})
export type Mitigation = z.infer<typeof mitigationSchema>

export const fairnessSectionSchema = z.strictObject({
  schema: z.literal('assay.fairness/1'),
  createdAt: timeSchema,
  task: z.enum(['binary', 'multiclass', 'regression']),
  rows: z.strictObject({ total: count, used: count }),
  /** The class that counts as selected; null for a regression. */
  selected: z.string().nullable(),
  /** Null where the model's own decision or the most probable class decides. */
  threshold: z.number().nullable(),
  minimumGroup: z.int().positive(),
  /** The column within whose values CDDPL compares; null where none was given. */
  strata: z.string().nullable(),
  tests: z.strictObject({ comparisons: count, parity: count, correction: z.string() }),
  attributes: z.array(fairnessAttributeSchema),
  mitigation: z.array(mitigationSchema),
  findings: z.array(findingSchema),
})
export type FairnessSection = z.infer<typeof fairnessSectionSchema>

export const fairnessOptionsSchema = z.strictObject({
  /** Columns to group by; left out, the protected ones. */
  by: z.array(z.string()).min(1).max(20).optional(),
  /** Also every pair of them, and all of them where they are three. */
  intersections: z.boolean().default(true),
  minimumGroup: z.int().min(5).max(1_000_000).default(30),
  /** Column to value: the group that others are held against; left out, the largest. */
  reference: z.record(z.string(), z.string()).default({}),
  /** The class that counts as selected; left out, the positive one, or the most frequent prediction. */
  selected: z.string().optional(),
  /** A column within whose values CDDPL compares. */
  strata: z.string().optional(),
  /** How far apart one threshold for all may leave the groups; 0.05 where left out. */
  largestGap: z.number().min(0).max(1).optional(),
})
export type FairnessOptions = z.infer<typeof fairnessOptionsSchema>

export const fairnessContract = {
  /** Analyses an evaluated run and adds the section `fairness` to its evidence. */
  start: call.input(z.strictObject({ id: runIdSchema, options: fairnessOptionsSchema })).output(jobStartedSchema),
}
