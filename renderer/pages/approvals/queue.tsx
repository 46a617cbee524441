/** The reviews: what waits first, then what was decided. */
import { useState } from 'react'
import { Link } from 'react-router'
import type { ReviewSummary } from '../../../shared/contract/review.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { bridge } from '../../engine/bridge.ts'
import { ask } from '../../engine/client.ts'
import { runJob } from '../../engine/jobs.ts'
import { toProblem } from '../../engine/problem.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { formatAgo } from '../../../shared/format/time.ts'
import { useLeadOn } from '../../shell/use-lead-on.ts'
import { LookBadge } from './badge.tsx'
import { useReviews } from './queries.ts'
import { TrustDialog } from './trust-dialog.tsx'
import { gatesLook, standingLook } from './words.ts'

const rank = { pending: 0, outdated: 1, expired: 2, rejected: 3, approved: 4, withdrawn: 5 } as const

const ReviewRow = ({ review }: { readonly review: ReviewSummary }) => (
  <tr>
    <th scope="row">
      <Link to={`/approvals/${review.id}`}>{review.title}</Link>
    </th>
    <td>
      <LookBadge look={standingLook(review.standing.state)} />
    </td>
    <td className="number">
      {formatCount(review.standing.approvals)} of {formatCount(review.standing.needed)}
    </td>
    <td>
      <LookBadge look={gatesLook(review.gatesOutcome)} />
    </td>
    <td className="number">{review.openFindings === 0 ? '—' : formatCount(review.openFindings)}</td>
    <td>{review.policyName}</td>
    <td>
      {review.requestedBy.name}
      {review.origin === 'imported' && <span className="muted"> · another workspace</span>}
    </td>
    <td>{formatAgo(review.updatedAt)}</td>
  </tr>
)

export const Queue = () => {
  const leadOn = useLeadOn()
  const reviews = useReviews()
  const { busy, problem, run } = useAction()
  const [stranger, setStranger] = useState<{ name: string; fingerprint: string; token: string }>()
  const take = async (token: string, trust?: string): Promise<void> => {
    const job = await runJob((client) => client.reviews.import({ file: { token }, ...(trust ? { trust } : {}) }))
    if (job.error) throw new AssayError(toProblem({ data: job.error }))
    setStranger(undefined)
    if (job.result) leadOn(`/approvals/${job.result}`)
  }
  /** Checked before anything is taken in: an unknown signer is a question to the user, not an error. */
  const look = async (token: string): Promise<void> => {
    const { ok, signer } = await ask((client) => client.proofs.file({ file: { token } }))
    if (ok && signer && !signer.known) setStranger({ ...signer, token })
    else await take(token)
  }
  const choose = (): void =>
    void run(async () => {
      const [file] = await bridge().chooseFiles('any')
      if (file) await look(file.token)
    })
  return (
    <Section
      title="Reviews"
      note="Ask for one on the page of an evaluated run"
      actions={
        <Button kind="primary" busy={busy} onClick={choose}>
          Import a package
        </Button>
      }
    >
      {problem && <ProblemPanel problem={problem} />}
      {stranger && (
        <TrustDialog
          name={stranger.name}
          fingerprint={stranger.fingerprint}
          onClose={() => setStranger(undefined)}
          onTrust={() => take(stranger.token, stranger.fingerprint)}
        />
      )}
      <Answered answer={reviews} label="Loading reviews" rows={4}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon="approvals" title="No reviews yet">
              An author holds a run against a policy and asks for its review. A colleague sends theirs as a package.
            </Empty>
          ) : (
            <div className="table-scroll" role="group" aria-label="Reviews" tabIndex={0}>
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">Of</th>
                    <th scope="col">State</th>
                    <th scope="col" className="number">
                      Approvals
                    </th>
                    <th scope="col">Gates</th>
                    <th scope="col" className="number">
                      Open findings
                    </th>
                    <th scope="col">Policy</th>
                    <th scope="col">Asked by</th>
                    <th scope="col">Changed</th>
                  </tr>
                </thead>
                <tbody>
                  {[...list]
                    .sort((a, b) => rank[a.standing.state] - rank[b.standing.state])
                    .map((review) => (
                      <ReviewRow key={review.id} review={review} />
                    ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
    </Section>
  )
}
