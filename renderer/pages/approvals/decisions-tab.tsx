/** Signed decisions, whether each counts, and the rounds that they are of. */
import type { DecisionView, ReviewView } from '../../../shared/contract/review.ts'
import { Facts } from '../../components/facts.tsx'
import { Icon } from '../../components/icon.tsx'
import { Section } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { formatTime } from '../../../shared/format/time.ts'
import { WholeHash } from './badge.tsx'

const Decision = ({ decision }: { readonly decision: DecisionView }) => {
  const { statement, counts, remark, conditionsMet } = decision
  return (
    <li className="panel decision">
      <h3>
        {statement.signer.name}: {statement.decision}
      </h3>
      <p className={counts ? 'verdict verdict-good' : 'verdict verdict-error'}>
        <Icon name={counts ? 'check' : 'close'} />
        {counts ? 'Counts' : 'Does not count'}
        {remark !== null && `: ${remark}`}
      </p>
      {statement.reasons !== '' && <p>{statement.reasons}</p>}
      {statement.conditions.length > 0 && (
        <ul className="plain-list">
          {statement.conditions.map((condition, k) => (
            <li key={k}>
              {condition.text} · {condition.owner}, due {condition.due} · {conditionsMet[k] ? 'met' : 'not met yet'}
            </li>
          ))}
        </ul>
      )}
      <Facts
        facts={[
          ...(statement.onBehalfOf ? [['In place of', statement.onBehalfOf.name] as const] : []),
          ['Signed', formatTime(statement.signedAt)],
          ['Holds until', formatTime(statement.expiresAt)],
          ['Round', String(statement.round)],
          ['Gates as signed', statement.gatesOutcome],
        ]}
      />
      <div className="hashes">
        <span>Evidence</span>
        <WholeHash value={statement.subject.evidenceSha256} label="SHA-256 of the evidence" />
        <span>Key</span>
        <WholeHash value={statement.signer.fingerprint} label="Fingerprint of the key" />
        <span>Statement</span>
        <WholeHash value={decision.sha256} label="SHA-256 of the statement" />
      </div>
    </li>
  )
}

export const DecisionsTab = ({ review }: { readonly review: ReviewView }) => (
  <>
    <Section title="Decisions">
      {review.decisions.length === 0 ? (
        <Empty icon="shield" title="Nobody has decided yet">
          An approver who did not make the model signs, here or in another workspace.
        </Empty>
      ) : (
        <ul className="decisions" aria-label="Decisions">
          {review.decisions.map((decision) => (
            <Decision key={decision.sha256} decision={decision} />
          ))}
        </ul>
      )}
    </Section>
    <Section title="Rounds" note="Changed evidence needs a new one">
      <ul className="cards" aria-label="Rounds">
        {[...review.rounds].reverse().map(({ statement, valid, remark }) => (
          <li key={statement.round}>
            <span>
              Round {statement.round}, {statement.requestedBy.name}: gates {statement.gatesOutcome}
              {!valid && ` · ${remark ?? ''}`}
            </span>
            <span className="muted tabular">
              {formatTime(statement.requestedAt)} · <code>{statement.subject.evidenceSha256.slice(0, 12)}</code>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  </>
)
