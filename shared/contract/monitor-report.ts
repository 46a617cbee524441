/** One monitoring report: production window by window against the approved evidence. */
import { z } from 'zod'
import { taskSchema } from './dataset.ts'
import { driftColumnSchema } from './drift-column.ts'
import { driftPeriodSchema } from './drift-request.ts'
import { driftCountsSchema, driftTimelineSchema } from './drift.ts'
import { findingSchema, metricSchema, metricsSchema } from './evidence.ts'
import {
  batchIdSchema,
  datasetIdSchema,
  monitorIdSchema,
  nameSchema,
  runIdSchema,
  sha256Schema,
  timeSchema,
  versionIdSchema,
} from './ids.ts'
import { conditionSchema, triggersSchema } from './monitor-triggers.ts'
import { count, probability } from './numbers.ts'
import { outcomeSchema } from './policy.ts'

/** A metric of one window against the approved one. */
export const againstApprovedSchema = z.strictObject({
  /** Window minus approved. */
  difference: metricSchema,
  /** That it is worse than approved by no more than the drop: one-sided. */
  p: probability.nullable(),
  /** Holm, over all windows and metrics. */
  corrected: probability.nullable(),
  worse: z.boolean(),
})
export type AgainstApproved = z.infer<typeof againstApprovedSchema>

export const windowGateSchema = z.strictObject({ id: z.string(), title: z.string(), outcome: outcomeSchema })

export const monitorWindowSchema = z.strictObject({
  label: z.string(),
  /** Rows with a prediction. */
  rows: count,
  /** What they stand for, where the log is a sample. */
  requests: z.number().nonnegative(),
  errors: count.nullable(),
  latencyMs: z.strictObject({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
  labelled: count,
  /** On the labelled rows; empty without enough of them. */
  metrics: metricsSchema,
  /** Without labels. */
  estimated: metricsSchema,
  /** Mean predicted and observed rate of the positive class, of a label over all labels, or mean value. */
  calibration: z.strictObject({ predicted: z.number(), observed: metricSchema }).nullable(),
  against: z.record(z.string(), againstApprovedSchema),
  /** Compared columns in alarm. */
  alarms: count,
  predictionAlarm: z.boolean(),
  gates: z.array(windowGateSchema),
})
export type MonitorWindow = z.infer<typeof monitorWindowSchema>

export const monitorReportSchema = z.strictObject({
  schema: z.literal('assay.monitor/1'),
  id: monitorIdSchema,
  createdAt: timeSchema,
  versionId: versionIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  task: taskSchema,
  reference: z.strictObject({
    runId: runIdSchema,
    datasetId: datasetIdSchema,
    dataset: nameSchema,
    rows: count,
    evidenceSha256: sha256Schema,
    /** Until when the approval holds; null without one. */
    approvedUntil: timeSchema.nullable(),
    policy: z.strictObject({ name: nameSchema, sha256: sha256Schema }).nullable(),
    /** The approved values of the metrics that are watched. */
    metrics: metricsSchema,
  }),
  batches: z.array(batchIdSchema),
  rows: z.strictObject({ logged: count, scored: count, errors: count, labelled: count }),
  from: timeSchema.nullable(),
  to: timeSchema.nullable(),
  /** 'rows': cut into even parts, because there is no time or too little of it. */
  period: z.union([driftPeriodSchema, z.literal('rows')]),
  /** Metrics that are held against the approved ones. */
  watched: z.array(z.string()),
  windows: z.array(monitorWindowSchema),
  /** Over all labelled rows, and over all rows without labels. */
  overall: z.strictObject({
    metrics: metricsSchema,
    /** Why there are no metrics from labels, no estimates, and no calibration in any window; null where there are. */
    metricsReason: z.string().nullable().default(null),
    estimated: metricsSchema,
    estimateReason: z.string().nullable(),
    calibrationReason: z.string().nullable().default(null),
  }),
  drift: z.strictObject({
    counts: driftCountsSchema,
    hypotheses: count,
    columns: z.array(driftColumnSchema),
    skipped: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
    timeline: driftTimelineSchema,
  }),
  triggers: triggersSchema,
  conditions: z.array(conditionSchema),
  findings: z.array(findingSchema),
})
export type MonitorReport = z.infer<typeof monitorReportSchema>

export const monitorSummarySchema = monitorReportSchema
  .pick({ id: true, createdAt: true, versionId: true, model: true, version: true, rows: true, period: true })
  .extend({ windows: count, conditions: count, sha256: sha256Schema })
export type MonitorSummary = z.infer<typeof monitorSummarySchema>
