/** Takes in what production wrote: a log, then labels, then a report of both. */
import { useState } from 'react'
import { useLocation, useSearchParams } from 'react-router'
import type { GrantedFile } from '../../../shared/contract/bridge.ts'
import type { WatchedVersion } from '../../../shared/contract/monitor.ts'
import { Button } from '../../components/button.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { bridge } from '../../engine/bridge.ts'
import { finishJob } from '../../engine/finish-job.ts'
import { useJobs } from '../../engine/jobs.ts'
import { useAction } from '../../engine/use-action.ts'
import { fileOfState } from '../../shell/open-files.ts'
import { ImportLogDialog } from './import-log-dialog.tsx'
import { LabelsDialog } from './labels-dialog.tsx'

/** Of the jobs that belong to this page, the one that runs. */
export const MonitorJob = () => {
  const job = useJobs().find(
    ({ kind, state }) =>
      state === 'running' && ['monitor import', 'monitor', 'retrain request', 'take in', 'refit'].includes(kind),
  )
  return job ? <JobProgress job={job} /> : null
}

export const ImportButtons = ({ version }: { readonly version: WatchedVersion }) => {
  const { versionId } = version
  const dropped = fileOfState(useLocation().state)
  const [opened, setOpened] = useState<{ readonly kind: 'log' | 'labels'; readonly file: GrantedFile } | undefined>(
    dropped ? { kind: 'log', file: dropped } : undefined,
  )
  const [, setSearch] = useSearchParams()
  const { busy, problem, run } = useAction()
  const choose = (kind: 'log' | 'labels'): void => {
    void run(async () => {
      const [file] = await bridge().chooseFiles('dataset')
      if (file) setOpened({ kind, file })
    })
  }
  const report = (): void => {
    void run(async () => {
      const made = await finishJob((client) => client.monitor.report({ versionId }))
      if (made !== null) setSearch({ version: versionId })
    })
  }
  const close = (): void => setOpened(undefined)
  return (
    <>
      <div className="monitor-actions">
        <Button icon="plus" onClick={() => choose('log')}>
          Import a log
        </Button>
        <Button icon="plus" onClick={() => choose('labels')} disabled={version.rows === 0}>
          Import labels
        </Button>
        <Button kind="primary" onClick={report} busy={busy} disabled={version.rows === 0}>
          Make a report
        </Button>
      </div>
      <div className="monitor-state">
        <MonitorJob />
        {problem && <ProblemPanel problem={problem} />}
      </div>
      {opened?.kind === 'log' && <ImportLogDialog file={opened.file} version={version} onClose={close} />}
      {opened?.kind === 'labels' && <LabelsDialog file={opened.file} version={version} onClose={close} />}
    </>
  )
}
