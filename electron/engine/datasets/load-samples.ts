/** Loads the samples that ship with Assay and takes the first one all the way to a finished evaluation. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { taskSchema } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { DatasetId, VersionId } from '../../../shared/contract/ids.ts'
import type { Engine } from '../engine.ts'
import { evaluateRun } from '../evaluation/evaluate-run.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { importModel } from '../models/import-model.ts'
import { startRun } from '../scoring/score-run.ts'
import { addDataset } from './add-dataset.ts'

const samplesSchema = z.array(
  z.looseObject({
    name: z.string(),
    title: z.string(),
    dataset: z.looseObject({
      file: z.string(),
      name: z.string(),
      target: z.string(),
      task: taskSchema,
      id: z.string().optional(),
      protected: z.array(z.string()).optional(),
      positive: z.string().optional(),
    }),
    models: z.array(z.looseObject({ file: z.string(), name: z.string() })),
  }),
)

/** Answers with the id of the first sample's run, evaluated. */
export async function loadSamples(engine: Engine, job: JobContext): Promise<string | null> {
  if (engine.samplesFolder === null) {
    throw new AssayError({
      code: 'samples/missing',
      message: 'This build has no samples.',
      remedy: 'Import your own files.',
    })
  }
  const folder = engine.samplesFolder
  const samples = samplesSchema.parse(JSON.parse(await readFile(join(folder, 'samples.json'), 'utf8')))
  const total = samples.reduce((sum, sample) => sum + 1 + sample.models.length, 0) + 2
  let done = 0
  const quiet: JobContext = { signal: job.signal, progress: () => undefined }
  const step = (text: string) => job.progress({ step: text, done: done++, total, unit: 'steps' })
  let first: { datasetId: DatasetId; versionId: VersionId } | null = null
  // The first sample is finished before the others are read: it is what the user came to see.
  let runId: string | null = null
  for (const sample of samples) {
    const { file, name, target, task, id, positive } = sample.dataset
    step(`Importing ${name}`)
    const datasetId = await addDataset(
      engine,
      join(folder, file),
      {
        name,
        target,
        task,
        ...(id ? { id } : {}),
        ...(positive ? { positive } : {}),
        ...(sample.dataset.protected ? { protected: sample.dataset.protected } : {}),
      },
      quiet,
    )
    for (const model of sample.models) {
      step(`Importing ${model.name}`)
      const versionId = await importModel(engine, join(folder, model.file), { name: model.name }, quiet)
      first ??= { datasetId, versionId }
    }
    if (runId !== null || !first) continue
    step('Scoring')
    const run = await startRun(engine, { ...first, device: 'cpu' })
    const scored = await engine.jobs.finished(run.jobId)
    if (scored.error) throw new AssayError(scored.error as AssayError)
    step('Evaluating')
    await evaluateRun(engine, run.runId, {}, quiet)
    runId = run.runId
  }
  return runId
}
