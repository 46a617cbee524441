/** One comparison: read from its document; nothing is computed here. */
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import type { Comparison, ComparisonSummary } from '../../../shared/contract/comparison.ts'
import type { ComparisonId } from '../../../shared/contract/ids.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Findings } from '../../components/findings.tsx'
import { UsedOfTotal } from '../../components/interval.tsx'
import { Page, Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { taskTitle } from '../../../shared/format/words.ts'
import { pushToast } from '../../shell/toast-store.ts'
import { CanarySection } from './canary-section.tsx'
import { ChangedRows } from './changed-rows.tsx'
import { ContendersTable } from './contenders-table.tsx'
import { DifferencesTable } from './differences-table.tsx'
import { GroupsTable } from './groups-table.tsx'
import { plural } from '../../../shared/format/number.ts'
import { formatP } from '../../../shared/format/p-value.ts'
import { McNemarTable } from './mcnemar-table.tsx'

const titleOf = ({ contenders }: Comparison, key: string): string =>
  contenders.find((one) => one.key === key)?.title ?? key

const Pairs = ({ id, comparison }: { readonly id: ComparisonId; readonly comparison: Comparison }) => {
  const [search, setSearch] = useSearchParams()
  const pair = comparison.pairs.find(({ other }) => other === search.get('other')) ?? comparison.pairs[0]
  if (!pair) return null
  const reference = titleOf(comparison, comparison.reference)
  return (
    <>
      <Section
        title={`${titleOf(comparison, pair.other)} against ${reference}`}
        note="Other minus reference, from pairs of scores of the same row"
      >
        {comparison.pairs.length > 1 && (
          <Field label="Compared with the reference">
            {(ids) => (
              <Select
                {...ids}
                value={pair.other as string}
                onChoose={(other) => setSearch({ other }, { replace: true })}
                choices={comparison.pairs.map(({ other }) => ({
                  value: other as string,
                  title: titleOf(comparison, other),
                }))}
              />
            )}
          </Field>
        )}
        <DifferencesTable pair={pair} comparison={comparison} />
        <p className="muted">
          p-values are corrected over the models compared (Holm), not over the metrics: decide by the metric that was
          chosen beforehand. “No difference shown” does not mean that there is none.
        </p>
      </Section>
      {pair.mcnemar && (
        <McNemarTable table={pair.mcnemar} reference={reference} other={titleOf(comparison, pair.other)} />
      )}
      {pair.signedRank && (
        <p className="muted">
          Wilcoxon’s signed-rank test of the absolute errors: p {formatP(pair.signedRank.p)}, over{' '}
          {plural(pair.signedRank.n, 'row')} whose errors differ.
        </p>
      )}
      <ChangedRows key={pair.other} id={id} pair={pair} task={comparison.task} />
      <GroupsTable groups={pair.groups} />
    </>
  )
}

/** Into the evidence of a run: what an approver signs then covers the comparison as well. */
const Attach = ({ summary }: { readonly summary: ComparisonSummary }) => {
  const { busy, problem, run } = useAction()
  const attach = (): void => {
    void run(async () => {
      for (const runId of summary.runs) await ask((client) => client.comparisons.attach({ id: summary.id, runId }))
      pushToast({ kind: 'good', title: 'Added to the evidence of each run' })
    })
  }
  return (
    <>
      <Button busy={busy} onClick={attach}>
        Add to the evidence
      </Button>
      {problem && <ProblemPanel problem={problem} />}
    </>
  )
}

export const ComparisonPage = () => {
  const id = useParams()['id'] as ComparisonId
  const navigate = useNavigate()
  const answer = useQuery(['runs', 'comparisons', 'get', id], (client) => client.comparisons.get({ id }))
  const found = answer.data
  const remove = async (): Promise<void> => {
    await ask((client) => client.comparisons.remove({ id }))
    void navigate('/compare', { replace: true })
  }
  return (
    <Page
      title={found ? found.summary.titles.join(' and ') : 'Comparison'}
      about={
        found && (
          <>
            <Link to={`/data/${found.comparison.dataset.id}`}>{found.comparison.dataset.name}</Link>
            <span>{taskTitle(found.comparison.task)}</span>
            <span>
              <UsedOfTotal used={found.comparison.rows.used} total={found.comparison.rows.total} /> rows in every run
            </span>
            <span>{formatTime(found.comparison.createdAt)}</span>
          </>
        )
      }
      actions={
        found && (
          <>
            <Attach summary={found.summary} />
            <ConfirmButton
              label="Remove"
              name="Remove this comparison"
              title="Remove this comparison?"
              confirm="Remove the comparison"
              lost={<p>Its numbers are lost; the runs stay, and comparing again gives the same numbers.</p>}
              act={remove}
            />
          </>
        )
      }
      wide
    >
      <Answered answer={answer} label="Loading the comparison" rows={10}>
        {({ comparison }) => (
          <>
            {comparison.findings.length > 0 && (
              <Section title="Findings">
                <Findings findings={comparison.findings} />
              </Section>
            )}
            <Section title="Models and baselines" note="95 % intervals">
              <ContendersTable comparison={comparison} />
            </Section>
            <Pairs id={id} comparison={comparison} />
            {comparison.canary && (
              <CanarySection
                canary={comparison.canary}
                reference={titleOf(comparison, comparison.reference)}
                other={titleOf(comparison, comparison.canary.run)}
              />
            )}
          </>
        )}
      </Answered>
    </Page>
  )
}
