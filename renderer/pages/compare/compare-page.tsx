import { Link } from 'react-router'
import type { ComparisonSummary } from '../../../shared/contract/comparison.ts'
import { LinkButton } from '../../components/button.tsx'
import { Page, Section } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { plural } from '../../../shared/format/number.ts'
import { formatAgo, formatTime } from '../../../shared/format/time.ts'
import { taskTitle } from '../../../shared/format/words.ts'
import { ComparisonForm } from './comparison-form.tsx'

const Former = ({ comparisons }: { readonly comparisons: readonly ComparisonSummary[] }) => (
  <Section title="Comparisons" note={plural(comparisons.length, 'comparison')}>
    <div className="table-scroll" role="group" aria-label="Comparisons" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Runs, the reference first</th>
            <th scope="col">Dataset</th>
            <th scope="col">Task</th>
            <th scope="col">Compared</th>
          </tr>
        </thead>
        <tbody>
          {comparisons.map(({ id, titles, dataset, task, createdAt }) => (
            <tr key={id}>
              <th scope="row">
                <Link to={`/compare/${id}`}>{titles.join(' and ')}</Link>
              </th>
              <td>{dataset}</td>
              <td>{taskTitle(task)}</td>
              <td title={formatTime(createdAt)}>{formatAgo(createdAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Section>
)

export const ComparePage = () => {
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list())
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list())
  const comparisons = useQuery(['runs', 'comparisons', 'list'], (client) => client.comparisons.list())
  return (
    <Page title="Compare" about="Two models on the same rows, as pairs: never two lone numbers." wide>
      <Answered answer={runs} label="Loading runs" rows={6}>
        {(list) => {
          const scored = list.filter(({ scoresSha256 }) => scoresSha256 !== null)
          if (scored.length === 0) {
            return (
              <Empty
                icon="compare"
                title="Nothing to compare yet"
                actions={
                  <LinkButton kind="primary" to="/runs?new=1">
                    New run
                  </LinkButton>
                }
              >
                Score two model versions on the same dataset; then see where they differ, and whether it matters.
              </Empty>
            )
          }
          return (
            <Answered answer={datasets} label="Loading datasets" rows={4}>
              {(all) => <ComparisonForm runs={scored} datasets={all} />}
            </Answered>
          )
        }}
      </Answered>
      <Answered answer={comparisons} label="Loading comparisons" rows={3}>
        {(list) => (list.length === 0 ? null : <Former comparisons={list} />)}
      </Answered>
    </Page>
  )
}
