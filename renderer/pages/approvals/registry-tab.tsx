/** A version in the registry: its stage, its aliases, where it comes from, and everything that was done with it. */
import { useState } from 'react'
import { Link } from 'react-router'
import type { ModelVersion } from '../../../shared/contract/model.ts'
import type { HistoryEntry, RegistryEntry, Stage } from '../../../shared/contract/registry.ts'
import { Button } from '../../components/button.tsx'
import { Facts } from '../../components/facts.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { LookBadge } from './badge.tsx'
import { LineageGraph } from './lineage-graph.tsx'
import { VersionDiff } from './version-diff.tsx'
import { stageLook, standingLook } from './words.ts'

const stages: readonly { readonly value: Stage; readonly title: string; readonly disabled?: boolean }[] = [
  { value: 'draft', title: 'Draft' },
  { value: 'candidate', title: 'Candidate' },
  { value: 'approved', title: 'Approved: by signatures alone', disabled: true },
  { value: 'released', title: 'Released' },
  { value: 'retired', title: 'Retired' },
]

const Change = ({ entry }: { readonly entry: RegistryEntry }) => {
  const [stage, setStage] = useState<Stage>(entry.stage)
  const [reason, setReason] = useState('')
  const { busy, problem, run } = useAction()
  const isChampion = entry.aliases.includes('champion')
  const isChallenger = entry.aliases.includes('challenger')
  const move = (): void =>
    void run(async () => {
      await ask((client) => client.registry.setStage({ id: entry.versionId, stage, reason }))
      setReason('')
    })
  const alias = (name: 'champion' | 'challenger', take: boolean): void =>
    void run(async () => {
      const versionId = take ? entry.versionId : null
      await ask((client) => client.registry.setAlias({ modelId: entry.modelId, alias: name, versionId, reason }))
      setReason('')
    })
  return (
    <Section title="Change it" note="Each change goes into the audit log with its reason">
      <div className="field-row registry-change">
        <Field label="Stage">{(ids) => <Select {...ids} value={stage} onChoose={setStage} choices={stages} />}</Field>
        <Field label="Reason">
          {(ids) => (
            <input
              {...ids}
              type="text"
              value={reason}
              maxLength={2000}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      </div>
      <div className="button-row">
        <Button busy={busy} disabled={stage === entry.stage} onClick={move}>
          Move to {stage}
        </Button>
        <Button busy={busy} onClick={() => alias('champion', !isChampion)}>
          {isChampion ? 'No longer champion' : 'Make it champion'}
        </Button>
        <Button busy={busy} onClick={() => alias('challenger', !isChallenger)}>
          {isChallenger ? 'No longer challenger' : 'Make it challenger'}
        </Button>
      </div>
      {problem && <ProblemPanel problem={problem} />}
    </Section>
  )
}

const detailText = ({ detail }: HistoryEntry): string =>
  ['from', 'to', 'alias', 'decision', 'by', 'outcome', 'reason', 'round']
    .filter((key) => detail[key] !== undefined && detail[key] !== '' && detail[key] !== null)
    .map((key) => `${key} ${String(detail[key])}`)
    .join(', ')

const linkOf = (subject: string): string | null =>
  subject.startsWith('run_')
    ? `/runs/${subject}`
    : subject.startsWith('mv_')
      ? `/models/${subject}`
      : subject.startsWith('rv_')
        ? `/approvals/${subject}`
        : null

const History = ({ entry }: { readonly entry: RegistryEntry }) => {
  const history = useQuery(['approvals', 'history', entry.modelId], (client) =>
    client.registry.history({ modelId: entry.modelId }),
  )
  return (
    <Section title="History" note="All versions of this model, their runs and reviews, from the audit log">
      <Answered answer={history} label="Loading the history" rows={5}>
        {(list) => (
          <div className="table-scroll" role="group" aria-label="History" tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  <th scope="col">What</th>
                  <th scope="col">Detail</th>
                  <th scope="col">Who</th>
                  <th scope="col">Of</th>
                </tr>
              </thead>
              <tbody>
                {list.slice(0, 100).map((one) => {
                  const to = linkOf(one.subject)
                  return (
                    <tr key={one.sequence}>
                      <td>{formatTime(one.time)}</td>
                      <th scope="row">{one.event}</th>
                      <td className="muted audit-detail" title={detailText(one)}>
                        {detailText(one) || '—'}
                      </td>
                      <td>{one.actor}</td>
                      <td>{to ? <Link to={to}>{one.subject}</Link> : <code>{one.subject}</code>}</td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </div>
        )}
      </Answered>
    </Section>
  )
}

const LineageList = ({ entry }: { readonly entry: RegistryEntry }) => {
  const graph = useQuery(['approvals', 'lineage', entry.modelId], (client) =>
    client.registry.lineage({ modelId: entry.modelId }),
  )
  return (
    <Section
      title="Lineage"
      note="From data, recipes and parents over calibrations to runs and releases; assay registry lineage records it"
    >
      <Answered answer={graph} label="Loading the lineage" rows={3}>
        {(found) => <LineageGraph graph={found} current={entry.versionId} />}
      </Answered>
    </Section>
  )
}

export const RegistryTab = ({ version }: { readonly version: ModelVersion }) => {
  const answer = useQuery(['approvals', 'registry', version.id], (client) => client.registry.get({ id: version.id }))
  return (
    <Answered answer={answer} label="Loading the registry" rows={6}>
      {(entry) => (
        <>
          <Section title="Now">
            <Facts
              facts={[
                ['Stage', <LookBadge key="stage" look={stageLook(entry.stage)} />],
                ['Since', formatTime(entry.stageSince)],
                ['Aliases', entry.aliases.join(', ') || 'none'],
                [
                  'Review',
                  entry.standing ? (
                    <LookBadge key="review" look={standingLook(entry.standing.state)} />
                  ) : (
                    'none asked for'
                  ),
                ],
              ]}
            />
          </Section>
          <Change key={`${entry.stage} ${entry.aliases.join()}`} entry={entry} />
          <LineageList entry={entry} />
          <VersionDiff entry={entry} />
          <History entry={entry} />
        </>
      )}
    </Answered>
  )
}
