import { useNavigate, useParams } from 'react-router'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { DatasetId } from '../../../shared/contract/ids.ts'
import { LinkButton } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { countFindings, Findings } from '../../components/findings.tsx'
import { Page, Section } from '../../components/page.tsx'
import { Answered } from '../../components/states.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { taskTitle } from '../../../shared/format/words.ts'
import { ColumnsTable } from './columns-table.tsx'
import { DatasetFacts } from './dataset-facts.tsx'
import { DatasetRows } from './dataset-rows.tsx'

const DatasetBody = ({ dataset }: { readonly dataset: Dataset }) => (
  <>
    {dataset.findings.length > 0 && (
      <Section title="Findings" note={countFindings(dataset.findings)}>
        <Findings findings={dataset.findings} />
      </Section>
    )}
    <Tabs
      label="Dataset"
      tabs={[
        {
          id: 'columns',
          title: 'Columns',
          count: formatCount(dataset.columns.length),
          body: () => <ColumnsTable dataset={dataset} />,
        },
        { id: 'rows', title: 'Rows', count: formatCount(dataset.rows), body: () => <DatasetRows dataset={dataset} /> },
        { id: 'source', title: 'Source', body: () => <DatasetFacts dataset={dataset} /> },
      ]}
    />
  </>
)

export const DatasetPage = () => {
  const navigate = useNavigate()
  const id = useParams()['id'] as DatasetId
  const answer = useQuery(['datasets', 'get', id], (client) => client.datasets.get({ id }))
  const dataset = answer.data
  const remove = async (): Promise<void> => {
    await ask((client) => client.datasets.remove({ id }))
    void navigate('/data', { replace: true })
  }
  return (
    <Page
      title={dataset?.name ?? 'Dataset'}
      about={
        dataset && (
          <>
            <span>{plural(dataset.rows, 'row')}</span>
            <span>{plural(dataset.columns.length, 'column')}</span>
            <span>{taskTitle(dataset.task)}</span>
            <span>{formatTime(dataset.createdAt)}</span>
          </>
        )
      }
      actions={
        dataset && (
          <>
            <ConfirmButton
              label="Remove"
              name="Remove this dataset"
              title={`Remove ${dataset.name}?`}
              confirm="Remove the dataset"
              lost={
                <p>
                  {plural(dataset.rows, 'row')} are deleted from this workspace; the file they came from is not touched.
                  A dataset that a run uses is not removed.
                </p>
              }
              act={remove}
            />
            <LinkButton kind="primary" to={`/runs?new=1&dataset=${dataset.id}`}>
              Score it with a model
            </LinkButton>
          </>
        )
      }
      wide
    >
      <Answered answer={answer} label="Loading the dataset" rows={10}>
        {(data) => <DatasetBody key={data.id} dataset={data} />}
      </Answered>
    </Page>
  )
}
