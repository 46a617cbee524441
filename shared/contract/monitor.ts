/** Production traffic that comes back: what is asked of logs, labels, reports, alerts and what is to be done. */
import { z } from 'zod'
import { calibrationMethodSchema } from './calibration.ts'
import { call } from './call.ts'
import { payoffSchema } from './decision.ts'
import { driftPeriodSchema } from './drift-request.ts'
import { fileRefSchema } from './files.ts'
import {
  alertIdSchema,
  batchIdSchema,
  monitorIdSchema,
  nameSchema,
  retrainIdSchema,
  runIdSchema,
  versionIdSchema,
} from './ids.ts'
import { jobStartedSchema } from './job.ts'
import { alertSchema, alertStateSchema, retrainTaskSchema } from './monitor-alerts.ts'
import { fieldSchema, logFieldsSchema, logMappingSchema, monitorBatchSchema } from './monitor-log.ts'
import { monitorReportSchema, monitorSummarySchema } from './monitor-report.ts'
import { count } from './numbers.ts'

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
        /** The true value; of a multilabel task a list of the labels that the row has. */
        label: fieldSchema.optional(),
        /** By label of a multilabel task: the field that says whether the row has it. */
        labels: z.record(z.string(), fieldSchema).optional(),
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
