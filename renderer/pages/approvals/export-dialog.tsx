/** Writes the package: one signed file that travels by mail or on a stick. */
import { useState } from 'react'
import type { PersonId } from '../../../shared/contract/ids.ts'
import type { ReviewView } from '../../../shared/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { bridge } from '../../engine/bridge.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { runJob } from '../../engine/jobs.ts'
import { toProblem } from '../../engine/problem.ts'
import { useAction } from '../../engine/use-action.ts'
import { canAct, usePeople } from './queries.ts'
import { KeptPassphraseField, PersonField, useKeptPassphrase } from './signature-fields.tsx'

const texts = {
  review: {
    title: 'Send to a reviewer',
    about:
      'One file with the evidence, the policy, the gate results, the report and public keys. The reviewer imports it into their own workspace.',
    ending: 'review',
  },
  decision: {
    title: 'Send back to the author',
    about: 'One file with the decisions, findings and comments, for the workspace that asked.',
    ending: 'decision',
  },
} as const

export const ExportDialog = ({
  review,
  kind,
  onClose,
}: {
  readonly review: ReviewView
  readonly kind: 'review' | 'decision'
  readonly onClose: () => void
}) => {
  const people = canAct(usePeople().data ?? [], ['author', 'validator', 'approver'])
  const [chosen, setChosen] = useState('')
  const [includeModel, setIncludeModel] = useState(true)
  const { busy, problem, run } = useAction()
  const personId = chosen || (people[0]?.id ?? '')
  const secret = useKeptPassphrase(personId)
  const { passphrase } = secret
  const { title, about, ending } = texts[kind]
  const save = (): void =>
    void run(async () => {
      const file = await bridge().chooseSavePath({
        suggestedName: `${review.title}.${ending}.tar`.replaceAll(/[\\/:*?"<>|]/g, '-').slice(-200),
        kind: 'tar',
      })
      if (!file) return
      const job = await runJob((client) =>
        client.reviews.export({
          id: review.id,
          personId: personId as PersonId,
          passphrase,
          kind,
          includeModel,
          file: { token: file.token },
        }),
      )
      if (job.error) throw new AssayError(toProblem({ data: job.error }))
      await secret.keep()
      onClose()
    })
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <p className="muted">{about}</p>
        {kind === 'review' && (
          <label className="check">
            <input type="checkbox" checked={includeModel} onChange={(event) => setIncludeModel(event.target.checked)} />
            Include the graph; without it, its hash alone travels
          </label>
        )}
        <PersonField
          people={people}
          value={personId}
          onChoose={setChosen}
          label="Signed by"
          none="Nobody has a key in this workspace."
        />
        <KeptPassphraseField secret={secret} />
        {problem && <ProblemPanel problem={problem} />}
        <footer className="dialog-foot">
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" type="submit" busy={busy} disabled={personId === '' || passphrase === ''}>
            Sign and save the file
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
