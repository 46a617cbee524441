/** The gates of a run: hold it against a policy, read what came out, ask for a review. */
import { useState } from 'react'
import { Link } from 'react-router'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { bridge } from '../../engine/bridge.ts'
import { ask } from '../../engine/client.ts'
import { setAnswer } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { LookBadge, WholeHash } from './badge.tsx'
import { GateTable, gatesSummary } from './gate-table.tsx'
import { useGateState, usePolicies, useReviews } from './queries.ts'
import { RequestDialog } from './request-dialog.tsx'
import { gatesLook, standingLook } from './words.ts'

const JudgeForm = ({ run }: { readonly run: Run }) => {
  const policies = usePolicies()
  const [chosen, setChosen] = useState('')
  const { busy, problem, run: act } = useAction()
  const list = (policies.data ?? []).filter((policy) => policy.task === null || policy.task === run.task)
  const sha256 = chosen || (list[0]?.sha256 ?? '')
  const judge = (): void =>
    void act(async () => {
      setAnswer(
        ['approvals', 'gates', run.id],
        await ask((client) => client.gates.judge({ runId: run.id, policy: { sha256 } })),
      )
    })
  if (policies.data && list.length === 0) {
    return (
      <Empty
        icon="shield"
        title="No policy for this task yet"
        actions={<Link to="/approvals?tab=policies">Write a policy</Link>}
      >
        A policy says what must hold before a model is released.
      </Empty>
    )
  }
  return (
    <div className="judge">
      <Field label="Policy">
        {(ids) => (
          <Select
            {...ids}
            value={sha256}
            onChoose={setChosen}
            choices={list.map((policy) => ({
              value: policy.sha256,
              title: `${policy.name} · ${policy.sha256.slice(0, 8)}`,
            }))}
          />
        )}
      </Field>
      <Button kind="primary" busy={busy} disabled={sha256 === ''} onClick={judge}>
        Judge the gates
      </Button>
      {problem && <ProblemPanel problem={problem} />}
    </div>
  )
}

const ReviewsOfRun = ({ run }: { readonly run: Run }) => {
  const reviews = (useReviews().data ?? []).filter((review) => review.subject.runId === run.id)
  const [asking, setAsking] = useState(false)
  return (
    <Section
      title="Review"
      note="Someone who did not make it looks, and signs"
      actions={
        <Button icon="approvals" onClick={() => setAsking(true)}>
          Ask for a review
        </Button>
      }
    >
      {asking && (
        <RequestDialog
          run={run}
          earlier={reviews.find((review) => review.standing.state !== 'withdrawn')}
          onClose={() => setAsking(false)}
        />
      )}
      {reviews.length === 0 ? (
        <p className="muted">No review was asked for yet.</p>
      ) : (
        <ul className="cards" aria-label="Reviews of this run">
          {reviews.map((review) => (
            <li key={review.id}>
              <Link to={`/approvals/${review.id}`}>
                Round {review.round}, asked by {review.requestedBy.name}
              </Link>
              <LookBadge look={standingLook(review.standing.state)} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

export const GatesTab = ({ run }: { readonly run: Run }) => {
  const state = useGateState(run.id)
  const { problem, run: act } = useAction()
  const junit = (): void =>
    void act(async () => {
      const file = await bridge().chooseSavePath({
        suggestedName: `${run.model} ${run.version} gates.xml`,
        kind: 'xml',
      })
      if (file) await ask((client) => client.gates.junit({ runId: run.id, file: { token: file.token } }))
    })
  return (
    <>
      <JudgeForm run={run} />
      <Answered answer={state} label="Loading the gates" rows={5}>
        {(judged) =>
          judged === null ? null : (
            <Section
              title="Gates"
              note={`${judged.gates.policyName}, judged ${formatTime(judged.gates.judgedAt)}`}
              actions={
                <Button icon="export" onClick={junit}>
                  Save as JUnit XML
                </Button>
              }
            >
              {problem && <ProblemPanel problem={problem} />}
              {!judged.current && (
                <p className="notice">
                  <Icon name="warning" /> The evidence has changed since. Judge the gates again.
                </p>
              )}
              <p className="gates-verdict" data-testid="gates-verdict">
                <LookBadge look={gatesLook(judged.gates.outcome)} />
                <span className="muted">{gatesSummary(judged.gates)}</span>
              </p>
              <GateTable gates={judged.gates} />
              <div className="hashes">
                <span>Evidence</span>
                <WholeHash value={judged.gates.evidenceSha256} label="SHA-256 of the evidence" />
                <span>Policy</span>
                <WholeHash value={judged.gates.policySha256} label="SHA-256 of the policy" />
              </div>
            </Section>
          )
        }
      </Answered>
      <ReviewsOfRun run={run} />
    </>
  )
}
