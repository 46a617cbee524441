/** The calls of comparison, calibration and decision. */
import { z } from 'zod'
import { calibrationMethodSchema, calibrationRequestSchema, calibrationSectionSchema } from './calibration.ts'
import { call } from './call.ts'
import { comparisonRequestSchema, comparisonSchema, comparisonSummarySchema, contenderKeySchema } from './comparison.ts'
import { rowsSchema } from './dataset.ts'
import {
  chosenThresholdSchema,
  decisionQuerySchema,
  decisionRequestSchema,
  decisionSectionSchema,
  operatingPointSchema,
  payoffSchema,
} from './decision.ts'
import { comparisonIdSchema, runIdSchema, versionIdSchema } from './ids.ts'
import { jobStartedSchema } from './job.ts'

export const compareCalls = {
  comparisons: {
    list: call.output(z.array(comparisonSummarySchema)),
    get: call
      .input(z.strictObject({ id: comparisonIdSchema }))
      .output(z.strictObject({ summary: comparisonSummarySchema, comparison: comparisonSchema })),
    /** Its result is the comparison's id. */
    start: call.input(comparisonRequestSchema).output(jobStartedSchema),
    /** The dataset's values of the rows that changed sides, in the order of the comparison's list. */
    changedRows: call
      .input(z.strictObject({ id: comparisonIdSchema, other: contenderKeySchema, side: z.enum(['fixed', 'broken']) }))
      .output(rowsSchema),
    /** Puts the comparison into a run's evidence, as its section "comparison". */
    attach: call
      .input(z.strictObject({ id: comparisonIdSchema, runId: runIdSchema }))
      .output(z.strictObject({ evidenceSha256: z.string() })),
    remove: call.input(z.strictObject({ id: comparisonIdSchema })).output(z.strictObject({ removed: z.boolean() })),
  },
  calibrations: {
    /** Writes the section "calibration" of the run's evidence. */
    start: call.input(calibrationRequestSchema).output(jobStartedSchema),
    /** Null where none was made yet. */
    get: call.input(z.strictObject({ id: runIdSchema })).output(calibrationSectionSchema.nullable()),
    /** Appends the calibrator to the graph as a new version of the model; its result is that version's id. */
    accept: call.input(z.strictObject({ id: runIdSchema, method: calibrationMethodSchema })).output(jobStartedSchema),
  },
  decisions: {
    /** Sorts the run's scores once, so that `at` answers at once; a job, because ten million rows take seconds. */
    prepare: call.input(z.strictObject({ id: runIdSchema })).output(jobStartedSchema),
    /** One operating point. Sorts first where nobody has yet. */
    at: call
      .input(z.strictObject({ id: runIdSchema, query: decisionQuerySchema, payoff: payoffSchema.optional() }))
      .output(operatingPointSchema),
    /** Curves and operating points for a payoff and a capacity; nothing is stored. */
    look: call.input(decisionRequestSchema).output(decisionSectionSchema),
    /** The same, written as the section "decision" of the run's evidence. */
    start: call.input(decisionRequestSchema).output(jobStartedSchema),
    /** Null where none was chosen: evaluations then use 0.5. */
    chosen: call.input(z.strictObject({ versionId: versionIdSchema })).output(chosenThresholdSchema.nullable()),
    /** The threshold becomes the version's own, and its default from now on. */
    choose: call
      .input(
        z.strictObject({
          versionId: versionIdSchema,
          threshold: z.number().min(0).max(1),
          reason: z.string().trim().min(1).max(500),
          runId: runIdSchema.optional(),
        }),
      )
      .output(chosenThresholdSchema),
  },
}
