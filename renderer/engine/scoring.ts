/** Scoring and the evaluation after it, as one thing the user starts. It goes on when the page is left. */
import type { DatasetId, RunId, VersionId } from '../../shared/contract/ids.ts'
import type { Job } from '../../shared/contract/job.ts'
import type { Run } from '../../shared/contract/run.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import { ask } from './client.ts'
import { jobsNow, runJob } from './jobs.ts'
import { toProblem } from './problem.ts'

/** The job at work on each run, where this window started it. */
const jobOfRun = new Map<string, string>()

export const jobIdOfRun = (run: Run, jobs: readonly Job[]): string | undefined => {
  const started = jobOfRun.get(run.id)
  if (started) return started
  // Started by the CLI, or before the window was loaded again: the engine titles a run's jobs in this way.
  const title = `${run.dataset} · ${run.model} ${run.version}`
  const kinds = run.state === 'scoring' ? ['score'] : ['evaluate']
  return jobs.find((job) => job.state === 'running' && kinds.includes(job.kind) && job.title === title)?.id
}

const failed = (job: Job): AssayError | undefined =>
  job.error ? new AssayError(toProblem({ data: job.error })) : undefined

export const evaluateRun = async (id: RunId, threshold?: number): Promise<void> => {
  const job = await runJob(
    (client) => client.runs.evaluate(threshold === undefined ? { id } : { id, threshold }),
    (answer) => jobOfRun.set(id, answer.jobId),
  )
  const error = failed(job)
  if (error) throw error
}

const evaluateAfter = async (id: RunId, job: Job): Promise<void> => {
  if (job.state !== 'done') return
  const { state } = await ask((client) => client.runs.get({ id }))
  const underWay = jobsNow().some(
    (other) => other.kind === 'evaluate' && other.state === 'running' && other.result === id,
  )
  if (state === 'scored' && !underWay) await evaluateRun(id)
}

export interface ScoreRequest {
  readonly versionId: VersionId
  readonly datasetId: DatasetId
  readonly device: Run['requestedDevice']
  /** Left out, a short benchmark chooses. */
  readonly batchRows?: number
  readonly threads?: number
}

/** Resolves as soon as the run exists. What goes wrong later shows on the run and in its job. */
export const scoreAndEvaluate = (request: ScoreRequest): Promise<RunId> =>
  new Promise((resolve, reject) => {
    let runId: RunId | undefined
    runJob(
      (client) => client.runs.score(request),
      (answer) => {
        runId = answer.runId
        jobOfRun.set(answer.runId, answer.jobId)
        resolve(answer.runId)
      },
    )
      .then((job) => (runId ? evaluateAfter(runId, job) : undefined))
      .catch(reject)
  })

/** Resolves when scoring has gone on; the evaluation follows by itself. */
export const resumeAndEvaluate = (id: RunId): Promise<void> =>
  new Promise((resolve, reject) => {
    runJob(
      (client) => client.runs.resume({ id }),
      (answer) => {
        jobOfRun.set(id, answer.jobId)
        resolve()
      },
    )
      .then((job) => evaluateAfter(id, job))
      .catch(reject)
  })
