/**
 * The evidence: one versioned JSON document a run. The window, the report, the gates, the container and the monitor
 * read it and compute nothing again. Its canonical form (RFC 8785) is hashed, and the hash is what an approver signs,
 * so every number in it must be finite: an undefined number is null and has a reason.
 */
import { z } from 'zod'
import { count, finiteOrNull } from './numbers.ts'

export const evidenceSchemaName = 'assay.evidence/1'

/** A number with its 95 % interval, the rows behind it, and why it is null where it is. */
export const metricSchema = z.strictObject({
  value: finiteOrNull,
  low: finiteOrNull,
  high: finiteOrNull,
  /** Rows the number is computed from. */
  n: count,
  /** How the interval was made, for example 'Wilson score', 'DeLong', 'Poisson bootstrap, 1000 replicates, seed 1'. */
  method: z.string().nullable(),
  /** Why the value or the interval is null. */
  reason: z.string().optional(),
})
export type Metric = z.infer<typeof metricSchema>
export const metricsSchema = z.record(z.string(), metricSchema)
export type Metrics = z.infer<typeof metricsSchema>

export const metricDefinitionSchema = z.strictObject({
  title: z.string(),
  definition: z.string(),
  source: z.string(),
  /** Which way is better; 'zero' means nearer to zero. */
  better: z.enum(['higher', 'lower', 'zero', 'none']),
  unit: z.enum(['fraction', 'target', 'target²', 'nats', 'count', 'none', 'coefficient']),
})
export type MetricDefinition = z.infer<typeof metricDefinitionSchema>

/** Points of a curve, at most a few hundred, as parallel arrays. */
export const rocCurveSchema = z.strictObject({
  fpr: z.array(z.number()),
  tpr: z.array(z.number()),
  /** Score at or above which a row is called positive; null for the first point, where none is. */
  threshold: z.array(finiteOrNull),
  /** Points of the exact curve, before it was thinned. */
  exactPoints: count,
})
export type RocCurve = z.infer<typeof rocCurveSchema>

export const prCurveSchema = z.strictObject({
  recall: z.array(z.number()),
  precision: z.array(z.number()),
  threshold: z.array(finiteOrNull),
  exactPoints: count,
})
export type PrCurve = z.infer<typeof prCurveSchema>

export const calibrationBinSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  n: count,
  meanPredicted: finiteOrNull,
  /** Fraction of positives in the bin with its Wilson interval. */
  observed: metricSchema,
})
export const calibrationSchema = z.strictObject({ bins: z.array(calibrationBinSchema) })
export type Calibration = z.infer<typeof calibrationSchema>

export const histogramSchema = z.strictObject({
  /** k + 1 edges of k bins; the last bin holds its upper edge. */
  edges: z.array(z.number()),
  series: z.array(z.strictObject({ label: z.string(), counts: z.array(count) })),
})
export type Histogram = z.infer<typeof histogramSchema>

export const confusionSchema = z.strictObject({
  labels: z.array(z.string()),
  /** counts[actual][predicted]. */
  counts: z.array(z.array(count)),
})
export type Confusion = z.infer<typeof confusionSchema>

export const classEvidenceSchema = z.strictObject({
  label: z.string(),
  support: count,
  predicted: count,
  metrics: metricsSchema,
  roc: rocCurveSchema.nullable(),
  calibration: calibrationSchema.nullable(),
})
export type ClassEvidence = z.infer<typeof classEvidenceSchema>

export const binaryEvidenceSchema = z.strictObject({
  kind: z.literal('binary'),
  positive: z.string(),
  negative: z.string(),
  threshold: z.number(),
  confusion: confusionSchema,
  roc: rocCurveSchema.nullable(),
  pr: prCurveSchema.nullable(),
  calibration: calibrationSchema.nullable(),
  scores: histogramSchema.nullable(),
  /** The metrics that move with the threshold, at up to 101 thresholds, as parallel arrays. */
  thresholds: z
    .strictObject({
      threshold: z.array(z.number()),
      precision: z.array(finiteOrNull),
      recall: z.array(finiteOrNull),
      f1: z.array(finiteOrNull),
      accuracy: z.array(finiteOrNull),
      selectionRate: z.array(finiteOrNull),
    })
    .nullable(),
})
export type BinaryEvidence = z.infer<typeof binaryEvidenceSchema>

export const multiclassEvidenceSchema = z.strictObject({
  kind: z.literal('multiclass'),
  classes: z.array(classEvidenceSchema),
  confusion: confusionSchema,
  /** Histogram of the probability given to the predicted class, for right and wrong predictions. */
  confidence: histogramSchema.nullable(),
  /** Calibration of the probability given to the predicted class. */
  calibration: calibrationSchema.nullable(),
})
export type MulticlassEvidence = z.infer<typeof multiclassEvidenceSchema>

export const regressionEvidenceSchema = z.strictObject({
  kind: z.literal('regression'),
  /** Histogram of target minus prediction. */
  residuals: histogramSchema,
  /** Prediction against target, and residual against prediction, in equal-count bins of the prediction. */
  byPrediction: z.array(
    z.strictObject({
      n: count,
      predictionLow: z.number(),
      predictionHigh: z.number(),
      predictionMean: z.number(),
      targetMean: metricSchema,
      /** Quantiles 0.05, 0.25, 0.5, 0.75, 0.95 of the residual. */
      residualQuantiles: z.array(z.number()),
    }),
  ),
  residualQuantiles: z.strictObject({ probability: z.array(z.number()), value: z.array(z.number()) }),
})
export type RegressionEvidence = z.infer<typeof regressionEvidenceSchema>

export const multilabelEvidenceSchema = z.strictObject({
  kind: z.literal('multilabel'),
  /** A label is given where its score is at or above this. */
  threshold: z.number(),
  /** One a label, each against the rows without it. */
  classes: z.array(classEvidenceSchema),
  /** How many labels rows have and are given, one bin a number. */
  labelsPerRow: histogramSchema,
})
export type MultilabelEvidence = z.infer<typeof multilabelEvidenceSchema>

export const rankingEvidenceSchema = z.strictObject({
  kind: z.literal('ranking'),
  queries: z.strictObject({
    total: count,
    /** Queries with a relevant row: the others have nothing to be found, and are left out of every metric. */
    judged: count,
    /** Least, quartiles and most of the rows of a query. */
    sizeQuantiles: z.array(z.number()),
  }),
  /** The metrics at each cut-off, as parallel arrays. */
  cutoffs: z.strictObject({
    k: z.array(z.int().positive()),
    ndcg: z.array(metricSchema),
    precision: z.array(metricSchema),
    recall: z.array(metricSchema),
    hit_rate: z.array(metricSchema),
  }),
  /** Histogram of the queries' NDCG. */
  ndcg: histogramSchema,
})
export type RankingEvidence = z.infer<typeof rankingEvidenceSchema>

export const taskEvidenceSchema = z.discriminatedUnion('kind', [
  binaryEvidenceSchema,
  multiclassEvidenceSchema,
  multilabelEvidenceSchema,
  regressionEvidenceSchema,
  rankingEvidenceSchema,
])
export type TaskEvidence = z.infer<typeof taskEvidenceSchema>

export const findingSchema = z.strictObject({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  remedy: z.string(),
  where: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
})
/** Something a reader must know about the numbers: excluded rows, a class the model never names. */
export type EvidenceFinding = z.infer<typeof findingSchema>
