/** Production that came back: logs, labels, reports, alerts and tasks. */
import { basename } from 'node:path'
import { changeAlert, changeTask, listAlerts, listTasks, openTask } from '../monitor/alerts.ts'
import { importLabels } from '../monitor/import-labels.ts'
import { importLog, logFields } from '../monitor/import-log.ts'
import { makeReport } from '../monitor/make-report.ts'
import { listBatches, listReports, readReport, removeBatch, versionTitle } from '../monitor/monitor-store.ts'
import { refit } from '../monitor/refit.ts'
import { writeRetrainRequest } from '../monitor/retrain.ts'
import { takeIn } from '../monitor/take-in.ts'
import { setTriggers, triggersOf } from '../monitor/triggers.ts'
import { listWatched } from '../monitor/watched.ts'
import { readTask } from '../monitor/alerts.ts'
import { coded } from './coded.ts'

const calls = coded.monitor

export const monitorRouter = {
  versions: calls.versions.handler(({ context }) => listWatched(context.engine)),
  fields: calls.fields.handler(({ context: { engine, grants }, input }) =>
    logFields(engine, grants.resolve(input.file, 'read'), input.versionId),
  ),
  import: calls.import.handler(({ context: { engine, grants }, input }) => {
    const path = grants.resolve(input.file, 'read')
    return {
      jobId: engine.jobs.start('monitor import', basename(path), (job) => importLog(engine, path, input, job)),
    }
  }),
  importLabels: calls.importLabels.handler(({ context: { engine, grants }, input }) => {
    const { file, ...request } = input
    const path = grants.resolve(file, 'read')
    return {
      jobId: engine.jobs.start('monitor import', basename(path), (job) =>
        importLabels(engine, { ...request, path }, job),
      ),
    }
  }),
  batches: calls.batches.handler(({ context, input }) => listBatches(context.engine.workspace.ledger, input.versionId)),
  removeBatch: calls.removeBatch.handler(async ({ context, input }) => {
    await removeBatch(context.engine, input.id)
    return { removed: true }
  }),
  report: calls.report.handler(({ context: { engine }, input }) => ({
    jobId: engine.jobs.start('monitor', versionTitle(engine.workspace.ledger, input.versionId), (job) =>
      makeReport(engine, input, job),
    ),
  })),
  reports: calls.reports.handler(({ context, input }) => listReports(context.engine.workspace.ledger, input.versionId)),
  get: calls.get.handler(({ context, input }) => readReport(context.engine, input.id)),
  alerts: calls.alerts.handler(({ context, input }) => listAlerts(context.engine.workspace.ledger, input.versionId)),
  changeAlert: calls.changeAlert.handler(({ context, input }) =>
    changeAlert(context.engine, input.id, input.to, input.note),
  ),
  tasks: calls.tasks.handler(({ context, input }) => listTasks(context.engine.workspace.ledger, input.versionId)),
  openTask: calls.openTask.handler(({ context, input }) => openTask(context.engine, input.versionId, input.note)),
  changeTask: calls.changeTask.handler(({ context, input }) =>
    changeTask(
      context.engine,
      input.id,
      { state: input.to },
      input.to === 'open' ? 'opened again' : input.to,
      input.note,
    ),
  ),
  triggers: calls.triggers.handler(({ context, input }) => {
    const { yaml, usual } = triggersOf(context.engine, input.versionId)
    return { yaml, usual }
  }),
  setTriggers: calls.setTriggers.handler(({ context, input }) => {
    const { yaml, usual } = setTriggers(context.engine, input.versionId, input.yaml)
    return { yaml, usual }
  }),
  retrain: calls.retrain.handler(({ context: { engine, grants }, input }) => {
    const folder = grants.resolve(input.folder, 'write')
    const { model, version } = readTask(engine.workspace.ledger, input.id)
    return {
      jobId: engine.jobs.start('retrain request', `${model} ${version}`, async (job) => {
        const files = await writeRetrainRequest(engine, { ...input, folder }, job)
        return JSON.stringify({ taskId: input.id, files })
      }),
    }
  }),
  takeIn: calls.takeIn.handler(({ context: { engine, grants }, input }) => {
    const { model } = readTask(engine.workspace.ledger, input.id)
    const from = 'file' in input.from ? { path: grants.resolve(input.from.file, 'read') } : input.from
    return { jobId: engine.jobs.start('take in', model, (job) => takeIn(engine, input.id, from, job)) }
  }),
  refit: calls.refit.handler(({ context: { engine }, input }) => ({
    jobId: engine.jobs.start('refit', versionTitle(engine.workspace.ledger, input.versionId), (job) =>
      refit(engine, input, job),
    ),
  })),
}
