import { Link } from 'react-router'
import type { DriftSummary } from '../../../shared/contract/drift.ts'
import { LinkButton } from '../../components/button.tsx'
import { Page, Section } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { formatAgo, formatTime } from '../../../shared/format/time.ts'
import { DriftForm } from './drift-form.tsx'

const Former = ({ comparisons }: { readonly comparisons: readonly DriftSummary[] }) => (
  <Section title="Comparisons" note={plural(comparisons.length, 'comparison')}>
    <div className="table-scroll" role="group" aria-label="Comparisons" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Reference and current</th>
            <th scope="col" className="number">
              Drifted
            </th>
            <th scope="col" className="number">
              Slight
            </th>
            <th scope="col" className="number">
              Stable
            </th>
            <th scope="col">Compared</th>
          </tr>
        </thead>
        <tbody>
          {comparisons.map(({ id, reference, current, counts, createdAt }) => (
            <tr key={id}>
              <th scope="row">
                <Link to={`/drift/${id}`}>
                  {reference.name} and {current.name}
                </Link>
              </th>
              <td className="number">{formatCount(counts.drifted)}</td>
              <td className="number">{formatCount(counts.slight)}</td>
              <td className="number">{formatCount(counts.stable)}</td>
              <td title={formatTime(createdAt)}>{formatAgo(createdAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Section>
)

export const DriftPage = () => {
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list())
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list())
  const comparisons = useQuery(['workspace', 'drift', 'list'], (client) => client.drift.list())
  return (
    <Page title="Drift" about="What has changed between two datasets, and what chance alone would explain." wide>
      <Answered answer={datasets} label="Loading datasets" rows={6}>
        {(list) =>
          list.length === 0 ? (
            <Empty
              icon="drift"
              title="Nothing to compare yet"
              actions={
                <LinkButton kind="primary" to="/data">
                  Import a dataset
                </LinkButton>
              }
            >
              Import the data that a model was built on, and newer data of the same columns.
            </Empty>
          ) : (
            <Answered answer={runs} label="Loading runs" rows={4}>
              {(all) => <DriftForm datasets={list} runs={all} />}
            </Answered>
          )
        }
      </Answered>
      <Answered answer={comparisons} label="Loading comparisons" rows={3}>
        {(list) => (list.length === 0 ? null : <Former comparisons={list} />)}
      </Answered>
    </Page>
  )
}
