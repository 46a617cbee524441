/** A run whose scores are not complete: what it does now, or why it stopped and how it goes on. */
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Findings } from '../../components/findings.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Bar, JobProgress } from '../../components/progress.tsx'
import { useJob, useJobs } from '../../engine/jobs.ts'
import { jobIdOfRun, resumeAndEvaluate } from '../../engine/scoring.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'

const why: Readonly<Record<'interrupted' | 'cancelled' | 'failed', string>> = {
  interrupted: 'Scoring stopped before its end, because the engine or the scorer stopped.',
  cancelled: 'Scoring was cancelled.',
  failed: 'Scoring failed.',
}

const Stopped = ({ run, state }: { readonly run: Run; readonly state: keyof typeof why }) => {
  const { busy, problem, run: act } = useAction()
  const job = useJob(jobIdOfRun(run, useJobs()))
  const left = run.rows - run.rowsDone
  return (
    <>
      <p>
        {why[state]} {formatCount(run.rowsDone)} of {plural(run.rows, 'row')} are scored and kept.
      </p>
      <Bar done={run.rowsDone} total={run.rows} label="Rows scored" />
      {job?.error && <ProblemPanel problem={{ ...job.error, where: job.error.where ?? {} }} />}
      {run.findings.length > 0 && <Findings findings={run.findings} />}
      {problem && <ProblemPanel problem={problem} />}
      <Button kind="primary" busy={busy} onClick={() => void act(() => resumeAndEvaluate(run.id))}>
        Resume and score {plural(left, 'row')}
      </Button>
    </>
  )
}

export const RunProgress = ({ run }: { readonly run: Run }) => {
  const job = useJob(jobIdOfRun(run, useJobs()))
  const stopped = run.state === 'interrupted' || run.state === 'cancelled' || run.state === 'failed' ? run.state : null
  return (
    <Section title={stopped ? 'Not complete' : 'Scoring'}>
      <div className="panel" aria-live="polite">
        {stopped ? (
          <Stopped run={run} state={stopped} />
        ) : job?.state === 'running' ? (
          <JobProgress job={job} />
        ) : (
          <>
            <p className="tabular">
              {formatCount(run.rowsDone)} of {plural(run.rows, 'row')}
            </p>
            <Bar done={run.rowsDone} total={run.rows} label="Rows scored" />
          </>
        )}
      </div>
    </Section>
  )
}
