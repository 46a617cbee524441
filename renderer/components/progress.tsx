/** A bar with done of total, rate and time left, and the button that cancels. */
import { useState } from 'react'
import type { Job } from '../../shared/contract/job.ts'
import { cancelJob } from '../engine/jobs.ts'
import { formatBytes, formatCount, formatRate } from '../../shared/format/number.ts'
import { formatDuration } from '../../shared/format/time.ts'
import { Button } from './button.tsx'

const amount = (n: number, unit: Job['unit']): string =>
  unit === 'bytes' ? formatBytes(n) : formatCount(Math.round(n))

export const progressText = (job: Job): string =>
  [
    job.total === null
      ? `${amount(job.done, job.unit)}${job.unit === 'bytes' ? '' : ` ${job.unit}`}`
      : `${amount(job.done, job.unit)} of ${amount(job.total, job.unit)}${job.unit === 'bytes' ? '' : ` ${job.unit}`}`,
    job.perSecond !== null && job.unit !== 'steps' ? formatRate(job.perSecond, job.unit) : '',
    job.secondsLeft !== null ? `${formatDuration(job.secondsLeft * 1000)} left` : '',
  ]
    .filter(Boolean)
    .join(' · ')

export const Bar = ({
  done,
  total,
  label,
}: {
  readonly done: number
  readonly total: number | null
  readonly label: string
}) => (
  <div
    className={total === null ? 'bar bar-unknown' : 'bar'}
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={total === null || total === 0 ? undefined : Math.round((100 * done) / total)}
  >
    <span style={total === null ? {} : { transform: `scaleX(${total === 0 ? 1 : Math.min(1, done / total)})` }} />
  </div>
)

export const JobProgress = ({ job }: { readonly job: Job }) => {
  const [cancelling, setCancelling] = useState(false)
  const cancel = (): void => {
    setCancelling(true)
    cancelJob(job.id).then(
      ({ cancelled }) => setCancelling(cancelled),
      () => setCancelling(false),
    )
  }
  return (
    <div className="job">
      <div className="job-head">
        <span className="job-title">{job.title}</span>
        <span className="muted">{cancelling ? 'Cancelling' : job.step}</span>
        <Button kind="quiet" onClick={cancel} disabled={cancelling} aria-label={`Cancel ${job.title}`}>
          Cancel
        </Button>
      </div>
      <Bar done={job.done} total={job.total} label={job.title} />
      <p className="job-text tabular">{progressText(job)}</p>
    </div>
  )
}
