/** Answers the calls of comparison, calibration and decision. */
import type { RunId } from '../../../shared/contract/ids.ts'
import { acceptCalibration } from '../calibration/accept-calibration.ts'
import { calibrateRun, readCalibration } from '../calibration/calibrate-run.ts'
import { comparableRuns, compareRuns } from '../comparison/compare-runs.ts'
import {
  attachComparison,
  changedRows,
  listComparisons,
  readComparison,
  removeComparison,
} from '../comparison/comparison-store.ts'
import { chooseThreshold, chosenThreshold } from '../decision/chosen-threshold.ts'
import { addDecision, decideAt, lookAtDecision } from '../decision/decide.ts'
import { decisionTable } from '../decision/decision-tables.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readRun, readVersion } from '../records.ts'
import { coded } from './coded.ts'

/** For calls that answer at once but may have to sort first. */
const unseen: JobContext = { signal: new AbortController().signal, progress: () => undefined }

function titleOf(engine: Engine, id: RunId): string {
  const run = readRun(engine.workspace.ledger, id)
  return `${run.dataset} · ${run.model} ${run.version}`
}

export const compareRouter = {
  comparisons: {
    list: coded.comparisons.list.handler(({ context }) => listComparisons(context.engine)),
    get: coded.comparisons.get.handler(({ context, input }) => readComparison(context.engine, input.id)),
    start: coded.comparisons.start.handler(({ context: { engine }, input }) => {
      // Refused at once, so that nobody waits for a job to hear that two runs are of different data.
      const [first, ...others] = comparableRuns(engine, input)
      const title = `${first!.dataset} · ${first!.model} ${first!.version} and ${others.length === 0 ? 'baselines' : others.length === 1 ? `${others[0]!.model} ${others[0]!.version}` : `${others.length} others`}`
      return { jobId: engine.jobs.start('compare', title, (job) => compareRuns(engine, input, job)) }
    }),
    changedRows: coded.comparisons.changedRows.handler(({ context, input }) =>
      changedRows(context.engine, input.id, input.other, input.side),
    ),
    attach: coded.comparisons.attach.handler(async ({ context, input }) => ({
      evidenceSha256: await attachComparison(context.engine, input.id, input.runId),
    })),
    remove: coded.comparisons.remove.handler(async ({ context, input }) => {
      await removeComparison(context.engine, input.id)
      return { removed: true }
    }),
  },
  calibrations: {
    start: coded.calibrations.start.handler(({ context: { engine }, input }) => ({
      jobId: engine.jobs.start('calibrate', titleOf(engine, input.id), async (job) => {
        await calibrateRun(engine, input, job)
        return input.id
      }),
    })),
    get: coded.calibrations.get.handler(({ context, input }) => readCalibration(context.engine, input.id)),
    accept: coded.calibrations.accept.handler(({ context: { engine }, input }) => ({
      jobId: engine.jobs.start('accept calibration', titleOf(engine, input.id), (job) =>
        acceptCalibration(engine, input.id, input.method, job),
      ),
    })),
  },
  decisions: {
    prepare: coded.decisions.prepare.handler(({ context: { engine }, input }) => ({
      jobId: engine.jobs.start('sort scores', titleOf(engine, input.id), async (job) => {
        await decisionTable(engine, input.id, job)
        return input.id
      }),
    })),
    at: coded.decisions.at.handler(({ context, input }) =>
      decideAt(context.engine, input.id, input.query, input.payoff, unseen),
    ),
    look: coded.decisions.look.handler(({ context, input }) => lookAtDecision(context.engine, input, unseen)),
    start: coded.decisions.start.handler(({ context: { engine }, input }) => ({
      jobId: engine.jobs.start('decide', titleOf(engine, input.id), async (job) => {
        await addDecision(engine, input, job)
        return input.id
      }),
    })),
    chosen: coded.decisions.chosen.handler(({ context: { engine }, input }) => {
      readVersion(engine.workspace.ledger, input.versionId)
      return chosenThreshold(engine.workspace.ledger, input.versionId)
    }),
    choose: coded.decisions.choose.handler(({ context, input }) => chooseThreshold(context.engine, input)),
  },
}
