/** A retrained model comes back: it becomes the challenger of its model, with its lineage, evaluated where it can be. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RetrainId, RunId, VersionId } from '../../../shared/contract/ids.ts'
import { setLineage } from '../approval/lineage.ts'
import { setAlias } from '../approval/registry.ts'
import type { Engine } from '../engine.ts'
import { evaluateRun } from '../evaluation/evaluate-run.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { importModel } from '../models/import-model.ts'
import { saveBinding } from '../models/save-binding.ts'
import { listRuns, readVersion } from '../records.ts'
import { startRun } from '../scoring/score-run.ts'
import { changeTask, readTask } from './alerts.ts'
import { approvedOf } from './watched.ts'

/** @throws AssayError monitor/retrain, registry/other-model, model/*, binding/* */
export async function takeIn(
  engine: Engine,
  id: RetrainId,
  from: { readonly path: string } | { readonly versionId: VersionId },
  context: JobContext,
): Promise<VersionId> {
  const { ledger } = engine.workspace
  const task = readTask(ledger, id)
  if (task.state === 'done' || task.state === 'dismissed') {
    throw new AssayError({ code: 'monitor/retrain', message: `The task is ${task.state}.`, remedy: 'Open it again.' })
  }
  const { run } = await approvedOf(engine, task.versionId)
  const versionId =
    'versionId' in from ? from.versionId : await importModel(engine, from.path, { name: task.model }, context)
  const version = readVersion(ledger, versionId)
  if (versionId === task.versionId) {
    throw new AssayError({
      code: 'monitor/retrain',
      message: 'That is the version that is to be replaced.',
      remedy: 'Take in the new one.',
    })
  }
  // A model that takes the same inputs is bound as its parent is; for another one the binding is guessed anew.
  if (version.binding === null) {
    await saveBinding(engine, versionId, run.datasetId, run.binding).catch((error: unknown) => {
      if (!(error instanceof AssayError)) throw error
    })
  }
  await setAlias(engine, {
    modelId: readVersion(ledger, task.versionId).modelId,
    alias: 'challenger',
    versionId,
    reason: `retrained, task ${id}`,
  })
  const note = `Task ${id}${task.request ? `, on ${task.request.rows} rows (${task.request.dataSha256.slice(0, 16)}…)` : ''}`
  await setLineage(engine, versionId, {
    parents: [{ versionId: task.versionId, kind: 'retrained', note }],
    datasets: [],
  })
  changeTask(
    engine,
    id,
    { state: 'challenger', challenger: versionId },
    'challenger taken in',
    `${version.name} ${version.version}`,
  )
  await scoreAndEvaluate(engine, versionId, run.datasetId, context)
  return versionId
}

/** Scores a version on a dataset, unless it has been, and evaluates it. */
export async function scoreAndEvaluate(
  engine: Engine,
  versionId: VersionId,
  datasetId: Parameters<typeof startRun>[1]['datasetId'],
  context: JobContext,
): Promise<RunId> {
  const { ledger } = engine.workspace
  const known = listRuns(ledger).find(
    (one) => one.versionId === versionId && one.datasetId === datasetId && one.evidenceSha256 !== null,
  )
  if (known) return known.id
  context.progress({ step: 'Scoring', done: 0, total: null })
  const { runId, jobId } = await startRun(engine, { versionId, datasetId, device: 'cpu' })
  const cancel = (): void => void engine.jobs.cancel(jobId)
  context.signal.addEventListener('abort', cancel, { once: true })
  const job = await engine.jobs.finished(jobId)
  context.signal.removeEventListener('abort', cancel)
  context.signal.throwIfAborted()
  if (job.error) throw new AssayError(job.error as ConstructorParameters<typeof AssayError>[0])
  context.progress({ step: 'Evaluating', done: 0, total: null })
  await evaluateRun(engine, runId, {}, context)
  return runId
}
