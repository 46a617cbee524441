/** The calls of shared/contract/explain.ts, answered. */
import { basename } from 'node:path'
import { readEvidence } from '../evaluation/evidence-store.ts'
import { findCounterfactuals } from '../explain/counterfactuals.ts'
import { explainImageRow, explainImages } from '../explain/explain-images.ts'
import { explainRow } from '../explain/explain-row.ts'
import { explainRun } from '../explain/explain-run.ts'
import { noExplanation, readExplanation } from '../explain/explanation-store.ts'
import { exportValues } from '../explain/export-values.ts'
import { findNeighbours } from '../explain/neighbours.ts'
import { explainTexts } from '../explain/texts.ts'
import { readRun } from '../records.ts'
import { coded } from './coded.ts'

export const explainRouter = {
  start: coded.explain.start.handler(async ({ context: { engine }, input }) => {
    // What cannot be done is said at once, not by a job.
    await readEvidence(engine, input.id)
    const run = readRun(engine.workspace.ledger, input.id)
    const title = `${run.dataset} · ${run.model} ${run.version}`
    return {
      jobId: engine.jobs.start('explain', title, async (job) => {
        const isOfImages = run.binding.inputs.some((bound) => bound.kind === 'image')
        await (isOfImages ? explainImages : explainRun)(engine, input, job)
        return input.id
      }),
    }
  }),
  get: coded.explain.get.handler(({ context, input }) => readExplanation(context.engine, input.id)),
  row: coded.explain.row.handler(({ context, input }) => explainRow(context.engine, input.id, input.row, {})),
  whatIf: coded.explain.whatIf.handler(({ context, input }) =>
    explainRow(context.engine, input.id, input.row, input.changes),
  ),
  counterfactuals: coded.explain.counterfactuals.handler(({ context, input }) =>
    findCounterfactuals(context.engine, input),
  ),
  neighbours: coded.explain.neighbours.handler(({ context, input }) =>
    findNeighbours(context.engine, input.id, input.row, input.wanted),
  ),
  image: coded.explain.image.handler(({ context, input }) =>
    explainImageRow(context.engine, input.id, input.row, input.className),
  ),
  texts: coded.explain.texts.handler(({ context, input }) =>
    explainTexts(context.engine, input.id, input.row, input.className),
  ),
  exportValues: coded.explain.exportValues.handler(async ({ context: { engine, grants }, input }) => {
    const path = grants.resolve(input.file, 'write')
    if (!(await readExplanation(engine, input.id))) throw noExplanation(input.id)
    return {
      jobId: engine.jobs.start('export scores', basename(path), async (job) => {
        await exportValues(engine, input.id, path, input.format, job)
        return input.id
      }),
    }
  }),
}
