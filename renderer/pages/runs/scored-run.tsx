/** Scored and not evaluated: the evaluation under way, or the button that starts it. */
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Findings } from '../../components/findings.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { useJob, useJobs } from '../../engine/jobs.ts'
import { evaluateRun, jobIdOfRun } from '../../engine/scoring.ts'
import { useAction } from '../../engine/use-action.ts'
import { plural } from '../../../shared/format/number.ts'

export const ScoredRun = ({ run }: { readonly run: Run }) => {
  const job = useJob(jobIdOfRun(run, useJobs()))
  const { busy, problem, run: act } = useAction()
  const failed = job?.state === 'failed' ? job.error : null
  return (
    <Section title="Evaluation">
      <div className="panel" aria-live="polite">
        {job?.state === 'running' ? (
          <JobProgress job={job} />
        ) : (
          <>
            <p>
              All {plural(run.rows, 'row')} are scored. The evaluation computes metrics with intervals from all of them.
            </p>
            {problem ? (
              <ProblemPanel problem={problem} />
            ) : (
              failed && <ProblemPanel problem={{ ...failed, where: failed.where ?? {} }} />
            )}
            <Button kind="primary" busy={busy} onClick={() => void act(() => evaluateRun(run.id))}>
              Evaluate {plural(run.rows, 'row')}
            </Button>
          </>
        )}
      </div>
      {run.findings.length > 0 && <Findings findings={run.findings} />}
    </Section>
  )
}
