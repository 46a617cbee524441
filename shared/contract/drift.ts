/**
 * Drift: one dataset, or a part of it, held against another, column by column and as a whole. The result is one
 * versioned JSON document, content-addressed like the evidence; a run's evidence takes a summary of it.
 */
import { z } from 'zod'
import { call } from './call.ts'
import { roleSchema } from './dataset.ts'
import { driftColumnSchema, driftDecisionSchema, driftEffectSchema, driftTestNameSchema } from './drift-column.ts'
import { driftOptionsSchema, driftPresetSchema, driftRequestSchema, driftWindowSchema } from './drift-request.ts'
import { findingSchema, metricSchema } from './evidence.ts'
import { datasetIdSchema, driftIdSchema, nameSchema, runIdSchema, sha256Schema, timeSchema } from './ids.ts'
import { jobStartedSchema } from './job.ts'
import { count, finiteOrNull, probability } from './numbers.ts'

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

export const driftCalls = {
  /** The job's result is the id of the comparison. */
  compare: call.input(driftRequestSchema).output(jobStartedSchema),
  list: call.output(z.array(driftSummarySchema)),
  get: call.input(z.strictObject({ id: driftIdSchema })).output(driftReportSchema),
  remove: call.input(z.strictObject({ id: driftIdSchema })).output(z.strictObject({ removed: z.boolean() })),
}
