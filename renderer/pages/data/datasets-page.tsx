import { Link, useNavigate } from 'react-router'
import type { DatasetSummary } from '../../../shared/contract/dataset.ts'
import { Button } from '../../components/button.tsx'
import { useLongList } from '../../components/long-list.tsx'
import { Page } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatBytes, formatCount, plural } from '../../../shared/format/number.ts'
import { formatAgo, formatTime } from '../../../shared/format/time.ts'
import { taskTitle } from '../../../shared/format/words.ts'
import { chooseAndOpen } from '../../shell/open-files.ts'

const DatasetsTable = ({ datasets }: { readonly datasets: readonly DatasetSummary[] }) => (
  <div className="table-scroll" role="group" aria-label="Datasets" tabIndex={0}>
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col" className="number">
            Rows
          </th>
          <th scope="col" className="number">
            Columns
          </th>
          <th scope="col">Target</th>
          <th scope="col">Task</th>
          <th scope="col" className="number">
            Size
          </th>
          <th scope="col">Imported</th>
        </tr>
      </thead>
      <tbody>
        {datasets.map((dataset) => (
          <tr key={dataset.id}>
            <th scope="row">
              <Link to={`/data/${dataset.id}`}>{dataset.name}</Link>
              {dataset.sourceFileName !== dataset.name && <span className="muted"> {dataset.sourceFileName}</span>}
            </th>
            <td className="number">{formatCount(dataset.rows)}</td>
            <td className="number">{formatCount(dataset.columns)}</td>
            <td>{dataset.target ?? <span className="muted">none</span>}</td>
            <td>{taskTitle(dataset.task)}</td>
            <td className="number">{formatBytes(dataset.bytes)}</td>
            <td title={formatTime(dataset.createdAt)}>{formatAgo(dataset.createdAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const FilteredDatasets = ({ datasets }: { readonly datasets: readonly DatasetSummary[] }) => {
  const { shown, filter, more } = useLongList(datasets, ({ name, sourceFileName }) => `${name} ${sourceFileName}`, {
    label: 'Filter the datasets',
    placeholder: 'Name or file',
    one: 'dataset',
  })
  return (
    <>
      {filter}
      {shown.length > 0 && <DatasetsTable datasets={shown} />}
      {more && <div className="more">{more}</div>}
    </>
  )
}

export const DatasetsPage = () => {
  const navigate = useNavigate()
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list())
  const importButton = (
    <Button kind="primary" icon="plus" onClick={() => void chooseAndOpen('dataset', navigate)}>
      Import a dataset
    </Button>
  )
  return (
    <Page
      title="Data"
      about={datasets.data ? plural(datasets.data.length, 'dataset') : undefined}
      actions={importButton}
    >
      <Answered answer={datasets} label="Loading datasets" rows={8}>
        {(list) => {
          if (list.length === 0) {
            return (
              <Empty icon="data" title="No datasets yet" actions={importButton}>
                A dataset is a fixed copy of a CSV, TSV, JSON or Parquet file. Drop one anywhere in this window.
              </Empty>
            )
          }
          return <FilteredDatasets datasets={list} />
        }}
      </Answered>
    </Page>
  )
}
