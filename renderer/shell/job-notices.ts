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
  explain: 'Explanation is done',
  'review package': 'Review package saved',
  'review import': 'Review package imported',
  compare: 'Comparison is done',
  calibrate: 'Calibration is fitted',
  'accept calibration': 'Calibrated version made',
  'sort scores': 'Scores sorted',
  decide: 'Decision analysis is done',
  fairness: 'Fairness analysis is done',
  slices: 'Slice search is done',
  robustness: 'Robustness test is done',
  drift: 'Drift analysis is done',
  release: 'Release written',
  'monitor import': 'Production data imported',
  monitor: 'Monitoring report is done',
  'retrain request': 'Retrain request written',
  'take in': 'Challenger taken in',
  refit: 'Version fitted again',
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
  explain: 'The explanation failed',
  'review package': 'The review package was not saved',
  'review import': 'The review package was not imported',
  compare: 'The comparison failed',
  calibrate: 'The calibration failed',
  'accept calibration': 'The calibrated version was not made',
  'sort scores': 'The scores were not sorted',
  decide: 'The decision analysis failed',
  fairness: 'The fairness analysis failed',
  slices: 'The slice search failed',
  robustness: 'The robustness test failed',
  drift: 'The drift analysis failed',
  release: 'The release was not written',
  'monitor import': 'The production data were not imported',
  monitor: 'The monitoring report failed',
  'retrain request': 'The retrain request was not written',
  'take in': 'The challenger was not taken in',
  refit: 'The version was not fitted again',
}

const tell = (job: Job): void => {
  if (job.state === 'cancelled' || job.state === 'running') return
  // It only makes the threshold tab answer; nobody waits for its end elsewhere.
  if (job.kind === 'sort scores' && job.state === 'done') return
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
