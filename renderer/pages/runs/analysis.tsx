/** A further analysis of a run as a tab: empty with its start, under way, failed, or found. */
import { useMemo } from 'react'
import type { ReactNode } from 'react'
import type { EngineClient } from '../../engine/client.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { JobId } from '../../../shared/contract/ids.ts'
import type { Job } from '../../../shared/contract/job.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { Findings } from '../../components/findings.tsx'
import type { IconName } from '../../components/icon.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { Empty } from '../../components/states.tsx'
import { runJob, useJobs } from '../../engine/jobs.ts'
import type { Action } from '../../engine/use-action.ts'
import { useAction } from '../../engine/use-action.ts'

type Start = (client: EngineClient) => Promise<{ readonly jobId: JobId }>

export interface AnalysisState {
  readonly job: Job | undefined
  readonly action: Action
  /** Being asked for, or at work. */
  readonly busy: boolean
  /** Starts the analysis and resolves when it has ended; what goes wrong shows in the tab. */
  readonly start: (call: Start) => void
}

/** The analysis of this kind that is, or was last, at work on the run; the engine titles jobs by model and dataset. */
export const useAnalysis = (run: Run, kind: Job['kind']): AnalysisState => {
  const title = `${run.dataset} · ${run.model} ${run.version}`
  const job = useJobs().find((one) => one.kind === kind && one.title === title)
  const action = useAction()
  const start = (call: Start): void => {
    void action.run(async () => {
      await runJob(call)
    })
  }
  return { job, action, busy: action.busy || job?.state === 'running', start }
}

/** What an analysis added to the evidence; null where it has not, or where the section is of another version. */
export const useSection = <T,>(
  evidence: Evidence,
  name: string,
  schema: { safeParse(value: unknown): { readonly success: boolean; readonly data?: T } },
): T | null => useMemo(() => schema.safeParse(evidence.sections?.[name]).data ?? null, [evidence, name, schema])

export const Analysis = ({
  state,
  found,
  icon,
  title,
  about,
  form,
  findings,
  children,
}: {
  readonly state: AnalysisState
  /** Whether the evidence has the section already. */
  readonly found: boolean
  readonly icon: IconName
  /** Of the empty state. */
  readonly title: string
  readonly about: string
  /** What can be chosen, with the button that starts. */
  readonly form: ReactNode
  readonly findings: readonly EvidenceFinding[]
  readonly children: ReactNode
}) => {
  const { job, action } = state
  const failed = job?.state === 'failed' ? job.error : null
  const grave = findings.filter((finding) => finding.severity !== 'note')
  const notes = findings.filter((finding) => finding.severity === 'note')
  return (
    <>
      {job?.state === 'running' && (
        <div className="panel" aria-live="polite">
          <JobProgress job={job} />
        </div>
      )}
      {action.problem ? (
        <ProblemPanel problem={action.problem} />
      ) : (
        failed && <ProblemPanel problem={{ ...failed, where: failed.where ?? {} }} />
      )}
      {!found && job?.state !== 'running' && (
        <Empty icon={icon} title={title}>
          {about}
        </Empty>
      )}
      {found && (
        <>
          {grave.length > 0 && (
            <Section title="Findings" note="Read these before the numbers">
              <Findings findings={grave} />
            </Section>
          )}
          {children}
          {notes.length > 0 && (
            <Section title="Notes">
              <Findings findings={notes} label="Notes" />
            </Section>
          )}
        </>
      )}
      <Section title={found ? 'Do it again with other choices' : 'Choices'}>{form}</Section>
    </>
  )
}
