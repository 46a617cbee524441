/** Findings with their history, and comments. Nothing that was said is changed; an answer is added. */
import { useState } from 'react'
import type { FindingState, FindingView, ReviewView } from '../../../shared/contract/review.ts'
import type { PersonId } from '../../../shared/contract/ids.ts'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Empty } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { LookBadge } from './badge.tsx'
import { FindingDialog } from './finding-dialog.tsx'
import { canAct, showReview, usePeople } from './queries.ts'
import { PersonField } from './signature-fields.tsx'
import { findingStateTitle, severityLook } from './words.ts'

const acts: readonly (readonly [FindingState, string])[] = [
  ['answered', 'Answer'],
  ['closed', 'Close'],
  ['accepted', 'Accept the risk'],
  ['open', 'Open again'],
]

const Answer = ({
  review,
  finding,
  personId,
}: {
  readonly review: ReviewView
  readonly finding: FindingView
  readonly personId: string
}) => {
  const [text, setText] = useState('')
  const { busy, problem, run } = useAction()
  const act = (state: FindingState): void =>
    void run(async () => {
      showReview(
        await ask((client) =>
          client.reviews.changeFinding({
            id: review.id,
            personId: personId as PersonId,
            finding: finding.id,
            state,
            text,
          }),
        ),
      )
      setText('')
    })
  return (
    <div className="finding-answer">
      <label className="visually-hidden" htmlFor={`answer-${finding.id}`}>
        Answer to {finding.title}
      </label>
      <textarea
        id={`answer-${finding.id}`}
        className="prose"
        rows={2}
        value={text}
        placeholder="What was done, or why the risk is accepted"
        maxLength={10_000}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="button-row">
        {acts
          .filter(([state]) => state !== finding.state && (state !== 'open' || finding.state !== 'answered'))
          .map(([state, title]) => (
            <Button
              key={state}
              busy={busy}
              disabled={personId === ''}
              onClick={() => act(state)}
              aria-label={`${title}: ${finding.title}`}
            >
              {title}
            </Button>
          ))}
      </div>
      {problem && <ProblemPanel problem={problem} />}
    </div>
  )
}

const Finding = ({
  review,
  finding,
  personId,
}: {
  readonly review: ReviewView
  readonly finding: FindingView
  readonly personId: string
}) => (
  <li className={`review-finding review-finding-${finding.state}`}>
    <div className="review-finding-head">
      <LookBadge look={severityLook(finding.severity)} />
      <h3>{finding.title}</h3>
      <span className={finding.state === 'open' ? 'badge badge-warning' : 'badge'}>
        {findingStateTitle(finding.state)}
      </span>
    </div>
    {finding.text !== '' && <p>{finding.text}</p>}
    <p className="muted">
      {finding.openedBy.name}, {formatTime(finding.openedAt)}
      {finding.path !== null && (
        <>
          {' · '}
          <code>{finding.path}</code>
        </>
      )}
      {finding.owner !== null && ` · owner ${finding.owner}`}
      {finding.due !== null && ` · due ${finding.due}${finding.overdue ? ', overdue' : ''}`}
    </p>
    {finding.history.length > 0 && (
      <ol className="review-history">
        {finding.history.map((entry, k) => (
          <li key={k}>
            <span className="muted">
              {entry.by.name}, {formatTime(entry.at)}: {entry.what}
            </span>
            {entry.text !== '' && <p>{entry.text}</p>}
          </li>
        ))}
      </ol>
    )}
    <Answer review={review} finding={finding} personId={personId} />
  </li>
)

const Comments = ({ review, personId }: { readonly review: ReviewView; readonly personId: string }) => {
  const [text, setText] = useState('')
  const [path, setPath] = useState('')
  const { busy, problem, run } = useAction()
  const say = (): void =>
    void run(async () => {
      const said = { path: path.trim() === '' ? null : path.trim(), finding: null, text }
      showReview(
        await ask((client) => client.reviews.comment({ id: review.id, personId: personId as PersonId, ...said })),
      )
      setText('')
      setPath('')
    })
  return (
    <Section title="Comments" note="On the whole, or on one figure by its path">
      {review.comments.length > 0 && (
        <ol className="review-history">
          {review.comments.map((comment) => (
            <li key={comment.id}>
              <span className="muted">
                {comment.by.name}, {formatTime(comment.at)}
                {comment.path !== null && (
                  <>
                    , on <code>{comment.path}</code>
                  </>
                )}
              </span>
              <p>{comment.text}</p>
            </li>
          ))}
        </ol>
      )}
      <div className="comment-form">
        <input
          type="text"
          aria-label="Figure, by its path"
          placeholder="metrics.roc_auc, or nothing"
          value={path}
          maxLength={2000}
          onChange={(event) => setPath(event.target.value)}
        />
        <textarea
          className="prose"
          aria-label="Comment"
          rows={2}
          value={text}
          maxLength={10_000}
          onChange={(event) => setText(event.target.value)}
        />
        <Button busy={busy} disabled={text.trim() === '' || personId === ''} onClick={say}>
          Comment
        </Button>
      </div>
      {problem && <ProblemPanel problem={problem} />}
    </Section>
  )
}

export const FindingsTab = ({ review }: { readonly review: ReviewView }) => {
  const people = canAct(usePeople().data ?? [], ['author', 'validator', 'approver'])
  const [chosen, setChosen] = useState('')
  const [opening, setOpening] = useState(false)
  const personId = chosen || (people[0]?.id ?? '')
  return (
    <>
      <PersonField
        people={people}
        value={personId}
        onChoose={setChosen}
        label="You act as"
        none="Nobody has a key in this workspace, so nobody can write here."
      />
      <Section
        title="Findings"
        note="A critical or major finding that is not settled stops the approval"
        actions={
          <Button icon="plus" disabled={personId === ''} onClick={() => setOpening(true)}>
            Open a finding
          </Button>
        }
      >
        {opening && <FindingDialog review={review} personId={personId} onClose={() => setOpening(false)} />}
        {review.findings.length === 0 ? (
          <Empty icon="check" title="No findings" />
        ) : (
          <ul className="review-findings" aria-label="Findings of the review">
            {review.findings.map((finding) => (
              <Finding key={finding.id} review={review} finding={finding} personId={personId} />
            ))}
          </ul>
        )}
      </Section>
      <Comments review={review} personId={personId} />
    </>
  )
}
