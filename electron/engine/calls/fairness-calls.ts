/** Calls that analyse an evaluated run further: fairness, slices, robustness. Each is a job whose result is the run. */
import type { RunId } from '../../../shared/contract/ids.ts'
import type { JobKind } from '../../../shared/contract/job.ts'
import type { Engine } from '../engine.ts'
import { runFairness } from '../fairness/run-fairness.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readEvidence } from '../evaluation/evidence-store.ts'
import { readRun } from '../records.ts'
import { runRobustness } from '../robustness/run-robustness.ts'
import { runSlices } from '../slices/run-slices.ts'
import { coded } from './coded.ts'

/** Refuses at once a run that is not evaluated, before there is a job to follow. */
async function startAnalysis(
  engine: Engine,
  id: RunId,
  kind: JobKind,
  work: (job: JobContext) => Promise<unknown>,
): Promise<{ jobId: ReturnType<Engine['jobs']['start']> }> {
  await readEvidence(engine, id)
  const run = readRun(engine.workspace.ledger, id)
  return {
    jobId: engine.jobs.start(kind, `${run.dataset} · ${run.model} ${run.version}`, async (job) => {
      await work(job)
      return id
    }),
  }
}

export const fairnessCalls = {
  start: coded.fairness.start.handler(({ context: { engine }, input }) =>
    startAnalysis(engine, input.id, 'fairness', (job) => runFairness(engine, input.id, input.options, job)),
  ),
}

export const slicesCalls = {
  start: coded.slices.start.handler(({ context: { engine }, input }) =>
    startAnalysis(engine, input.id, 'slices', (job) => runSlices(engine, input.id, input.options, job)),
  ),
}

export const robustnessCalls = {
  start: coded.robustness.start.handler(({ context: { engine }, input }) =>
    startAnalysis(engine, input.id, 'robustness', (job) => runRobustness(engine, input.id, input.options, job)),
  ),
}
