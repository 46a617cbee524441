/**
 * Every call between window (or CLI) and engine, written once. Bridge, handlers, client and CLI types derive from it.
 * Long work answers at once with a job id; `jobs.follow` streams that job until it ends.
 */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { approvalCalls } from './approval.ts'
import { call } from './call.ts'
import {
  datasetImportSchema,
  datasetPreviewSchema,
  datasetSchema,
  datasetSummarySchema,
  datasetUpdateSchema,
  datasetOptionsSchema,
  rowsRequestSchema,
  rowsSchema,
} from './dataset.ts'
import { compareCalls } from './compare.ts'
import { driftCalls } from './drift.ts'
import { explainContract } from './explain-calls.ts'
import { fairnessContract } from './fairness.ts'
import { fileRefSchema } from './files.ts'
import { datasetIdSchema, jobIdSchema, runIdSchema, versionIdSchema } from './ids.ts'
import { jobSchema, jobStartedSchema } from './job.ts'
import {
  bindRequestSchema,
  bindingSchema,
  boundSampleSchema,
  modelImportSchema,
  modelSummarySchema,
  modelVersionSchema,
  weightTypeSchema,
} from './model.ts'
import { monitorCalls } from './monitor.ts'
import { releaseCalls } from './release.ts'
import { reportFormatSchema } from './report.ts'
import { robustnessContract } from './robustness.ts'
import { deviceSchema, evidenceSchema, runSchema, scoreRequestSchema } from './run.ts'
import { slicesContract } from './slices.ts'
import { tryCalls } from './try.ts'
import { auditEntrySchema, searchHitSchema, workspaceInfoSchema } from './workspace.ts'

/** Expected failures of any call arrive as the error ASSAY, whose data is an AssayErrorData. */

export const contract = {
  workspace: {
    info: call.output(workspaceInfoSchema),
    loadSamples: call.output(jobStartedSchema),
    search: call.input(z.strictObject({ text: z.string().max(200) })).output(z.array(searchHitSchema)),
    audit: call
      .input(z.strictObject({ offset: z.int().nonnegative(), limit: z.int().min(1).max(1000) }))
      .output(z.strictObject({ entries: z.array(auditEntrySchema), total: z.int() })),
    /** Recomputes the whole audit chain and the hash of each stored file. */
    verify: call.output(
      z.strictObject({ ok: z.boolean(), entries: z.int(), files: z.int(), problems: z.array(z.string()) }),
    ),
  },
  datasets: {
    list: call.output(z.array(datasetSummarySchema)),
    get: call.input(z.strictObject({ id: datasetIdSchema })).output(datasetSchema),
    preview: call
      .input(z.strictObject({ file: fileRefSchema, options: datasetOptionsSchema }))
      .output(datasetPreviewSchema),
    import: call.input(datasetImportSchema).output(jobStartedSchema),
    update: call.input(datasetUpdateSchema).output(datasetSchema),
    rows: call.input(z.strictObject({ id: datasetIdSchema, request: rowsRequestSchema })).output(rowsSchema),
    /** One image of an image column, as a data URL. */
    image: call
      .input(z.strictObject({ id: datasetIdSchema, column: z.string(), row: z.int().nonnegative() }))
      .output(z.strictObject({ dataUrl: z.string() })),
    /** Refused while a run uses it. */
    remove: call.input(z.strictObject({ id: datasetIdSchema })).output(z.strictObject({ removed: z.boolean() })),
  },
  models: {
    list: call.output(z.array(modelSummarySchema)),
    get: call.input(z.strictObject({ id: versionIdSchema })).output(modelVersionSchema),
    import: call.input(modelImportSchema).output(jobStartedSchema),
    guessBinding: call.input(bindRequestSchema).output(boundSampleSchema),
    tryBinding: call.input(bindRequestSchema.extend({ binding: bindingSchema })).output(boundSampleSchema),
    saveBinding: call.input(bindRequestSchema.extend({ binding: bindingSchema })).output(modelVersionSchema),
    /** A version with smaller weights, bound as the run was. The job's result is its id. */
    shrink: call.input(z.strictObject({ runId: runIdSchema, to: weightTypeSchema })).output(jobStartedSchema),
    /** Refused while a run uses it. */
    remove: call.input(z.strictObject({ id: versionIdSchema })).output(z.strictObject({ removed: z.boolean() })),
  },
  devices: {
    list: call.input(z.strictObject({ refresh: z.boolean() })).output(z.array(deviceSchema)),
  },
  runs: {
    list: call.output(z.array(runSchema)),
    get: call.input(z.strictObject({ id: runIdSchema })).output(runSchema),
    score: call.input(scoreRequestSchema).output(jobStartedSchema.extend({ runId: runIdSchema })),
    resume: call.input(z.strictObject({ id: runIdSchema })).output(jobStartedSchema),
    evaluate: call
      .input(z.strictObject({ id: runIdSchema, threshold: z.number().min(0).max(1).optional() }))
      .output(jobStartedSchema),
    evidence: call.input(z.strictObject({ id: runIdSchema })).output(evidenceSchema),
    rows: call.input(z.strictObject({ id: runIdSchema, request: rowsRequestSchema })).output(rowsSchema),
    exportScores: call
      .input(z.strictObject({ id: runIdSchema, file: fileRefSchema, format: z.enum(['csv', 'parquet']) }))
      .output(jobStartedSchema),
    report: call
      .input(z.strictObject({ id: runIdSchema, file: fileRefSchema, format: reportFormatSchema }))
      .output(jobStartedSchema),
    remove: call.input(z.strictObject({ id: runIdSchema })).output(z.strictObject({ removed: z.boolean() })),
  },
  ...compareCalls,
  fairness: fairnessContract,
  slices: slicesContract,
  robustness: robustnessContract,
  drift: driftCalls,
  explain: explainContract,
  ...approvalCalls,
  ...releaseCalls,
  monitor: monitorCalls,
  trying: tryCalls,
  jobs: {
    list: call.output(z.array(jobSchema)),
    cancel: call.input(z.strictObject({ id: jobIdSchema })).output(z.strictObject({ cancelled: z.boolean() })),
    /** Streams one job, at most ten times a second, and ends with its last state. */
    follow: call.input(z.strictObject({ id: jobIdSchema })).output(eventIterator(jobSchema)),
    /** Streams every change of every job, and the ids of what changed in the workspace. */
    watch: call.output(
      eventIterator(
        z.discriminatedUnion('type', [
          z.strictObject({ type: z.literal('job'), job: jobSchema }),
          z.strictObject({
            type: z.literal('changed'),
            what: z.enum(['datasets', 'models', 'runs', 'workspace', 'approvals', 'monitor']),
          }),
        ]),
      ),
    ),
  },
}
export type Contract = typeof contract
