/** Drift: comparisons of two datasets. */
import { compareDatasets } from '../drift/compare-datasets.ts'
import { listDrift, readDrift, removeDrift } from '../drift/drift-store.ts'
import { readDataset, readRun } from '../records.ts'
import { coded } from './coded.ts'

export const driftRouter = {
  compare: coded.drift.compare.handler(({ context: { engine }, input }) => {
    // What is not there is said at once, not by a job.
    const { ledger } = engine.workspace
    const reference = readDataset(ledger, input.referenceId)
    const current = readDataset(ledger, input.currentId)
    for (const id of [input.referenceRunId, input.currentRunId]) if (id !== undefined) readRun(ledger, id)
    return {
      jobId: engine.jobs.start('drift', `${reference.name} · ${current.name}`, (job) =>
        compareDatasets(engine, input, job),
      ),
    }
  }),
  list: coded.drift.list.handler(({ context }) => listDrift(context.engine)),
  get: coded.drift.get.handler(({ context, input }) => readDrift(context.engine, input.id)),
  remove: coded.drift.remove.handler(async ({ context, input }) => {
    await removeDrift(context.engine, input.id)
    return { removed: true }
  }),
}
