/** What importing a log and importing labels share: the file's fields are read, shown to choose from, and taken in. */
import type { ReactNode } from 'react'
import type { GrantedFile } from '../../../shared/contract/bridge.ts'
import type { WatchedVersion } from '../../../shared/contract/monitor.ts'
import type { LogFields } from '../../../shared/contract/monitor-log.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered } from '../../components/states.tsx'
import { finishJob } from '../../engine/finish-job.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'

export interface ImportProps {
  readonly file: GrantedFile
  readonly version: WatchedVersion
  readonly onClose: () => void
}

export const FieldsDialog = ({
  title,
  file,
  version,
  onClose,
  children,
}: ImportProps & { readonly title: string; readonly children: (fields: LogFields) => ReactNode }) => {
  const answer = useQuery(['monitor', 'fields', file.token, version.versionId], (client) =>
    client.monitor.fields({ file: { token: file.token }, versionId: version.versionId }),
  )
  return (
    <Dialog title={title} onClose={onClose}>
      <Answered answer={answer} label="Reading the first lines" rows={4}>
        {children}
      </Answered>
    </Dialog>
  )
}

/** Closes when the job has ended well; a problem stands above the buttons. */
export const TakeIn = ({
  start,
  disabled = false,
  onClose,
  children,
}: {
  readonly start: Parameters<typeof finishJob>[0]
  readonly disabled?: boolean
  readonly onClose: () => void
  readonly children: string
}) => {
  const { busy, problem, run } = useAction()
  const take = (): void => {
    void run(async () => {
      const done = await finishJob(start)
      if (done !== null) onClose()
    })
  }
  return (
    <>
      {problem && <ProblemPanel problem={problem} />}
      <footer className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" busy={busy} onClick={take} disabled={disabled}>
          {children}
        </Button>
      </footer>
    </>
  )
}
