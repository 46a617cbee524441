import { useState } from 'react'
import type { PersonId } from '../../../shared/contract/ids.ts'
import type { FindingSeverity, ReviewView } from '../../../shared/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field, Select } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { showReview } from './queries.ts'

const severities: readonly (readonly [FindingSeverity, string])[] = [
  ['critical', 'Critical: no release with it'],
  ['major', 'Major: settled, or a condition of the approval'],
  ['minor', 'Minor: to be put right some time'],
  ['note', 'Note'],
]

export const FindingDialog = ({
  review,
  personId,
  onClose,
}: {
  readonly review: ReviewView
  readonly personId: string
  readonly onClose: () => void
}) => {
  const [severity, setSeverity] = useState<FindingSeverity>('major')
  const [title, setTitle] = useState('')
  const [text, setText] = useState('')
  const [path, setPath] = useState('')
  const [owner, setOwner] = useState(review.requestedBy.name)
  const [due, setDue] = useState('')
  const { busy, problem, run } = useAction()
  const orNull = (value: string): string | null => (value.trim() === '' ? null : value.trim())
  const open = (): void =>
    void run(async () => {
      const finding = { severity, title, text, path: orNull(path), owner: orNull(owner), due: orNull(due) }
      showReview(
        await ask((client) => client.reviews.openFinding({ id: review.id, personId: personId as PersonId, finding })),
      )
      onClose()
    })
  return (
    <Dialog title="Open a finding" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          open()
        }}
      >
        <Field label="In one line">
          {(ids) => (
            <input
              {...ids}
              type="text"
              value={title}
              maxLength={300}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <Field label="Severity">
          {(ids) => (
            <Select
              {...ids}
              value={severity}
              onChoose={setSeverity}
              choices={severities.map(([value, name]) => ({ value, title: name }))}
            />
          )}
        </Field>
        <Field label="The whole of it">
          {(ids) => (
            <textarea
              {...ids}
              className="prose"
              rows={4}
              value={text}
              maxLength={10_000}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Field label="About the figure" help="A path such as metrics.roc_auc; nothing for the whole.">
          {(ids) => (
            <input
              {...ids}
              type="text"
              value={path}
              maxLength={2000}
              onChange={(event) => setPath(event.target.value)}
            />
          )}
        </Field>
        <div className="field-row">
          <Field label="Owner">
            {(ids) => (
              <input
                {...ids}
                type="text"
                value={owner}
                maxLength={200}
                onChange={(event) => setOwner(event.target.value)}
              />
            )}
          </Field>
          <Field label="Due">
            {(ids) => <input {...ids} type="date" value={due} onChange={(event) => setDue(event.target.value)} />}
          </Field>
        </div>
        {problem && <ProblemPanel problem={problem} />}
        <footer className="dialog-foot">
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" type="submit" busy={busy} disabled={title.trim() === ''}>
            Open the finding
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
