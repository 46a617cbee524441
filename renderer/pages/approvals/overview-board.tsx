/** On the Overview: what waits for a decision, and which evaluated versions meet their policy. */
import { Link } from 'react-router'
import { Section } from '../../components/page.tsx'
import { useQuery } from '../../engine/query.ts'
import { plural } from '../../../shared/format/number.ts'
import { LookBadge } from './badge.tsx'
import { gatesSummary } from './gate-table.tsx'
import { useGateStates, useReviews } from './queries.ts'
import { gatesLook, standingLook } from './words.ts'

const shown = 6

export const ApprovalBoard = () => {
  const reviews = useReviews().data ?? []
  const gates = useGateStates().data ?? []
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list()).data ?? []
  if (reviews.length === 0 && gates.length === 0) return null
  const waiting = reviews.filter(
    (review) => review.standing.state !== 'approved' && review.standing.state !== 'withdrawn',
  )
  return (
    <div className="two-columns">
      <Section
        title="Approvals"
        note={waiting.length === 0 ? 'Nothing waits' : `${plural(waiting.length, 'review')} not approved`}
        actions={<Link to="/approvals">All reviews</Link>}
      >
        {reviews.length === 0 ? (
          <p className="muted">No review was asked for yet.</p>
        ) : (
          <ul className="cards" aria-label="Reviews">
            {[...waiting, ...reviews.filter((review) => !waiting.includes(review))].slice(0, shown).map((review) => (
              <li key={review.id}>
                <Link to={`/approvals/${review.id}`}>{review.title}</Link>
                <LookBadge look={standingLook(review.standing.state)} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Gates" note="The newest of each run">
        <ul className="cards" aria-label="Gates of runs">
          {gates.slice(0, shown).map((state) => {
            const run = runs.find((one) => one.id === state.runId)
            return (
              <li key={state.runId}>
                <Link to={`/runs/${state.runId}?tab=gates`}>
                  {run ? `${run.model} ${run.version} on ${run.dataset}` : state.runId}
                </Link>
                <span className="gates-verdict">
                  <LookBadge look={gatesLook(state.gates.outcome)} />
                  <span className="muted">{state.current ? gatesSummary(state.gates) : 'evidence changed since'}</span>
                </span>
              </li>
            )
          })}
        </ul>
      </Section>
    </div>
  )
}
