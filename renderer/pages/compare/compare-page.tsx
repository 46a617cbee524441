import type { ComparisonSummary } from '../../../shared/contract/comparison.ts'
import { LinkButton } from '../../components/button.tsx'
import { ComparisonsPage } from '../../components/comparisons-page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { taskTitle } from '../../../shared/format/words.ts'
import { ComparisonForm } from './comparison-form.tsx'

const columns = [
  { title: 'Runs, the reference first', cell: ({ titles }: ComparisonSummary) => titles.join(' and ') },
  { title: 'Dataset', cell: ({ dataset }: ComparisonSummary) => dataset },
  { title: 'Task', cell: ({ task }: ComparisonSummary) => taskTitle(task) },
] as const

export const ComparePage = () => {
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list())
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list())
  const comparisons = useQuery(['runs', 'comparisons', 'list'], (client) => client.comparisons.list())
  return (
    <ComparisonsPage
      title="Compare"
      about="Two models on the same rows, as pairs: never two lone numbers."
      path="/compare"
      made={comparisons}
      columns={columns}
    >
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
    </ComparisonsPage>
  )
}
