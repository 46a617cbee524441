import type { DriftSummary } from '../../../shared/contract/drift.ts'
import { LinkButton } from '../../components/button.tsx'
import { ComparisonsPage } from '../../components/comparisons-page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { DriftForm } from './drift-form.tsx'
import { sideTitle } from './side-words.ts'

const counted = (title: string, count: keyof DriftSummary['counts']) => ({
  title,
  isNumber: true,
  cell: ({ counts }: DriftSummary) => formatCount(counts[count]),
})
const columns = [
  {
    title: 'Reference and current',
    cell: ({ reference, current }: DriftSummary) => `${sideTitle(reference)} and ${sideTitle(current)}`,
  },
  counted('Drifted', 'drifted'),
  counted('Slight', 'slight'),
  counted('Stable', 'stable'),
] as const

export const DriftPage = () => {
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list())
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list())
  const comparisons = useQuery(['workspace', 'drift', 'list'], (client) => client.drift.list())
  return (
    <ComparisonsPage
      title="Drift"
      about="What has changed between two datasets, and what chance alone would explain."
      path="/drift"
      made={comparisons}
      columns={columns}
    >
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
    </ComparisonsPage>
  )
}
