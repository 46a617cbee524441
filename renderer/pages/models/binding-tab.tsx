/** Which columns feed which input, and what the outputs mean. A guess is shown with its reasons before it is kept. */
import { useState } from 'react'
import type { Dataset, DatasetSummary } from '../../../shared/contract/dataset.ts'
import type { ModelVersion } from '../../../shared/contract/model.ts'
import { LinkButton } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { plural } from '../../../shared/format/number.ts'
import { BindingEditor } from './binding-editor.tsx'
import { blankBinding } from './blank-binding.ts'

const Guessed = ({ version, dataset }: { readonly version: ModelVersion; readonly dataset: Dataset }) => {
  const guess = useQuery(['models', 'guess', version.id, dataset.id], (client) =>
    client.models.guessBinding({ versionId: version.id, datasetId: dataset.id }),
  )
  // A guess that fails says what is missing; the binding can then be written by hand.
  if (guess.problem && !guess.data) {
    return (
      <BindingEditor
        version={version}
        dataset={dataset}
        start={{
          binding: version.binding ?? blankBinding(version, dataset),
          notes: [],
          findings: [],
          sample: { columns: [], rows: [] },
        }}
        startProblem={guess.problem}
      />
    )
  }
  return (
    <Answered answer={guess} label="Guessing the binding and trying it on ten rows" rows={6}>
      {(data) => {
        const own = version.bindingOrigin === 'user' && version.binding
        const start = own
          ? { ...data, binding: own, notes: ['This is the binding that you saved.'], sample: { columns: [], rows: [] } }
          : data
        return (
          <BindingEditor key={version.id + dataset.id} version={version} dataset={dataset} start={start} guess={data} />
        )
      }}
    </Answered>
  )
}

const Chosen = ({
  version,
  datasets,
}: {
  readonly version: ModelVersion
  readonly datasets: readonly DatasetSummary[]
}) => {
  const [datasetId, setDatasetId] = useState(datasets[0]?.id)
  const dataset = useQuery(
    ['datasets', 'get', datasetId],
    datasetId ? (client) => client.datasets.get({ id: datasetId }) : undefined,
  )
  return (
    <>
      <Field label="Dataset" help="Its columns are offered, and its first rows are used to try the binding.">
        {(ids) => (
          <Select
            {...ids}
            value={datasetId as string}
            onChoose={(id) => setDatasetId(datasets.find((one) => one.id === id)?.id)}
            choices={datasets.map((one) => ({
              value: one.id as string,
              title: `${one.name} · ${plural(one.columns, 'column')}`,
            }))}
          />
        )}
      </Field>
      <Answered answer={dataset} label="Loading the dataset" rows={6}>
        {(data) => <Guessed key={data.id} version={version} dataset={data} />}
      </Answered>
    </>
  )
}

export const BindingTab = ({ version }: { readonly version: ModelVersion }) => {
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list())
  return (
    <Answered answer={datasets} label="Loading datasets" rows={4}>
      {(list) =>
        list.length === 0 ? (
          <Empty
            icon="data"
            title="A binding needs a dataset"
            actions={<LinkButton to="/data/import">Import a dataset</LinkButton>}
          >
            It says which columns feed which input.
          </Empty>
        ) : (
          <Chosen version={version} datasets={list} />
        )
      }
    </Answered>
  )
}
