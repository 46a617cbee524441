/** One command's engine: opened on the workspace, called through the same router as the window, closed at the end. */
import { existsSync } from 'node:fs'
import { homedir, availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRouterClient, isDefinedError } from '@orpc/server'
import type { RouterClient } from '@orpc/server'
import packageJson from '../../package.json' with { type: 'json' }
import { AssayError } from '../../shared/contract/errors.ts'
import type { AssayErrorData } from '../../shared/contract/errors.ts'
import type { JobId } from '../../shared/contract/ids.ts'
import type { Job } from '../../shared/contract/job.ts'
import { issueText, tellingIssue } from '../../shared/format/issue-text.ts'
import { pathGrants } from '../engine/calls/file-grants.ts'
import { router } from '../engine/calls/router.ts'
import { readSoftware } from '../engine/engine.ts'
import type { Engine } from '../engine/engine.ts'
import { Jobs } from '../engine/jobs/jobs.ts'
import { KeptScorer } from '../engine/scoring/kept-scorer.ts'
import { childProcessLauncher } from '../engine/scoring/launcher.ts'
import { openWorkspace } from '../engine/workspace/workspace.ts'
import { ProgressBar } from './progress-bar.ts'

/** Where the bundles lie: beside the built CLI. */
const dist = process.env['ASSAY_DIST'] ?? dirname(fileURLToPath(import.meta.url))

export const assayVersion: string = packageJson.version

/** --workspace, else ASSAY_WORKSPACE, else this folder or one above it that is a workspace, else ~/Assay. */
export function workspaceFolder(given: string | undefined): string {
  const named = given ?? process.env['ASSAY_WORKSPACE']
  if (named) return resolve(named)
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'assay.json'))) return folder
    if (folder === dirname(folder)) return join(homedir(), 'Assay')
  }
}

export interface Session {
  readonly call: RouterClient<typeof router>
  readonly engine: Engine
  /** Follows a job with a progress bar and answers with its result. */
  follow(jobId: JobId): Promise<string>
}

export async function withSession<T>(
  workspace: string | undefined,
  quiet: boolean,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const opened = await openWorkspace(workspaceFolder(workspace))
  const samples = join(dist, '..', 'models')
  const launcher = childProcessLauncher(join(dist, 'scorer.mjs'))
  const engine: Engine = {
    workspace: opened,
    jobs: new Jobs(),
    launcher,
    keptScorer: new KeptScorer(launcher),
    software: readSoftware(assayVersion),
    samplesFolder: existsSync(join(samples, 'samples.json')) ? samples : null,
    workerPath: join(dist, 'evaluation-worker.mjs'),
    threads: availableParallelism(),
  }
  const call = createRouterClient(router, { context: { engine, grants: pathGrants } })
  // Ctrl-C cancels the jobs, which leaves the workspace as a cancel in the window would.
  const onInterrupt = () => void engine.jobs.stop()
  process.once('SIGINT', onInterrupt)
  process.once('SIGTERM', onInterrupt)
  try {
    return await work({ call, engine, follow: (jobId) => followJob(engine, jobId, quiet) })
  } catch (error) {
    throw asAssayError(error)
  } finally {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onInterrupt)
    await engine.jobs.stop()
    engine.keptScorer.stop()
    opened.close()
  }
}

/** An expected failure that crossed the router is an AssayError again on this side. */
function asAssayError(error: unknown): unknown {
  if (error instanceof Error && isDefinedError(error) && (error as { code?: string }).code === 'ASSAY') {
    return new AssayError((error as unknown as { data: AssayErrorData }).data)
  }
  const issues = (error as { cause?: { issues?: { path: PropertyKey[]; message: string }[] } }).cause?.issues
  if ((error as { code?: string }).code === 'BAD_REQUEST' && issues) {
    return new AssayError({
      code: 'call/invalid',
      message: issueText(tellingIssue(issues), 'the command'),
      remedy: 'See --help.',
    })
  }
  return error
}

async function followJob(engine: Engine, jobId: JobId, quiet: boolean): Promise<string> {
  const bar = new ProgressBar(quiet)
  let last: Job | null = null
  for await (const job of engine.jobs.follow(jobId)) {
    last = job
    bar.show(job)
  }
  bar.end()
  if (last?.error) throw new AssayError(last.error as AssayErrorData)
  if (last?.state === 'cancelled') {
    throw new AssayError({
      code: 'job/cancelled',
      message: `${last.kind} was cancelled.`,
      remedy: 'Nothing half-written is left.',
    })
  }
  return last?.result ?? ''
}
