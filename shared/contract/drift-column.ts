/** What a comparison of two datasets finds of one column: its tests, the decision, and what charts are drawn from. */
import { z } from 'zod'
import { columnTypeSchema, roleSchema } from './dataset.ts'
import { count, finiteOrNull, probability } from './numbers.ts'

export const driftTestNameSchema = z.enum([
  'ks',
  'chi2',
  'z',
  'wasserstein',
  'js',
  'psi',
  'kl',
  'hellinger',
  'tvd',
  'anderson_darling',
  'cramer_von_mises',
  'energy',
  'mmd',
  'g',
  'fisher',
  'mann_whitney',
  't',
])
export type DriftTestName = z.infer<typeof driftTestNameSchema>

export const driftEffectSchema = z.strictObject({
  /** What the number is, for example "Cramér's V". */
  measure: z.string(),
  value: z.number(),
  low: finiteOrNull,
  high: finiteOrNull,
  /** How the 95 % interval was made; null where there is none. */
  method: z.string().nullable(),
})
export type DriftEffect = z.infer<typeof driftEffectSchema>

export const driftTestSchema = z.strictObject({
  statistic: finiteOrNull,
  p: probability.nullable(),
  /** How p was computed, or why there is none. */
  method: z.string(),
  effect: driftEffectSchema.nullable(),
  /** Why the statistic is null. */
  reason: z.string().optional(),
})
export type DriftTest = z.infer<typeof driftTestSchema>

/** What random splits of the rows gave for a distance, when nothing had changed. */
export const learntDistanceSchema = z.strictObject({
  mean: z.number(),
  deviation: z.number(),
  /** Value that chance exceeds with probability alpha. */
  threshold: z.number(),
  /** Probability that chance gives the distance that was found, or more. */
  p: probability,
})
export type LearntDistance = z.infer<typeof learntDistanceSchema>

export const driftSampleSchema = z.strictObject({
  /** Rows with a value. */
  n: count,
  missing: count,
  /** Rows that are left out: infinite numbers, and those of a text or image that were not sampled or were learnt from. */
  notFinite: count,
  distinct: count,
  mean: finiteOrNull,
  deviation: finiteOrNull,
  min: finiteOrNull,
  max: finiteOrNull,
  /** Quantiles 0.05, 0.25, 0.5, 0.75, 0.95; null for categories. */
  quantiles: z.array(z.number()).nullable(),
})
export type DriftSample = z.infer<typeof driftSampleSchema>

export const driftVerdictSchema = z.enum(['drifted', 'slight', 'stable', 'undefined'])
export type DriftVerdict = z.infer<typeof driftVerdictSchema>

export const driftDecisionSchema = z.strictObject({
  test: driftTestNameSchema,
  verdict: driftVerdictSchema,
  /** The number that decides: the test's statistic. */
  statistic: finiteOrNull,
  p: probability.nullable(),
  /** p corrected over all columns (and their missing shares), by both methods. */
  holm: probability.nullable(),
  benjaminiHochberg: probability.nullable(),
  /** The limit of a distance, where a distance decides. */
  threshold: finiteOrNull,
  /** In words, why this verdict. */
  reason: z.string(),
})
export type DriftDecision = z.infer<typeof driftDecisionSchema>

export const driftBinsSchema = z.strictObject({
  /** Inner edges of the reference's decile bins, as the index is defined; null for categories. */
  edges: z.array(z.number()).nullable(),
  /** The most frequent categories, at most 50, and the rest as one; null for numbers. */
  categories: z.array(z.string()).nullable(),
  reference: z.array(count),
  current: z.array(count),
})
export type DriftBins = z.infer<typeof driftBinsSchema>

export const driftHistogramSchema = z.strictObject({
  /** Equal widths over the middle 99 % of both; the outer bins hold what lies beyond. */
  edges: z.array(z.number()),
  reference: z.array(count),
  current: z.array(count),
})
export type DriftHistogram = z.infer<typeof driftHistogramSchema>

export const driftChunkSchema = z.strictObject({
  label: z.string(),
  n: count,
  missing: count,
  statistic: finiteOrNull,
  p: probability.nullable(),
  corrected: probability.nullable(),
  alarm: z.boolean(),
})
export type DriftChunk = z.infer<typeof driftChunkSchema>

export const driftColumnTimelineSchema = z.strictObject({
  test: driftTestNameSchema,
  /** The reference's own chunks against the whole reference. */
  reference: z.array(driftChunkSchema),
  current: z.array(driftChunkSchema),
  /** Mean and three standard deviations of the reference's own chunks; null with fewer than three of them. */
  band: z.strictObject({ mean: z.number(), high: z.number() }).nullable(),
})
export type DriftColumnTimeline = z.infer<typeof driftColumnTimelineSchema>

export const driftColumnSchema = z.strictObject({
  name: z.string(),
  /** Where it comes from: a column of the datasets, or what the runs predicted. */
  source: z.enum(['column', 'prediction']),
  role: roleSchema,
  type: columnTypeSchema,
  kind: z.enum(['numeric', 'categorical']),
  /** What this number says about each text or image, and of which column; absent for columns of the dataset itself. */
  measured: z.strictObject({ column: z.string(), definition: z.string() }).optional(),
  reference: driftSampleSchema,
  current: driftSampleSchema,
  tests: z.partialRecord(driftTestNameSchema, driftTestSchema),
  learnt: z.partialRecord(driftTestNameSchema, learntDistanceSchema),
  decision: driftDecisionSchema,
  /** The share of missing values, where any is missing. */
  missing: driftDecisionSchema.nullable(),
  /** Current rows with a category, or a number outside the range, that the reference does not have. */
  unseen: z.strictObject({ n: count, examples: z.array(z.string()) }),
  bins: driftBinsSchema,
  histogram: driftHistogramSchema.nullable(),
  timeline: driftColumnTimelineSchema.nullable(),
})
export type DriftColumn = z.infer<typeof driftColumnSchema>
