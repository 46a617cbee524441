/**
 * Where a model does worse: slices that a person names and slices that a search finds. The section `slices` of a run's
 * evidence. A slice is a conjunction of conditions on columns, which is also a filter of the rows table.
 */
import { z } from 'zod'
import { call } from './call.ts'
import { findingSchema, metricSchema } from './evidence.ts'
import { runIdSchema, timeSchema } from './ids.ts'
import { jobStartedSchema } from './job.ts'
import { count } from './numbers.ts'

/** One condition on one column. */
export const conditionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('equals'), column: z.string(), value: z.string() }),
  z.strictObject({ kind: z.literal('not equal'), column: z.string(), value: z.string() }),
  z.strictObject({ kind: z.literal('missing'), column: z.string() }),
  /** from ≤ value < to, each end open where it is null. */
  z.strictObject({
    kind: z.literal('range'),
    column: z.string(),
    from: z.number().nullable(),
    to: z.number().nullable(),
    /** Whether rows without a value belong to it as well. */
    orMissing: z.boolean(),
  }),
])
export type Condition = z.infer<typeof conditionSchema>

export const sliceMetricSchema = z.enum([
  'error_rate',
  'log_loss',
  'false_negative_rate',
  'false_positive_rate',
  'absolute_error',
  'squared_error',
])
export type SliceMetric = z.infer<typeof sliceMetricSchema>

export const sliceSchema = z.strictObject({
  /** "contract = Month-to-month and tenure_months < 6". */
  title: z.string(),
  conditions: z.array(conditionSchema).min(1),
  n: count,
  /** Of the rows that the metric is about. */
  share: z.number(),
  /** Mean of the metric in the slice, with an interval of its own. */
  inside: metricSchema,
  /** The same over all other rows. */
  outside: metricSchema,
  /** Inside minus outside; for a found slice the interval is widened for having been chosen among many. */
  difference: metricSchema,
  /** Cohen's h for a rate, Hedges' g for a mean. */
  effectSize: z.number().nullable(),
  /** How much of the metric's total would go if the slice were as good as the rest: n × difference. */
  excess: z.number(),
  p: z.number().nullable(),
  /** Benjamini–Hochberg over all slices of its family. */
  pAdjusted: z.number().nullable(),
})
export type Slice = z.infer<typeof sliceSchema>

export interface TreeNode {
  readonly conditions: readonly Condition[]
  readonly n: number
  readonly metric: z.infer<typeof metricSchema>
  /** Null at a leaf. */
  readonly split: { readonly column: string; readonly title: string; readonly p: number } | null
  readonly children: readonly TreeNode[]
}
export const treeNodeSchema: z.ZodType<TreeNode> = z.lazy(() =>
  z.strictObject({
    conditions: z.array(conditionSchema),
    n: count,
    metric: metricSchema,
    split: z.strictObject({ column: z.string(), title: z.string(), p: z.number() }).nullable(),
    children: z.array(treeNodeSchema),
  }),
)

export const slicesSectionSchema = z.strictObject({
  schema: z.literal('assay.slices/1'),
  createdAt: timeSchema,
  metric: sliceMetricSchema,
  unit: z.enum(['fraction', 'nats', 'target', 'target²']),
  rows: z.strictObject({ total: count, used: count }),
  overall: metricSchema,
  /** Level of the correction: the share of false alarms among found slices. */
  level: z.number(),
  minimumRows: z.int().positive(),
  depth: z.int().min(1).max(3),
  /** Columns that were searched, and how each was cut. */
  features: z.array(
    z.strictObject({ column: z.string(), kind: z.enum(['number', 'category']), predicates: count, note: z.string() }),
  ),
  /** Columns that were not searched, and why. */
  left: z.array(z.strictObject({ column: z.string(), reason: z.string() })),
  search: z.strictObject({
    /** Slices that could have been chosen, by number of conditions: what the correction counts. */
    possible: z.array(count),
    /** Slices whose metric was computed, by number of conditions. */
    computed: z.array(count),
    beam: count,
    significant: count,
    /** Significant slices left out because most of their rows are in a slice that is shown. */
    similar: count,
  }),
  defined: z.array(sliceSchema),
  found: z.array(sliceSchema),
  tree: treeNodeSchema,
  findings: z.array(findingSchema),
})
export type SlicesSection = z.infer<typeof slicesSectionSchema>

export const slicesOptionsSchema = z.strictObject({
  /** Left out: the error rate, or the absolute error of a regression. */
  metric: sliceMetricSchema.optional(),
  /** Columns to search; left out, the features and the protected columns. */
  columns: z.array(z.string()).min(1).max(10_000).optional(),
  depth: z.int().min(1).max(3).default(3),
  minimumRows: z.int().min(10).max(10_000_000).optional(),
  level: z.number().min(0.001).max(0.5).default(0.05),
  /** Slices that the user names, each a conjunction. */
  defined: z.array(z.array(conditionSchema).min(1).max(10)).max(100).default([]),
})
export type SlicesOptions = z.infer<typeof slicesOptionsSchema>

export const slicesContract = {
  /** Analyses an evaluated run and adds the section `slices` to its evidence. */
  start: call.input(z.strictObject({ id: runIdSchema, options: slicesOptionsSchema })).output(jobStartedSchema),
}
