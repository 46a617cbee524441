/** A package from someone unknown: taken in only after their fingerprint was compared. */
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { useAction } from '../../engine/use-action.ts'
import { WholeHash } from './badge.tsx'

export const TrustDialog = ({
  name,
  fingerprint,
  onClose,
  onTrust,
}: {
  readonly name: string
  readonly fingerprint: string
  readonly onClose: () => void
  readonly onTrust: () => Promise<void>
}) => {
  const { busy, problem, run } = useAction()
  return (
    <Dialog title="Do you know this key?" onClose={onClose}>
      <div className="dialog-text">
        <p>
          The package is signed by “{name}”, whom this workspace does not know. Have them read their fingerprint to you,
          by telephone or in person. Take the package in only if it is this one.
        </p>
        <WholeHash value={fingerprint} label={`Fingerprint of ${name}`} />
      </div>
      {problem && <ProblemPanel problem={problem} />}
      <footer className="dialog-foot">
        <Button onClick={onClose}>Leave it</Button>
        <Button kind="primary" busy={busy} onClick={() => void run(onTrust)}>
          It is the same: trust this key
        </Button>
      </footer>
    </Dialog>
  )
}
