/** Beside a run's title: what its gates said, and whether it is approved. */
import { Link } from 'react-router'
import type { Run } from '../../../shared/contract/run.ts'
import { LookBadge } from './badge.tsx'
import { useGateState, useReviews } from './queries.ts'
import { gatesLook, standingLook } from './words.ts'

export const RunGates = ({ run }: { readonly run: Run }) => {
  const state = useGateState(run.id).data
  const review = useReviews().data?.find((entry) => entry.subject.runId === run.id)
  return (
    <>
      {state && (
        <Link to={`/runs/${run.id}?tab=gates`}>
          <LookBadge
            look={
              state.current
                ? gatesLook(state.gates.outcome)
                : { title: 'Gates out of date', icon: 'warning', tone: 'warning' }
            }
          />
        </Link>
      )}
      {review && (
        <Link to={`/approvals/${review.id}`}>
          <LookBadge look={standingLook(review.standing.state)} />
        </Link>
      )}
    </>
  )
}
