/** Scored and not evaluated: the evaluation under way, or the button that starts it. */
import type { Run } from '../../../shared/contract/run.ts'
import { Button, LinkButton } from '../../components/button.tsx'
import { Findings } from '../../components/findings.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { useJob, useJobs } from '../../engine/jobs.ts'
import { evaluateRun, jobIdOfRun } from '../../engine/scoring.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { plural } from '../../../shared/format/number.ts'

export const ScoredRun = ({ run }: { readonly run: Run }) => {
  const job = useJob(jobIdOfRun(run, useJobs()))
  const { busy, problem, run: act } = useAction()
  const dataset = useQuery(['datasets', 'get', run.datasetId], (client) => client.datasets.get({ id: run.datasetId }))
  const unlabelled = dataset.data?.columns.every(({ role }) => role !== 'target') ?? false
  const failed = job?.state === 'failed' ? job.error : null
  return (
    <Section title="Evaluation">
      <div className="panel" aria-live="polite">
        {job?.state === 'running' ? (
          <JobProgress job={job} />
        ) : (
          <>
            {unlabelled ? (
              <>
                <p>
                  All {plural(run.rows, 'row')} are scored. {run.dataset} has no target column, so nothing says which
                  scores are right. Drift holds rows and scores against labelled data, and estimates the performance
                  without labels.
                </p>
                <LinkButton to="/drift">Compare with labelled data</LinkButton>
              </>
            ) : (
              <p>
                All {plural(run.rows, 'row')} are scored. The evaluation computes metrics with intervals from all of
                them.
              </p>
            )}
            {problem ? (
              <ProblemPanel problem={problem} />
            ) : (
              failed && <ProblemPanel problem={{ ...failed, where: failed.where ?? {} }} />
            )}
            {!unlabelled && (
              <Button kind="primary" busy={busy} onClick={() => void act(() => evaluateRun(run.id))}>
                Evaluate {plural(run.rows, 'row')}
              </Button>
            )}
          </>
        )}
      </div>
      {run.findings.length > 0 && <Findings findings={run.findings} />}
    </Section>
  )
}
