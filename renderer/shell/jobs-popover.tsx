/** Running jobs with their bars, and the last ones that ended. */
import { Link } from 'react-router'
import type { Job } from '../../shared/contract/job.ts'
import { Icon } from '../components/icon.tsx'
import { Popover } from '../components/popover.tsx'
import { Bar, JobProgress } from '../components/progress.tsx'
import { useJobs } from '../engine/jobs.ts'
import { plural } from '../../shared/format/number.ts'
import { formatAgo } from '../../shared/format/time.ts'
import { jobResultPath } from './places.ts'

const endedShown = 6
const ends = { done: ['check', 'Done'], failed: ['error', 'Failed'], cancelled: ['stop', 'Cancelled'] } as const

const EndedJob = ({ job, close }: { readonly job: Job; readonly close: () => void }) => {
  if (job.state === 'running') return null
  const [icon, word] = ends[job.state]
  const path = jobResultPath(job)
  return (
    <li className={`ended-job ended-${job.state}`}>
      <Icon name={icon} size={14} />
      <span className="ended-title">
        {path ? (
          <Link to={path} onClick={close}>
            {job.title}
          </Link>
        ) : (
          job.title
        )}
      </span>
      <span className="muted">
        {job.kind} · {word}
        {job.finishedAt !== null && ` · ${formatAgo(job.finishedAt)}`}
      </span>
      {job.error && <span className="ended-error">{job.error.message}</span>}
    </li>
  )
}

export const JobsPopover = () => {
  const jobs = useJobs()
  const running = jobs.filter((job) => job.state === 'running')
  const ended = jobs.filter((job) => job.state !== 'running').slice(0, endedShown)
  const [first] = running
  const label = running.length === 0 ? 'Jobs: none running' : `Jobs: ${plural(running.length, 'job')} running`
  return (
    <Popover
      label={label}
      icon="jobs"
      text={
        first ? (
          <span className="jobs-text">
            {plural(running.length, 'job')}
            <Bar done={first.done} total={first.total} label={first.title} />
          </span>
        ) : (
          'Jobs'
        )
      }
    >
      {(close) => (
        <div className="jobs-panel">
          {running.length === 0 && <p className="muted">Nothing is running.</p>}
          {running.map((job) => (
            <JobProgress key={job.id} job={job} />
          ))}
          {ended.length > 0 && (
            <ul className="ended-jobs" aria-label="Jobs that ended">
              {ended.map((job) => (
                <EndedJob key={job.id} job={job} close={close} />
              ))}
            </ul>
          )}
        </div>
      )}
    </Popover>
  )
}
