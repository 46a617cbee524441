/** The decision: what is signed stands whole before the passphrase is asked for. */
import { useState } from 'react'
import type { PersonId } from '../../../shared/contract/ids.ts'
import type { Condition, Decision, ReviewView } from '../../../shared/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { LookBadge, WholeHash } from './badge.tsx'
import { ConditionFields } from './condition-fields.tsx'
import { gatesSummary } from './gate-table.tsx'
import { canAct, showReview, usePeople } from './queries.ts'
import { KeptPassphraseField, PersonField, useKeptPassphrase } from './signature-fields.tsx'
import { gatesLook } from './words.ts'

const decisions: readonly (readonly [Decision, string])[] = [
  ['approve', 'Approve'],
  ['approve with conditions', 'Approve with conditions'],
  ['reject', 'Reject'],
]

const blank: Condition = { text: '', owner: '', due: '' }
const isWhole = ({ text, owner, due }: Condition): boolean => text.trim() !== '' && owner.trim() !== '' && due !== ''

export const SignDialog = ({ review, onClose }: { readonly review: ReviewView; readonly onClose: () => void }) => {
  const approvers = canAct(usePeople().data ?? [], ['approver'])
  const [chosen, setChosen] = useState('')
  const [decision, setDecision] = useState<Decision>('approve')
  const [reasons, setReasons] = useState('')
  const [conditions, setConditions] = useState<readonly Condition[]>([blank])
  const { busy, problem, run } = useAction()
  const personId = chosen || (approvers[0]?.id ?? '')
  const secret = useKeptPassphrase(personId)
  const { passphrase } = secret
  const conditional = decision === 'approve with conditions'
  const ready =
    personId !== '' &&
    passphrase !== '' &&
    (decision !== 'reject' || reasons.trim() !== '') &&
    (!conditional || conditions.every(isWhole))
  const sign = (): void =>
    void run(async () => {
      const answer = await ask((client) =>
        client.reviews.decide({
          id: review.id,
          personId: personId as PersonId,
          passphrase,
          decision,
          reasons,
          conditions: conditional ? [...conditions] : [],
          evidenceSha256: review.subject.evidenceSha256,
        }),
      )
      showReview(answer.review)
      await secret.keep()
      onClose()
    })
  return (
    <Dialog title="Sign a decision" onClose={onClose} className="dialog-wide">
      <form
        className="form sign-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) sign()
        }}
      >
        <div className="signed-statement" data-testid="signed-statement">
          <p>
            You sign on <strong>{review.title}</strong>, round {review.round}, under “{review.policyName}”.
          </p>
          <p className="muted">Evidence</p>
          <WholeHash value={review.subject.evidenceSha256} label="SHA-256 of the evidence" />
          <p className="gates-verdict">
            <LookBadge look={gatesLook(review.gatesOutcome)} />
            <span className="muted">{gatesSummary(review.gates)}; judged again as you sign</span>
          </p>
        </div>
        <fieldset className="check-list">
          <legend>Decision</legend>
          {decisions.map(([value, title]) => (
            <label key={value} className="check">
              <input
                type="radio"
                name="decision"
                value={value}
                checked={decision === value}
                onChange={() => setDecision(value)}
              />
              {title}
            </label>
          ))}
        </fieldset>
        {conditional && <ConditionFields conditions={conditions} onChange={setConditions} blank={blank} />}
        <Field label={decision === 'reject' ? 'Reasons' : 'Reasons, if you want to give any'}>
          {(ids) => (
            <textarea
              {...ids}
              rows={3}
              className="prose"
              value={reasons}
              maxLength={10_000}
              onChange={(event) => setReasons(event.target.value)}
            />
          )}
        </Field>
        <div className="field-row">
          <PersonField
            people={approvers}
            value={personId}
            onChoose={setChosen}
            label="Approver"
            none="Nobody with an approver’s role has a key in this workspace."
          />
          <KeptPassphraseField secret={secret} />
        </div>
        {problem && <ProblemPanel problem={problem} />}
        <footer className="dialog-foot">
          <Button onClick={onClose}>Close without signing</Button>
          <Button kind={decision === 'reject' ? 'danger' : 'primary'} type="submit" busy={busy} disabled={!ready}>
            Sign: {decision}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
