/** A new workspace: one click leads to a finished evaluation. */
import { useNavigate } from 'react-router'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { AssayError } from '../../../shared/contract/errors.ts'
import { runJob, useJobs } from '../../engine/jobs.ts'
import { toProblem } from '../../engine/problem.ts'
import { useAction } from '../../engine/use-action.ts'
import { chooseAndOpen } from '../../shell/open-files.ts'
import { jobResultPath } from '../../shell/places.ts'

export const FirstRun = ({ samplesAvailable }: { readonly samplesAvailable: boolean }) => {
  const navigate = useNavigate()
  const { busy, problem, run } = useAction()
  const job = useJobs().find((one) => one.kind === 'load samples' && one.state === 'running')
  const load = (): void => {
    void run(async () => {
      const last = await runJob((client) => client.workspace.loadSamples())
      if (last.error) throw new AssayError(toProblem({ data: last.error }))
      const path = jobResultPath(last)
      if (path) void navigate(path)
    })
  }
  return (
    <section className="first-run" aria-label="Start">
      <h2>See what a model does well and badly, with its uncertainty</h2>
      <p className="muted">
        The sample workspace has datasets, models and one run that is scored and evaluated on this machine. It takes a
        few seconds.
      </p>
      {job ? (
        <div className="first-run-job" aria-live="polite">
          <JobProgress job={job} />
        </div>
      ) : (
        <Button kind="primary" busy={busy} disabled={!samplesAvailable} onClick={load}>
          Load the sample workspace
        </Button>
      )}
      {!samplesAvailable && <p className="muted">This build has no samples. Import your own files.</p>}
      {problem && <ProblemPanel problem={problem} retry={load} />}
      <div className="first-run-own">
        <p>Or start with your own files. They can be dropped anywhere in this window.</p>
        <div className="button-row">
          <Button icon="data" onClick={() => void chooseAndOpen('dataset', navigate)}>
            Import a dataset
          </Button>
          <Button icon="models" onClick={() => void chooseAndOpen('model', navigate)}>
            Import a model
          </Button>
        </div>
        <p className="muted">
          <Icon name="shield" size={14} /> Everything stays on this machine.
        </p>
      </div>
    </section>
  )
}
