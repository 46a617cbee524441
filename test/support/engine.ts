/** A real engine on a workspace in a temporary folder: real scorer processes, real worker threads, no build needed. */
import { mkdtempSync, existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRouterClient } from '@orpc/server'
import type { RouterClient } from '@orpc/server'
import type { Dataset, DatasetOptions } from '../../shared/contract/dataset.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import type { Evidence, Run } from '../../shared/contract/run.ts'
import type { ModelVersion } from '../../shared/contract/model.ts'
import type { JobId } from '../../shared/contract/ids.ts'
import { pathGrants } from '../../electron/engine/calls/file-grants.ts'
import { router } from '../../electron/engine/calls/router.ts'
import { readSoftware } from '../../electron/engine/engine.ts'
import type { Engine } from '../../electron/engine/engine.ts'
import { Jobs } from '../../electron/engine/jobs/jobs.ts'
import { KeptScorer } from '../../electron/engine/scoring/kept-scorer.ts'
import { childProcessLauncher } from '../../electron/engine/scoring/launcher.ts'
import { openWorkspace } from '../../electron/engine/workspace/workspace.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const samples = join(root, 'models')

/** The folder of reference cases beside the checkout, or null where it is not there. */
export function besideCheckout(name: 'cases' | 'zoo' | 'messy'): string | null {
  const folder = process.env['ASSAY_SHARED'] ?? join(root, '..', 'shared')
  if (existsSync(join(folder, name))) return join(folder, name)
  console.warn(`skipped: ../shared/${name} is not beside this checkout`)
  return null
}

export interface TestEngine {
  readonly engine: Engine
  readonly call: RouterClient<typeof router>
  readonly folder: string
  finish(jobId: JobId): Promise<string>
  importDataset(path: string, options?: DatasetOptions): Promise<Dataset>
  importModel(path: string, name?: string): Promise<ModelVersion>
  score(version: ModelVersion, dataset: Dataset, more?: object): Promise<Run>
  evaluate(run: Run, threshold?: number): Promise<Evidence>
  /** Closes it and leaves its folder. */
  leave(): Promise<void>
  close(): Promise<void>
}

export async function openTestEngine(
  folder = join(mkdtempSync(join(tmpdir(), 'assay-test-')), 'workspace'),
  scorerPath = join(root, 'electron/scorer/entry.ts'),
): Promise<TestEngine> {
  const workspace = await openWorkspace(folder, { create: true })
  const launcher = childProcessLauncher(scorerPath)
  const engine: Engine = {
    workspace,
    jobs: new Jobs(),
    launcher,
    keptScorer: new KeptScorer(launcher),
    software: readSoftware('test'),
    samplesFolder: samples,
    workerPath: join(root, 'electron/engine/evaluation/worker.ts'),
    threads: 2,
  }
  const call = createRouterClient(router, { context: { engine, grants: pathGrants } })
  const finish = async (jobId: JobId): Promise<string> => {
    const job = await engine.jobs.finished(jobId)
    if (job.error) throw new AssayError(job.error as ConstructorParameters<typeof AssayError>[0])
    return job.result ?? ''
  }
  const leave = async (): Promise<void> => {
    await engine.jobs.stop()
    engine.keptScorer.stop()
    workspace.close()
  }
  return {
    engine,
    call,
    folder,
    finish,
    importDataset: async (path, options = {}) => {
      const { jobId } = await call.datasets.import({ file: { path }, options })
      return call.datasets.get({ id: (await finish(jobId)) as Dataset['id'] })
    },
    importModel: async (path, name) => {
      const { jobId } = await call.models.import({ file: { path }, ...(name ? { name } : {}) })
      return call.models.get({ id: (await finish(jobId)) as ModelVersion['id'] })
    },
    score: async (version, dataset, more = {}) => {
      const { jobId, runId } = await call.runs.score({
        versionId: version.id,
        datasetId: dataset.id,
        device: 'cpu',
        ...more,
      })
      await finish(jobId)
      return call.runs.get({ id: runId })
    },
    evaluate: async (run, threshold) => {
      const { jobId } = await call.runs.evaluate({ id: run.id, ...(threshold === undefined ? {} : { threshold }) })
      await finish(jobId)
      return call.runs.evidence({ id: run.id })
    },
    leave,
    close: async () => {
      await leave()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The code of the error that `work` must end with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    const data = (error as { data?: { code?: string } }).data
    return data?.code ?? (error as { code?: string }).code ?? String(error)
  }
  return 'no error'
}
