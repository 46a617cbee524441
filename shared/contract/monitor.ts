/** Production traffic that comes back: logs, labels, what became of the model, alerts, and what is to be done. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { sourceFormatSchema, taskSchema } from './dataset.ts'
import { payoffSchema } from './decision.ts'
import { calibrationMethodSchema } from './calibration.ts'
import { driftColumnSchema } from './drift-column.ts'
import { driftPeriodSchema } from './drift-request.ts'
import { driftCountsSchema, driftTimelineSchema } from './drift.ts'
import { findingSchema, metricSchema, metricsSchema } from './evidence.ts'
import { fileRefSchema } from './files.ts'
import {
  alertIdSchema,
  batchIdSchema,
  datasetIdSchema,
  monitorIdSchema,
  nameSchema,
  retrainIdSchema,
  runIdSchema,
  sha256Schema,
  timeSchema,
  versionIdSchema,
} from './ids.ts'
import { errorDataSchema, jobStartedSchema } from './job.ts'
import { outcomeSchema } from './policy.ts'

const count = z.int().nonnegative()
const probability = z.number().min(0).max(1)
/** A column, or in JSON lines a path such as `input.age` or `scores[0]`. */
const fieldSchema = z.string().min(1).max(500)

/** Where a log keeps what; everything left out is guessed from the names. */
export const logMappingSchema = z.strictObject({
  time: fieldSchema.optional(),
  /** What labels are joined by. */
  id: fieldSchema.optional(),
  /** The chance of the positive class, the predicted class, or the predicted number. */
  prediction: fieldSchema.optional(),
  /** By class: the field that holds its probability. */
  scores: z.record(z.string(), fieldSchema).optional(),
  /** The true value, where the log has it already. */
  actual: fieldSchema.optional(),
  /** Milliseconds that the answer took. */
  latency: fieldSchema.optional(),
  /** Code or words of a failure; such a row has no prediction. */
  error: fieldSchema.optional(),
  /** Fraction of the requests that were logged. */
  sample: fieldSchema.optional(),
  /** By the model's raw column: the field that holds it. Left out: the field of the same name. */
  features: z.record(z.string(), fieldSchema).optional(),
})
export type LogMapping = z.infer<typeof logMappingSchema>

export const leftOutSchema = z.strictObject({
  n: count,
  /** The first of them, by line of the file. */
  examples: z.array(z.strictObject({ line: z.int().positive(), reason: z.string() })),
})
export type LeftOut = z.infer<typeof leftOutSchema>

const importedSchema = z.strictObject({
  id: batchIdSchema,
  versionId: versionIdSchema,
  createdAt: timeSchema,
  createdBy: z.string(),
  source: z.strictObject({ fileName: z.string(), format: sourceFormatSchema, bytes: count, sha256: sha256Schema }),
  data: z.strictObject({ sha256: sha256Schema, bytes: count }),
  rows: count,
  leftOut: leftOutSchema,
  findings: z.array(findingSchema),
})

/** One imported log. */
export const logBatchSchema = importedSchema.extend({
  kind: z.literal('log'),
  /** Rows that failed in production: they have no prediction. */
  errors: count,
  from: timeSchema.nullable(),
  to: timeSchema.nullable(),
  mapping: logMappingSchema,
  /** Raw columns of the model that the log holds, and those that it does not. */
  features: z.array(z.string()),
  absent: z.array(z.string()),
  hasScores: z.boolean(),
})
export type LogBatch = z.infer<typeof logBatchSchema>

/** Labels that came later. */
export const labelBatchSchema = importedSchema.extend({
  kind: z.literal('labels'),
  /** Rows of the logs so far that these labels belong to. */
  matched: count,
})
export type LabelBatch = z.infer<typeof labelBatchSchema>

export const monitorBatchSchema = z.discriminatedUnion('kind', [logBatchSchema, labelBatchSchema])
export type MonitorBatch = z.infer<typeof monitorBatchSchema>

/** When something is to be done: a YAML file, so its keys are in snake case. */
export const triggersSchema = z.strictObject({
  assay: z.literal('triggers/1').describe('Says that this file holds triggers.'),
  performance: z
    .strictObject({
      metrics: z.array(z.string()).optional().describe('Left out: the headline of the task and what gates name.'),
      drop: z.number().min(0).default(0.02).describe('How much worse than approved, in units of the metric.'),
      windows: z.int().min(1).max(50).default(2).describe('Windows in a row.'),
      estimates: z.boolean().default(true).describe('Estimates stand in where there are no labels.'),
    })
    .prefault({}),
  drift: z
    .strictObject({
      share: probability.default(0.3).describe('Share of the compared columns that are in alarm.'),
      prediction: z.boolean().default(true).describe('Whether drift of the prediction alone is enough.'),
      windows: z.int().min(1).max(50).default(2),
    })
    .prefault({}),
  new_data: z
    .strictObject({
      labelled_rows: z.int().positive().default(1000),
      share: z.number().positive().default(0.5).describe('Of the rows that the approved evaluation had.'),
    })
    .prefault({})
    .describe('Both must be reached.'),
  objective: z
    .boolean()
    .default(true)
    .describe('A newer policy of the same name asks for something else than the approved one.'),
  errors: z
    .strictObject({ rate: probability.default(0.05), windows: z.int().min(1).max(50).default(2) })
    .prefault({})
    .describe('Alerts only.'),
  alpha: z.number().gt(0).lt(0.5).default(0.05).describe('Rate of false alarms over all windows and metrics.'),
  minimum_rows: z.int().min(2).default(50).describe('A window with fewer rows is not judged.'),
})
export type Triggers = z.infer<typeof triggersSchema>

export const ruleSchema = z.enum([
  'performance',
  'estimated performance',
  'drift',
  'prediction drift',
  'new data',
  'objective',
  'errors',
  'expiry',
])
export type Rule = z.infer<typeof ruleSchema>

/** What holds now: the same rule about the same subject is one alert, however often it is found. */
export const conditionSchema = z.strictObject({
  rule: ruleSchema,
  subject: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  opensTask: z.boolean(),
  windows: z.array(z.string()),
  message: z.string(),
})
export type Condition = z.infer<typeof conditionSchema>

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
  /** Mean predicted and observed rate of the positive class, or mean predicted and observed value. */
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
  overall: z.strictObject({ metrics: metricsSchema, estimated: metricsSchema, estimateReason: z.string().nullable() }),
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

export const monitorEventSchema = z.strictObject({
  at: timeSchema,
  by: z.string(),
  what: z.string(),
  note: z.string(),
})

export const alertStateSchema = z.enum(['open', 'acknowledged', 'closed'])
export const alertSchema = conditionSchema.extend({
  id: alertIdSchema,
  versionId: versionIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  state: alertStateSchema,
  openedAt: timeSchema,
  /** The last report that found it, and whether the newest one still does. */
  seenAt: timeSchema,
  holds: z.boolean(),
  reportId: monitorIdSchema,
  events: z.array(monitorEventSchema),
})
export type Alert = z.infer<typeof alertSchema>

export const retrainStateSchema = z.enum(['open', 'requested', 'challenger', 'done', 'dismissed'])
export const retrainTaskSchema = z.strictObject({
  id: retrainIdSchema,
  versionId: versionIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  state: retrainStateSchema,
  openedAt: timeSchema,
  reasons: z.array(z.strictObject({ alertId: alertIdSchema, rule: ruleSchema, message: z.string(), at: timeSchema })),
  /** The request that was written last. */
  request: z.strictObject({ at: timeSchema, sha256: sha256Schema, rows: count, dataSha256: sha256Schema }).nullable(),
  challenger: versionIdSchema.nullable(),
  events: z.array(monitorEventSchema),
})
export type RetrainTask = z.infer<typeof retrainTaskSchema>

/** A version that can be watched: it has an evaluation to hold traffic against. */
export const watchedVersionSchema = z.strictObject({
  versionId: versionIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  runId: runIdSchema,
  approved: z.boolean(),
  rows: count,
  labels: count,
  latest: monitorIdSchema.nullable(),
  openAlerts: count,
  openTasks: count,
})
export type WatchedVersion = z.infer<typeof watchedVersionSchema>

export const logFieldsSchema = z.strictObject({
  fileName: z.string(),
  format: sourceFormatSchema,
  /** Whether it is the log of Assay's own server, which needs no mapping. */
  own: z.boolean(),
  fields: z.array(z.string()),
  mapping: logMappingSchema,
  /** The version that the log says it is of; null where it does not say. */
  versionId: versionIdSchema.nullable(),
})
export type LogFields = z.infer<typeof logFieldsSchema>

export const retrainedSchema = z.strictObject({ taskId: retrainIdSchema, files: z.array(z.string()) })

const call = oc.errors({ ASSAY: { data: errorDataSchema } })
const ofVersion = z.strictObject({ versionId: versionIdSchema.optional() })
const note = z.string().trim().max(2000).default('')

export const monitorCalls = {
  versions: call.output(z.array(watchedVersionSchema)),
  /** Looks at the first lines. */
  fields: call
    .input(z.strictObject({ file: fileRefSchema, versionId: versionIdSchema.optional() }))
    .output(logFieldsSchema),
  /** The job's result is the id of the batch. Without a version the log must say which one it is of. */
  import: call
    .input(
      z.strictObject({
        file: fileRefSchema,
        versionId: versionIdSchema.optional(),
        mapping: logMappingSchema.optional(),
      }),
    )
    .output(jobStartedSchema),
  importLabels: call
    .input(
      z.strictObject({
        file: fileRefSchema,
        versionId: versionIdSchema,
        id: fieldSchema.optional(),
        label: fieldSchema.optional(),
        /** The row's place in its request, counted from 0, where a request had many. */
        row: fieldSchema.optional(),
      }),
    )
    .output(jobStartedSchema),
  batches: call.input(ofVersion).output(z.array(monitorBatchSchema)),
  removeBatch: call.input(z.strictObject({ id: batchIdSchema })).output(z.strictObject({ removed: z.boolean() })),
  /** The job's result is the id of the report; alerts and tasks follow from it. */
  report: call
    .input(
      z.strictObject({
        versionId: versionIdSchema,
        period: z.union([driftPeriodSchema, z.literal('rows'), z.literal('auto')]).default('auto'),
      }),
    )
    .output(jobStartedSchema),
  reports: call.input(ofVersion).output(z.array(monitorSummarySchema)),
  get: call.input(z.strictObject({ id: monitorIdSchema })).output(monitorReportSchema),
  alerts: call.input(ofVersion).output(z.array(alertSchema)),
  changeAlert: call.input(z.strictObject({ id: alertIdSchema, to: alertStateSchema, note })).output(alertSchema),
  tasks: call.input(ofVersion).output(z.array(retrainTaskSchema)),
  openTask: call.input(z.strictObject({ versionId: versionIdSchema, note })).output(retrainTaskSchema),
  changeTask: call
    .input(z.strictObject({ id: retrainIdSchema, to: z.enum(['open', 'done', 'dismissed']), note }))
    .output(retrainTaskSchema),
  triggers: call
    .input(z.strictObject({ versionId: versionIdSchema }))
    .output(z.strictObject({ yaml: z.string(), usual: z.boolean() })),
  setTriggers: call
    .input(z.strictObject({ versionId: versionIdSchema, yaml: z.string().max(100_000) }))
    .output(z.strictObject({ yaml: z.string(), usual: z.boolean() })),
  /** Writes a folder: request, data to train on, pipelines. The job's result is its files as JSON. */
  retrain: call
    .input(
      z.strictObject({
        id: retrainIdSchema,
        folder: fileRefSchema,
        image: z.string().min(1).max(500),
        schedule: z.string().max(100).default('0 3 * * 0'),
        namespace: z.string().max(63).default('default'),
      }),
    )
    .output(jobStartedSchema),
  /** A retrained model becomes the challenger, with its lineage. The job's result is the version. */
  takeIn: call
    .input(
      z.strictObject({
        id: retrainIdSchema,
        from: z.union([z.strictObject({ file: fileRefSchema }), z.strictObject({ versionId: versionIdSchema })]),
      }),
    )
    .output(jobStartedSchema),
  /** Calibration, and with a payoff the threshold, fitted again on the labels that came: a new version to approve. */
  refit: call
    .input(
      z.strictObject({
        versionId: versionIdSchema,
        /** Left out: the method with the lowest log loss on rows held back. */
        method: calibrationMethodSchema.optional(),
        payoff: payoffSchema.optional(),
      }),
    )
    .output(jobStartedSchema),
}
