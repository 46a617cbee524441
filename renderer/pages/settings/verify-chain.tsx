import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import type { EngineClient } from '../../engine/client.ts'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { plural } from '../../../shared/format/number.ts'

type Verdict = Awaited<ReturnType<EngineClient['workspace']['verify']>>

export const VerifyChain = () => {
  const [verdict, setVerdict] = useState<Verdict>()
  const { busy, problem, run } = useAction()
  const verify = (): void => void run(async () => setVerdict(await ask((client) => client.workspace.verify())))
  return (
    <div className="verify" aria-live="polite">
      <Button icon="shield" busy={busy} onClick={verify}>
        Verify the log and all stored files
      </Button>
      {problem && <ProblemPanel problem={problem} />}
      {verdict && (
        <p className={verdict.ok ? 'verdict verdict-good' : 'verdict verdict-error'} data-testid="verdict">
          <Icon name={verdict.ok ? 'check' : 'error'} />
          {verdict.ok
            ? `Intact: ${plural(verdict.entries, 'entry', 'entries')} and ${plural(verdict.files, 'file')} match their hashes.`
            : `Not intact: ${plural(verdict.problems.length, 'problem')} found.`}
        </p>
      )}
      {verdict && verdict.problems.length > 0 && (
        <ul className="plain-list">
          {verdict.problems.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </div>
  )
}
