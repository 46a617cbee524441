/** The triggers of a version, as the YAML that they are. */
import { useState } from 'react'
import type { VersionId } from '../../../shared/contract/ids.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { pushToast } from '../../shell/toast-store.ts'

const Editor = ({
  versionId,
  yaml,
  usual,
}: {
  readonly versionId: VersionId
  readonly yaml: string
  readonly usual: boolean
}) => {
  const [text, setText] = useState(yaml)
  const { busy, problem, run } = useAction()
  const save = (): void => {
    void run(async () => {
      await ask((client) => client.monitor.setTriggers({ versionId, yaml: text }))
      pushToast({ kind: 'good', title: 'Triggers are in force', body: 'The next report uses them.' })
    })
  }
  return (
    <>
      <div className="monitor-yaml">
        <Field label="Triggers, YAML" help={usual ? 'These are the usual ones.' : 'These were set for this version.'}>
          {(ids) => (
            <textarea
              {...ids}
              rows={24}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      </div>
      {problem && <ProblemPanel problem={problem} />}
      <Button kind="primary" busy={busy} disabled={text === yaml} onClick={save}>
        Put in force
      </Button>
    </>
  )
}

export const TriggersTab = ({ versionId }: { readonly versionId: VersionId }) => {
  const answer = useQuery(['monitor', 'triggers', versionId], (client) => client.monitor.triggers({ versionId }))
  return (
    <Section
      title="When something is to be done"
      note="Each needs several windows in a row, and p-values are corrected over all of them"
    >
      <Answered answer={answer} label="Loading the triggers" rows={8}>
        {({ yaml, usual }) => <Editor versionId={versionId} yaml={yaml} usual={usual} />}
      </Answered>
    </Section>
  )
}
