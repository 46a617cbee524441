/** Asks for a new model: a folder with the request, the data to learn from, and the pipelines that run the training. */
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RetrainId } from '../../../shared/contract/ids.ts'
import type { RetrainTask } from '../../../shared/contract/monitor-alerts.ts'
import { argoWorkflow, configMap, cronJob, volumeClaim } from '../../../shared/monitor/retrain-pipeline.ts'
import { servedName } from '../../../shared/serving/release-manifest.ts'
import { sha256Of } from '../approval/canonical.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { hashFile } from '../workspace/content-store.ts'
import { refuseTaken } from '../workspace/refuse-taken.ts'
import { notWritable } from '../workspace/write-whole.ts'
import { changeTask, readTask } from './alerts.ts'
import { writeLabelledData } from './labelled-data.ts'
import type { LabelledData } from './labelled-data.ts'

export interface RetrainRequest {
  readonly id: RetrainId
  readonly folder: string
  readonly image: string
  readonly schedule: string
  readonly namespace: string
}

const imageName = /^[a-z0-9][a-z0-9._/:@-]*$/i
const namespaceName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const schedule = /^(@(yearly|annually|monthly|weekly|daily|hourly)|([\d*,/a-z-]+ ){4}[\d*,/a-z-]+)$/i

/** @returns the names of the files. @throws AssayError monitor/retrain, monitor/no-traffic, release/folder-taken */
export async function writeRetrainRequest(
  engine: Engine,
  request: RetrainRequest,
  context: JobContext,
): Promise<string[]> {
  const task = readTask(engine.workspace.ledger, request.id)
  refuseUnless(task.state !== 'done' && task.state !== 'dismissed', `The task is ${task.state}.`, 'Open it again.')
  refuseUnless(imageName.test(request.image), `"${request.image}" is no name of an image.`, 'Write registry/name:tag.')
  refuseUnless(schedule.test(request.schedule), `"${request.schedule}" is no schedule.`, 'Write it as cron does.')
  refuseUnless(namespaceName.test(request.namespace), `"${request.namespace}" is no namespace.`, 'Use small letters.')
  const folder = resolve(request.folder)
  await refuseTaken(folder, 'monitor')
  const temporary = join(dirname(folder), `.${basename(folder)}-${randomUUID()}.tmp`)
  try {
    await mkdir(temporary, { recursive: true })
    context.progress({ step: 'Writing data', done: 0, total: 2, unit: 'steps' })
    const data = await writeLabelledData(engine, task.versionId, join(temporary, 'data.parquet'), 'rows')
    const file = await hashFile(data.path)
    context.progress({ step: 'Writing request and pipelines', done: 1 })
    const text = `${JSON.stringify(documentOf(task, data, file), null, 2)}\n`
    const { image, namespace } = request
    const pipeline = {
      name: servedName(task.model),
      taskId: task.id,
      image,
      namespace,
      schedule: request.schedule,
      request: text,
    }
    const yaml = (...objects: object[]): string => objects.map((object) => stringify(object)).join('---\n')
    const files: Readonly<Record<string, string>> = {
      'request.json': text,
      'prepare.yaml': yaml(configMap(pipeline), volumeClaim(pipeline)),
      'argo-workflow.yaml': yaml(argoWorkflow(pipeline)),
      'cronjob.yaml': yaml(cronJob(pipeline)),
    }
    for (const [name, content] of Object.entries(files)) await writeFile(join(temporary, name), content, { flag: 'wx' })
    context.signal.throwIfAborted()
    await rmdir(folder).catch(() => undefined)
    await rename(temporary, folder)
    const at = new Date().toISOString()
    const made = { at, sha256: sha256Of(text), rows: data.rows, dataSha256: file.sha256 }
    const state = task.state === 'challenger' ? 'challenger' : 'requested'
    changeTask(engine, task.id, { state, request: made }, 'request written', basename(folder))
    return ['data.parquet', ...Object.keys(files)]
  } catch (error) {
    throw error instanceof AssayError ? error : notWritable(error, folder)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

function refuseUnless(holds: boolean, message: string, remedy: string): void {
  if (!holds) throw new AssayError({ code: 'monitor/retrain', message, remedy })
}

function documentOf(task: RetrainTask, data: LabelledData, file: { sha256: string; bytes: number }): object {
  const { approved, columns, targets, query } = data
  const { run, evidence, policy } = approved
  return {
    schema: 'assay.retrain/1',
    task: task.id,
    model: task.model,
    version: task.version,
    reasons: task.reasons.map(({ rule, message, at }) => ({ rule, message, at })),
    objective: policy?.policy.objective ?? null,
    gates: policy?.policy.gates ?? [],
    approved: { evidenceSha256: approved.evidenceSha256, metrics: evidence.metrics },
    data: {
      file: 'data.parquet',
      ...file,
      rows: data.rows,
      labelled: data.labelled,
      target: targets.length === 1 ? targets[0] : null,
      ...(run.task === 'multilabel' ? { labels: targets } : {}),
      ...(query === null ? {} : { query }),
      columns,
      from: data.from,
      to: data.to,
      note: data.labelled
        ? 'Production rows with labels. The approved evaluation was made on other rows: keep those out of training.'
        : 'Production rows without labels: none has come yet.',
    },
    /** What Assay takes in again. */
    result: {
      file: 'model.onnx',
      inputs: run.binding.inputs,
      output: run.binding.output,
      takeIn: `assay monitor take-in ${task.id} model.onnx`,
    },
  }
}
