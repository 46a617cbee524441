/**
 * Drift: one dataset, or a part of it, held against another, column by column and as a whole. The result is one
 * versioned JSON document, content-addressed like the evidence; a run's evidence takes a summary of it.
 */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { columnTypeSchema, roleSchema } from './dataset.ts'
import { findingSchema, metricSchema } from './evidence.ts'
import { datasetIdSchema, driftIdSchema, nameSchema, runIdSchema, sha256Schema, timeSchema } from './ids.ts'
import { errorDataSchema, jobStartedSchema } from './job.ts'

const count = z.int().nonnegative()
const finiteOrNull = z.number().nullable()
const probability = z.number().min(0).max(1)

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
  /** Number columns to treat as categories. */
  categorical: z.array(z.string()).optional(),
  /** Number columns with five distinct values or fewer to treat as numbers all the same. */
  numeric: z.array(z.string()).optional(),
  /** Columns of texts to compare by their content; left out: those of which most rows have a text of their own. */
  text: z.array(z.string()).optional(),
  options: driftOptionsSchema.prefault({}),
})
export type DriftRequest = z.infer<typeof driftRequestSchema>

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

export const driftSideSchema = z.strictObject({
  datasetId: datasetIdSchema,
  name: nameSchema,
  dataSha256: sha256Schema,
  /** Rows compared, of all rows of the dataset. */
  rows: count,
  totalRows: count,
  window: driftWindowSchema.nullable(),
  run: z.strictObject({ id: runIdSchema, model: nameSchema, version: z.int(), scoresSha256: sha256Schema }).nullable(),
})
export type DriftSide = z.infer<typeof driftSideSchema>

export const domainClassifierSchema = z.strictObject({
  /** Area under the ROC curve of telling current rows from reference rows, cross-validated; 0.5 is no drift. */
  auc: metricSchema,
  p: probability.nullable(),
  /** Columns by their share of what the trees gained. */
  importance: z.array(z.strictObject({ column: z.string(), share: z.number() })),
  rows: z.strictObject({ reference: count, current: count }),
})
export type DomainClassifier = z.infer<typeof domainClassifierSchema>

export const pcaReconstructionSchema = z.strictObject({
  components: count,
  explained: z.number(),
  /** Mean reconstruction error of reference rows that the components were not fitted on, and of current rows. */
  reference: metricSchema,
  current: metricSchema,
  p: probability.nullable(),
})
export type PcaReconstruction = z.infer<typeof pcaReconstructionSchema>

/** Maximum mean discrepancy over all features together. */
export const meanDiscrepancySchema = z.strictObject({
  /** Squared: the distance of the samples' mean features; between 0 and 2. */
  statistic: z.number(),
  /** Share of random mixtures of the rows that give as much, the rows as they are counted in. */
  p: probability,
  /** What mixtures exceed in 5 of 100. */
  limit: z.number(),
  /** Of the Gaussian kernel, in standard deviations. */
  bandwidth: z.number(),
  fourierFeatures: count,
  permutations: count,
  rows: z.strictObject({ reference: count, current: count }),
})
export type MeanDiscrepancy = z.infer<typeof meanDiscrepancySchema>

export const performanceEstimateSchema = z.strictObject({
  method: z.string(),
  /** By metric: estimated on the current rows without their labels. */
  metrics: z.record(
    z.string(),
    z.strictObject({
      estimated: metricSchema,
      /** The same metric on the reference, where labels are known. */
      reference: metricSchema,
      /** The same metric on the current rows; null where they have no labels. */
      realised: metricSchema.nullable(),
    }),
  ),
  assumption: z.string(),
})
export type PerformanceEstimate = z.infer<typeof performanceEstimateSchema>

export const conceptDriftSchema = z.strictObject({
  /** "Labels given scores": whether the same score goes with the same label rate. */
  test: z.string(),
  statistic: finiteOrNull,
  p: probability.nullable(),
  effect: driftEffectSchema.nullable(),
  reason: z.string().optional(),
  /** Metrics of both runs and their difference, tested and corrected over the metrics. */
  metrics: z.record(
    z.string(),
    z.strictObject({
      reference: metricSchema,
      current: metricSchema,
      difference: metricSchema,
      p: probability.nullable(),
      holm: probability.nullable(),
    }),
  ),
})
export type ConceptDrift = z.infer<typeof conceptDriftSchema>

/** Either the analysis, or why it was not made. */
const orReason = <T extends z.ZodType>(schema: T) =>
  z.discriminatedUnion('made', [
    z.strictObject({ made: z.literal(true), result: schema }),
    z.strictObject({ made: z.literal(false), reason: z.string() }),
  ])

export const driftCountsSchema = z.strictObject({ drifted: count, slight: count, stable: count, undefined: count })
export type DriftCounts = z.infer<typeof driftCountsSchema>

export const driftTimelineSchema = z.strictObject({
  labels: z.strictObject({ reference: z.array(z.string()), current: z.array(z.string()) }),
  /** Columns with an alarm, by current chunk. */
  alarms: z.array(count),
  /** Tests that the correction counts: columns times chunks. */
  tests: count,
})

export const driftReportSchema = z.strictObject({
  schema: z.literal('assay.drift/1'),
  id: driftIdSchema,
  createdAt: timeSchema,
  reference: driftSideSchema,
  current: driftSideSchema,
  options: driftOptionsSchema,
  /** p-values that the correction counts. */
  hypotheses: count,
  counts: driftCountsSchema,
  columns: z.array(driftColumnSchema),
  skipped: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  timeline: driftTimelineSchema.nullable(),
  domainClassifier: orReason(domainClassifierSchema),
  pca: orReason(pcaReconstructionSchema),
  /** Left out of documents made before it was computed. */
  meanDiscrepancy: orReason(meanDiscrepancySchema).optional(),
  performance: orReason(performanceEstimateSchema),
  concept: orReason(conceptDriftSchema),
  definitions: z.partialRecord(
    driftTestNameSchema,
    z.strictObject({ title: z.string(), definition: z.string(), source: z.string() }),
  ),
  findings: z.array(findingSchema),
})
export type DriftReport = z.infer<typeof driftReportSchema>

export const driftSummarySchema = z.strictObject({
  id: driftIdSchema,
  createdAt: timeSchema,
  reference: driftSideSchema,
  current: driftSideSchema,
  preset: driftPresetSchema,
  counts: driftCountsSchema,
  sha256: sha256Schema,
})
export type DriftSummary = z.infer<typeof driftSummarySchema>

/** What a run's evidence keeps of a comparison, under sections.drift: at most 200 columns, most drifted first. */
export const driftSectionSchema = z.strictObject({
  schema: z.literal('assay.drift-section/1'),
  driftId: driftIdSchema,
  /** Of the whole document. */
  sha256: sha256Schema,
  reference: driftSideSchema,
  current: driftSideSchema,
  options: driftOptionsSchema,
  hypotheses: count,
  counts: driftCountsSchema,
  columns: z.array(
    z.strictObject({
      name: z.string(),
      source: z.enum(['column', 'prediction']),
      role: roleSchema,
      kind: z.enum(['numeric', 'categorical']),
      n: z.strictObject({ reference: count, current: count }),
      decision: driftDecisionSchema,
      psi: driftEffectSchema.nullable(),
    }),
  ),
  columnsLeftOut: count,
  domainClassifier: orReason(domainClassifierSchema),
  performance: orReason(performanceEstimateSchema),
  concept: orReason(conceptDriftSchema),
})
export type DriftSection = z.infer<typeof driftSectionSchema>

const call = oc.errors({ ASSAY: { data: errorDataSchema } })

export const driftCalls = {
  /** The job's result is the id of the comparison. */
  compare: call.input(driftRequestSchema).output(jobStartedSchema),
  list: call.output(z.array(driftSummarySchema)),
  get: call.input(z.strictObject({ id: driftIdSchema })).output(driftReportSchema),
  remove: call.input(z.strictObject({ id: driftIdSchema })).output(z.strictObject({ removed: z.boolean() })),
}
