/** Tells the user, wherever they are, that a job has ended. */
import type { Job, JobKind } from '../../shared/contract/job.ts'
import { bridge } from '../engine/bridge.ts'
import { onJobEnded } from '../engine/jobs.ts'
import { jobResultPath } from './places.ts'
import { pushToast } from './toast-store.ts'

const doneWords: Readonly<Record<JobKind, string>> = {
  'dataset import': 'Dataset imported',
  'model import': 'Model imported',
  score: 'Scoring is done',
  evaluate: 'Evaluation is done',
  report: 'Report saved',
  'export scores': 'Scores exported',
  'load samples': 'Sample workspace loaded',
  'probe devices': 'Devices probed',
}
const failedWords: Readonly<Record<JobKind, string>> = {
  'dataset import': 'The dataset was not imported',
  'model import': 'The model was not imported',
  score: 'Scoring failed',
  evaluate: 'The evaluation failed',
  report: 'The report was not saved',
  'export scores': 'The scores were not exported',
  'load samples': 'The samples were not loaded',
  'probe devices': 'The devices were not probed',
}

const tell = (job: Job): void => {
  if (job.state === 'cancelled' || job.state === 'running') return
  const failed = job.state === 'failed'
  const title = failed ? failedWords[job.kind] : doneWords[job.kind]
  const body = failed && job.error ? `${job.title}: ${job.error.message}` : job.title
  pushToast({ kind: failed ? 'error' : 'good', title, body, to: jobResultPath(job), toLabel: 'Show' })
  bridge()
    .notify({ title, body: body.slice(0, 1000) })
    .catch(() => undefined)
}

export const startJobNotices = (): void => {
  onJobEnded(tell)
}
