/** A destructive act: it asks once and says what is lost. */
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useAction } from '../engine/use-action.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ProblemPanel } from './problem-panel.tsx'

export const ConfirmButton = ({
  label,
  name,
  title,
  lost,
  confirm,
  act,
  kind = 'plain',
}: {
  readonly label: string
  /** Accessible name, where the label alone does not say what it acts on. */
  readonly name?: string
  readonly title: string
  readonly lost: ReactNode
  /** The verb on the button that does it. */
  readonly confirm: string
  readonly act: () => Promise<void>
  readonly kind?: 'plain' | 'quiet'
}) => {
  const [asking, setAsking] = useState(false)
  const { busy, problem, run, clear } = useAction()
  const close = (): void => {
    clear()
    setAsking(false)
  }
  const go = (): void => {
    void run(async () => {
      await act()
      setAsking(false)
    })
  }
  return (
    <>
      <Button kind={kind} onClick={() => setAsking(true)} aria-label={name}>
        {label}
      </Button>
      {asking && (
        <Dialog title={title} onClose={close}>
          <div className="dialog-text">{lost}</div>
          {problem && <ProblemPanel problem={problem} />}
          <footer className="dialog-foot">
            <Button onClick={close}>Keep</Button>
            <Button kind="danger" busy={busy} onClick={go}>
              {confirm}
            </Button>
          </footer>
        </Dialog>
      )}
    </>
  )
}
