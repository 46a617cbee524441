/** A job that the user waits for on a page: its failure is an error there, its result an answer. */
import type { JobId } from '../../shared/contract/ids.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import type { EngineClient } from './client.ts'
import { runJob } from './jobs.ts'
import { toProblem } from './problem.ts'

/** @returns what the job made; null when it was cancelled */
export const finishJob = async (
  start: (client: EngineClient) => Promise<{ readonly jobId: JobId }>,
): Promise<string | null> => {
  const job = await runJob(start)
  if (job.error) throw new AssayError(toProblem({ data: job.error }))
  return job.state === 'done' ? job.result : null
}
