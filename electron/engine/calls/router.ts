/**
 * The contract's calls, answered. The window reaches this router over a MessagePort, the CLI in its own process; what a
 * caller may name as a file is the only difference.
 */
import { basename } from 'node:path'
import { readFile } from 'node:fs/promises'
import type { SearchHit, WorkspaceInfo } from '../../../shared/contract/workspace.ts'
import { addDataset, updateDataset } from '../datasets/add-dataset.ts'
import { loadSamples } from '../datasets/load-samples.ts'
import { previewDataset } from '../data/preview-dataset.ts'
import { readImage, readRows } from '../data/read-rows.ts'
import type { Engine } from '../engine.ts'
import { evaluateRun } from '../evaluation/evaluate-run.ts'
import { readEvidence } from '../evaluation/evidence-store.ts'
import { importModel } from '../models/import-model.ts'
import { shrinkVersion } from '../models/shrink-version.ts'
import { saveBinding } from '../models/save-binding.ts'
import { guessAndTry, tryBinding } from '../models/try-binding.ts'
import { listDatasets, listModels, listRuns, readDataset, readRun, readVersion } from '../records.ts'
import { writeReport } from '../release/report/write-report.ts'
import { removeDataset, removeRun, removeVersion } from '../remove.ts'
import { readRunRows } from '../scoring/read-run-rows.ts'
import { listDevices } from '../scoring/devices.ts'
import { exportScores } from '../scoring/export-scores.ts'
import { resumeRun, startRun } from '../scoring/score-run.ts'
import { readAudit } from '../workspace/audit.ts'
import { approvalRouter } from './approval-calls.ts'
import { coded } from './coded.ts'
import { compareRouter } from './compare-calls.ts'
import { driftRouter } from './drift-calls.ts'
import { explainRouter } from './explain-calls.ts'
import { monitorRouter } from './monitor-calls.ts'
import { tryRouter } from './try-calls.ts'
import { releaseRouter } from './release-calls.ts'
import { fairnessCalls, robustnessCalls, slicesCalls } from './fairness-calls.ts'

export const router = coded.router({
  workspace: {
    info: coded.workspace.info.handler(({ context }) => workspaceInfo(context.engine)),
    loadSamples: coded.workspace.loadSamples.handler(({ context: { engine } }) => ({
      jobId: engine.jobs.start('load samples', 'Samples', (job) => loadSamples(engine, job)),
    })),
    search: coded.workspace.search.handler(({ context, input }) => search(context.engine, input.text)),
    audit: coded.workspace.audit.handler(({ context, input }) =>
      readAudit(context.engine.workspace.ledger, input.offset, input.limit),
    ),
    verify: coded.workspace.verify.handler(({ context }) => context.engine.workspace.verify()),
  },
  datasets: {
    list: coded.datasets.list.handler(({ context }) => listDatasets(context.engine.workspace.ledger)),
    get: coded.datasets.get.handler(({ context, input }) => readDataset(context.engine.workspace.ledger, input.id)),
    preview: coded.datasets.preview.handler(({ context, input }) =>
      previewDataset(context.grants.resolve(input.file, 'read'), input.options),
    ),
    import: coded.datasets.import.handler(({ context: { engine, grants }, input }) => {
      const path = grants.resolve(input.file, 'read')
      return {
        jobId: engine.jobs.start('dataset import', basename(path), (job) =>
          addDataset(engine, path, input.options, job),
        ),
      }
    }),
    update: coded.datasets.update.handler(({ context, input }) => updateDataset(context.engine, input)),
    rows: coded.datasets.rows.handler(({ context: { engine }, input }) => {
      const dataset = readDataset(engine.workspace.ledger, input.id)
      return readRows({
        sources: [[engine.workspace.files.path(dataset.data.sha256)]],
        columns: dataset.columns.map(({ name, type }) => ({ name, type })),
        request: input.request,
      })
    }),
    image: coded.datasets.image.handler(async ({ context: { engine }, input }) => {
      const dataset = readDataset(engine.workspace.ledger, input.id)
      const bytes = await readImage(engine.workspace.files.path(dataset.data.sha256), input.column, input.row)
      return { dataUrl: `data:image/png;base64,${Buffer.from(bytes).toString('base64')}` }
    }),
    remove: coded.datasets.remove.handler(async ({ context, input }) => {
      await removeDataset(context.engine, input.id)
      return { removed: true }
    }),
  },
  models: {
    list: coded.models.list.handler(({ context }) => listModels(context.engine.workspace.ledger)),
    get: coded.models.get.handler(({ context, input }) => readVersion(context.engine.workspace.ledger, input.id)),
    import: coded.models.import.handler(({ context: { engine, grants }, input }) => {
      const path = grants.resolve(input.file, 'read')
      return {
        jobId: engine.jobs.start('model import', basename(path), (job) =>
          importModel(engine, path, { name: input.name, binding: input.binding }, job),
        ),
      }
    }),
    shrink: coded.models.shrink.handler(({ context: { engine }, input }) => ({
      jobId: engine.jobs.start(
        'model import',
        `${readRun(engine.workspace.ledger, input.runId).model} as ${input.to}`,
        (job) => shrinkVersion(engine, input.runId, input.to, job),
      ),
    })),
    guessBinding: coded.models.guessBinding.handler(({ context: { engine }, input }) =>
      guessAndTry(
        engine,
        readVersion(engine.workspace.ledger, input.versionId),
        readDataset(engine.workspace.ledger, input.datasetId),
      ),
    ),
    tryBinding: coded.models.tryBinding.handler(({ context: { engine }, input }) =>
      tryBinding(
        engine,
        readVersion(engine.workspace.ledger, input.versionId),
        readDataset(engine.workspace.ledger, input.datasetId),
        input.binding,
      ),
    ),
    saveBinding: coded.models.saveBinding.handler(async ({ context: { engine }, input }) => {
      await saveBinding(engine, input.versionId, input.datasetId, input.binding)
      return readVersion(engine.workspace.ledger, input.versionId)
    }),
    remove: coded.models.remove.handler(async ({ context, input }) => {
      await removeVersion(context.engine, input.id)
      return { removed: true }
    }),
  },
  devices: {
    list: coded.devices.list.handler(({ context, input }) => listDevices(context.engine, input.refresh)),
  },
  runs: {
    list: coded.runs.list.handler(({ context }) => listRuns(context.engine.workspace.ledger)),
    get: coded.runs.get.handler(({ context, input }) => readRun(context.engine.workspace.ledger, input.id)),
    score: coded.runs.score.handler(({ context, input }) => startRun(context.engine, input)),
    resume: coded.runs.resume.handler(({ context, input }) => ({ jobId: resumeRun(context.engine, input.id) })),
    evaluate: coded.runs.evaluate.handler(({ context: { engine }, input }) => ({
      jobId: engine.jobs.start('evaluate', runTitle(engine, input.id), async (job) => {
        await evaluateRun(engine, input.id, { threshold: input.threshold }, job)
        return input.id
      }),
    })),
    evidence: coded.runs.evidence.handler(
      async ({ context, input }) => (await readEvidence(context.engine, input.id)).evidence,
    ),
    rows: coded.runs.rows.handler(({ context, input }) => readRunRows(context.engine, input.id, input.request)),
    exportScores: coded.runs.exportScores.handler(({ context: { engine, grants }, input }) => {
      const path = grants.resolve(input.file, 'write')
      return {
        jobId: engine.jobs.start('export scores', basename(path), async (job) => {
          await exportScores(engine, input.id, path, input.format, job)
          return input.id
        }),
      }
    }),
    report: coded.runs.report.handler(async ({ context: { engine, grants }, input }) => {
      const path = grants.resolve(input.file, 'write')
      const { evidence, sha256 } = await readEvidence(engine, input.id)
      return {
        jobId: engine.jobs.start('report', basename(path), async (job) => {
          job.progress({ step: 'Writing the report', done: 0, total: 1 })
          await writeReport({ evidence, sha256, format: input.format, path })
          return input.id
        }),
      }
    }),
    remove: coded.runs.remove.handler(async ({ context, input }) => {
      await removeRun(context.engine, input.id)
      return { removed: true }
    }),
  },
  ...compareRouter,
  fairness: fairnessCalls,
  slices: slicesCalls,
  robustness: robustnessCalls,
  drift: driftRouter,
  explain: explainRouter,
  ...approvalRouter,
  ...releaseRouter,
  monitor: monitorRouter,
  trying: tryRouter,
  jobs: {
    list: coded.jobs.list.handler(({ context }) => context.engine.jobs.list()),
    cancel: coded.jobs.cancel.handler(({ context, input }) => ({ cancelled: context.engine.jobs.cancel(input.id) })),
    follow: coded.jobs.follow.handler(({ context, input, signal }) => context.engine.jobs.follow(input.id, signal)),
    watch: coded.jobs.watch.handler(({ context, signal }) => context.engine.jobs.watch(signal)),
  },
})

function runTitle(engine: Engine, id: Parameters<typeof readRun>[1]): string {
  const run = readRun(engine.workspace.ledger, id)
  return `${run.dataset} · ${run.model} ${run.version}`
}

async function workspaceInfo(engine: Engine): Promise<WorkspaceInfo> {
  const { workspace } = engine
  const count = (table: string) =>
    (workspace.ledger.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n
  const { n: scores } = workspace.ledger.prepare('SELECT coalesce(sum(bytes), 0) AS n FROM chunk').get() as {
    n: number
  }
  return {
    name: workspace.name,
    folder: workspace.folder,
    createdAt: workspace.createdAt,
    schemaVersion: workspace.ledger.pragma('user_version', { simple: true }) as number,
    datasets: count('dataset'),
    models: count('model'),
    runs: count('run'),
    bytes: workspace.files.totalBytes() + scores,
    samplesAvailable: engine.samplesFolder !== null && (await readable(`${engine.samplesFolder}/samples.json`)),
    software: engine.software,
  }
}

async function readable(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  )
}

/** Names that hold the text, best first: those that start with it. */
function search(engine: Engine, text: string): SearchHit[] {
  const wanted = text.trim().toLowerCase()
  const { ledger } = engine.workspace
  const hits: SearchHit[] = [
    ...listDatasets(ledger).map((dataset) => ({
      kind: 'dataset' as const,
      id: dataset.id,
      title: dataset.name,
      subtitle: `${dataset.rows} rows, ${dataset.columns} columns`,
    })),
    ...listModels(ledger).flatMap((model) =>
      model.versions.map((version) => ({
        kind: 'model' as const,
        id: version.id,
        title: `${model.name} ${version.version}`,
        subtitle: version.task ?? 'not bound',
      })),
    ),
    ...listRuns(ledger).map((run) => ({
      kind: 'run' as const,
      id: run.id,
      title: `${run.model} ${run.version} on ${run.dataset}`,
      subtitle: run.state,
    })),
  ]
  return hits
    .filter((hit) => hit.title.toLowerCase().includes(wanted) || hit.id === wanted)
    .sort((a, b) => Number(b.title.toLowerCase().startsWith(wanted)) - Number(a.title.toLowerCase().startsWith(wanted)))
    .slice(0, 50)
}
