/** Whether a canary of the new model is rehearsed with the comparison, and how. */
import type { DatasetId } from '../../../shared/contract/ids.ts'
import { Field, Select } from '../../components/field.tsx'
import { useQuery } from '../../engine/query.ts'

const shares = ['0.01', '0.05', '0.1', '0.2', '0.5']

export const CanaryFields = ({
  datasetId,
  share,
  order,
  onShare,
  onOrder,
}: {
  readonly datasetId: DatasetId
  /** Empty for no canary. */
  readonly share: string
  readonly order: string
  readonly onShare: (share: string) => void
  readonly onOrder: (order: string) => void
}) => {
  const { data } = useQuery(['datasets', 'get', datasetId], (client) => client.datasets.get({ id: datasetId }))
  const columns = data?.columns.filter(({ type }) => type !== 'image') ?? []
  const time = columns.find(({ role }) => role === 'time')
  return (
    <div className="field-row">
      <Field
        label="Rehearse a canary"
        help="Rows are replayed in time order, a share of them answered by the first other model; a test that may look after every row rolls it back."
      >
        {(ids) => (
          <Select
            {...ids}
            value={share}
            onChoose={onShare}
            choices={[
              { value: '', title: 'No canary' },
              ...shares.map((value) => ({ value, title: `${100 * Number(value)} % of the traffic` })),
            ]}
          />
        )}
      </Field>
      {share !== '' && (
        <Field label="Rows in the order of" help="A column of times, dates or numbers.">
          {(ids) => (
            <Select
              {...ids}
              value={order}
              onChoose={onOrder}
              choices={[
                { value: '', title: time ? `The time column, ${time.name}` : 'The file' },
                ...columns.map(({ name }) => ({ value: name, title: name })),
              ]}
            />
          )}
        </Field>
      )}
    </div>
  )
}
