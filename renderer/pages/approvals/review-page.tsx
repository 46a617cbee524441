/** One review: where it stands and what is signed, then gates, findings, checklists and decisions. */
import { Link, useParams } from 'react-router'
import type { ReviewId } from '../../../shared/contract/ids.ts'
import type { ReviewView } from '../../../shared/contract/review.ts'
import { Facts } from '../../components/facts.tsx'
import { Icon } from '../../components/icon.tsx'
import { Page, Section } from '../../components/page.tsx'
import { Answered } from '../../components/states.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { LookBadge, WholeHash } from './badge.tsx'
import { ChecklistsTab } from './checklists-tab.tsx'
import { DecisionsTab } from './decisions-tab.tsx'
import { FindingsTab } from './findings-tab.tsx'
import { GateTable, gatesSummary } from './gate-table.tsx'
import { useReview } from './queries.ts'
import { ReviewActions } from './review-actions.tsx'
import { gatesLook, standingLook } from './words.ts'

/** The first thing to see: may it be released, and if not, why not. */
const StandingPanel = ({ review }: { readonly review: ReviewView }) => {
  const { standing, subject, gates } = review
  const refused = review.rounds.filter((round) => !round.valid)
  return (
    <div className="standing">
      <div className="standing-state" data-testid="standing">
        <LookBadge look={standingLook(standing.state)} />
        <p className="standing-count tabular">
          {formatCount(standing.approvals)} of {plural(standing.needed, 'approval')}
        </p>
        {standing.until !== null && <p className="muted">Holds until {formatTime(standing.until)}</p>}
        <ul className="plain-list">
          {standing.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
          {refused.map((round) => (
            <li key={round.statement.round}>
              Request of round {round.statement.round}: {round.remark}
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h2>Evidence under review</h2>
        <WholeHash value={subject.evidenceSha256} label="SHA-256 of the evidence" />
        <p className="muted">This hash, the policy’s and the gate results’ are what an approver signs.</p>
        <p className="gates-verdict">
          <LookBadge look={gatesLook(gates.outcome)} />
          <span className="muted">{gatesSummary(gates)}</span>
        </p>
      </div>
    </div>
  )
}

const GatesTab = ({ review }: { readonly review: ReviewView }) => (
  <>
    <Section title="Gates" note={`${review.gates.policyName}, judged ${formatTime(review.gates.judgedAt)}`}>
      <GateTable gates={review.gates} />
    </Section>
    <Section title="What it is of">
      <Facts
        facts={[
          [
            'Version',
            review.origin === 'here' ? (
              <Link key="version" to={`/models/${review.subject.versionId}`}>
                {review.subject.model} {review.subject.version}
              </Link>
            ) : (
              `${review.subject.model} ${review.subject.version}, in another workspace`
            ),
          ],
          [
            'Run',
            review.origin === 'here' ? (
              <Link key="run" to={`/runs/${review.subject.runId}`}>
                on {review.subject.dataset}
              </Link>
            ) : (
              `on ${review.subject.dataset}`
            ),
          ],
          ['Asked by', review.requestedBy.name],
          [
            'Made by',
            review.rounds
              .at(-1)
              ?.statement.authors.map((author) => author.name)
              .join(', ') ?? '—',
          ],
          ['Asked', formatTime(review.rounds.at(-1)?.statement.requestedAt ?? review.createdAt)],
          ['Note', review.rounds.at(-1)?.statement.note || '—'],
          [
            'Champion compared with',
            review.gates.champion ? `${review.gates.champion.name} ${review.gates.champion.version}` : 'none',
          ],
          ['Graph', review.modelIncluded ? 'in this workspace' : 'not here; named by its hash'],
        ]}
      />
      <div className="hashes">
        <span>Policy</span>
        <WholeHash value={review.policySha256} label="SHA-256 of the policy" />
        <span>Gate results</span>
        <WholeHash value={review.gatesSha256} label="SHA-256 of the gate results" />
        <span>Model file</span>
        <WholeHash value={review.subject.modelSha256} label="SHA-256 of the model file" />
      </div>
    </Section>
  </>
)

const required = (review: ReviewView): number =>
  review.checklists
    .filter((checklist) => checklist.required)
    .flatMap((checklist) => checklist.items)
    .filter((item) => item.state === 'open').length

const ReviewBody = ({ review }: { readonly review: ReviewView }) => (
  <>
    {review.standing.state === 'outdated' && (
      <p className="notice">
        <Icon name="warning" /> What is signed here is no longer what the run has.
      </p>
    )}
    <StandingPanel review={review} />
    <Tabs
      label="Review"
      tabs={[
        { id: 'gates', title: 'Gates', body: () => <GatesTab review={review} /> },
        {
          id: 'findings',
          title: 'Findings',
          ...(review.openFindings > 0 ? { count: `${formatCount(review.openFindings)} open` } : {}),
          body: () => <FindingsTab review={review} />,
        },
        {
          id: 'checklists',
          title: 'Checklists',
          ...(required(review) > 0 ? { count: `${formatCount(required(review))} to do` } : {}),
          body: () => <ChecklistsTab review={review} />,
        },
        {
          id: 'decisions',
          title: 'Decisions',
          ...(review.decisions.length > 0 ? { count: formatCount(review.decisions.length) } : {}),
          body: () => <DecisionsTab review={review} />,
        },
      ]}
    />
  </>
)

export const ReviewPage = () => {
  const id = useParams()['id'] as ReviewId
  const answer = useReview(id)
  const review = answer.data
  return (
    <Page
      title={review ? review.title : 'Review'}
      about={
        review && (
          <>
            <LookBadge look={standingLook(review.standing.state)} />
            <span>Round {formatCount(review.round)}</span>
            <span>{review.policyName}</span>
            <span>{review.origin === 'imported' ? 'From another workspace' : 'Asked for here'}</span>
          </>
        )
      }
      actions={review && <ReviewActions review={review} />}
      wide
    >
      <Answered answer={answer} label="Loading the review" rows={10}>
        {(data) => <ReviewBody key={data.id} review={data} />}
      </Answered>
    </Page>
  )
}
