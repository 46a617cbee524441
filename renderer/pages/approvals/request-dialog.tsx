/** An author asks for a review, and signs what is to be reviewed. */
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { PersonId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import type { ReviewSummary } from '../../../shared/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field, Select } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { WholeHash } from './badge.tsx'
import { canAct, usePeople, usePolicies } from './queries.ts'
import { KeptPassphraseField, PersonField, useKeptPassphrase } from './signature-fields.tsx'

export const RequestDialog = ({
  run,
  earlier,
  onClose,
}: {
  readonly run: Run
  /** Of the same run: the request becomes its next round. */
  readonly earlier: ReviewSummary | undefined
  readonly onClose: () => void
}) => {
  const navigate = useNavigate()
  const authors = canAct(usePeople().data ?? [], ['author'])
  const policies = (usePolicies().data ?? []).filter((policy) => policy.task === null || policy.task === run.task)
  const [chosenPerson, setPerson] = useState('')
  const [chosenPolicy, setPolicy] = useState('')
  const [note, setNote] = useState('')
  const { busy, problem, run: act } = useAction()
  const personId = chosenPerson || (authors[0]?.id ?? '')
  const secret = useKeptPassphrase(personId)
  const { passphrase } = secret
  const sha256 = chosenPolicy || (policies[0]?.sha256 ?? '')
  const request = (): void =>
    void act(async () => {
      const review = await ask((client) =>
        client.reviews.request({
          personId: personId as PersonId,
          passphrase,
          runId: run.id,
          policy: { sha256 },
          note,
          ...(earlier ? { reviewId: earlier.id } : {}),
        }),
      )
      await secret.keep()
      void navigate(`/approvals/${review.id}`)
    })
  return (
    <Dialog title={earlier ? `Ask for round ${earlier.round + 1}` : 'Ask for a review'} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          request()
        }}
      >
        <div className="signed-statement">
          <p className="muted">You sign that this evidence is to be reviewed</p>
          <WholeHash value={run.evidenceSha256 ?? ''} label="SHA-256 of the evidence" />
        </div>
        <Field label="Policy">
          {(ids) => (
            <Select
              {...ids}
              value={sha256}
              onChoose={setPolicy}
              choices={policies.map((policy) => ({ value: policy.sha256, title: policy.name }))}
            />
          )}
        </Field>
        <Field label="What the reviewer should know">
          {(ids) => (
            <textarea
              {...ids}
              className="prose"
              rows={3}
              value={note}
              maxLength={10_000}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Field>
        <PersonField
          people={authors}
          value={personId}
          onChoose={setPerson}
          label="Author"
          none="Nobody with an author’s role has a key in this workspace."
        />
        <KeptPassphraseField secret={secret} />
        {problem && <ProblemPanel problem={problem} />}
        <footer className="dialog-foot">
          <Button onClick={onClose}>Close</Button>
          <Button
            kind="primary"
            type="submit"
            busy={busy}
            disabled={personId === '' || sha256 === '' || passphrase === ''}
          >
            Sign and ask
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
