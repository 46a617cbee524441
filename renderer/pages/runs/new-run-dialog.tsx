/** Which version, on which dataset, on which device. Devices say why they are not available. */
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { DatasetId, VersionId } from '../../../shared/contract/ids.ts'
import type { DatasetSummary } from '../../../shared/contract/dataset.ts'
import type { ModelSummary } from '../../../shared/contract/model.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field, Select } from '../../components/field.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { typedNumber } from '../../components/typed-number.ts'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { scoreAndEvaluate } from '../../engine/scoring.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { deviceTitle } from '../../../shared/format/words.ts'

const versionsOf = (models: readonly ModelSummary[]) =>
  models.flatMap((model) => model.versions.map((version) => ({ ...version, name: model.name })))

const batchRule = { least: 1, most: 1_000_000, whole: true }
const threadsRule = { least: 1, most: 256, whole: true }

const Form = ({
  models,
  datasets,
  given,
  onClose,
}: {
  readonly models: readonly ModelSummary[]
  readonly datasets: readonly DatasetSummary[]
  readonly given: { readonly versionId: string | null; readonly datasetId: string | null }
  readonly onClose: () => void
}) => {
  const navigate = useNavigate()
  const versions = versionsOf(models)
  const [versionId, setVersionId] = useState<string>(given.versionId ?? versions[0]?.id ?? '')
  const [datasetId, setDatasetId] = useState<string>(given.datasetId ?? datasets[0]?.id ?? '')
  const [device, setDevice] = useState<Run['requestedDevice']>('auto')
  const [batch, setBatch] = useState('')
  const [threads, setThreads] = useState('')
  const batchRows = typedNumber(batch, batchRule)
  const threadCount = typedNumber(threads, threadsRule)
  const devices = useQuery(['devices', 'list'], (client) => client.devices.list({ refresh: false }))
  const { busy, problem, run } = useAction()
  const dataset = datasets.find((one) => one.id === datasetId)
  const chosenDevice = devices.data?.find((one) => one.name === device)
  const score = (): void => {
    void run(async () => {
      const runId = await scoreAndEvaluate({
        versionId: versionId as VersionId,
        datasetId: datasetId as DatasetId,
        device,
        ...(batchRows ? { batchRows } : {}),
        ...(threadCount ? { threads: threadCount } : {}),
      })
      void navigate(`/runs/${runId}`, { replace: true })
    })
  }
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        score()
      }}
    >
      <Field label="Model version">
        {(ids) => (
          <Select
            {...ids}
            value={versionId}
            onChoose={setVersionId}
            choices={versions.map((one) => ({ value: one.id as string, title: `${one.name} ${one.version}` }))}
          />
        )}
      </Field>
      <Field
        label="Dataset"
        help={
          dataset?.target === null
            ? 'It has no target: rows can be scored, and not evaluated.'
            : dataset
              ? `Target ${dataset.target}, ${plural(dataset.rows, 'row')}.`
              : undefined
        }
      >
        {(ids) => (
          <Select
            {...ids}
            value={datasetId}
            onChoose={setDatasetId}
            choices={datasets.map((one) => ({
              value: one.id as string,
              title: `${one.name} · ${plural(one.rows, 'row')}`,
            }))}
          />
        )}
      </Field>
      <Field
        label="Device"
        help={
          device === 'auto'
            ? devices.data
              ? 'A short benchmark chooses the device and the batch size.'
              : 'The devices are being probed.'
            : chosenDevice?.detail
        }
      >
        {(ids) => (
          <Select
            {...ids}
            value={device}
            onChoose={setDevice}
            choices={[
              { value: 'auto', title: deviceTitle('auto') },
              ...(devices.data ?? []).map((one) => ({
                value: one.name,
                title: one.available ? deviceTitle(one.name) : `${deviceTitle(one.name)}: not available, ${one.detail}`,
                disabled: !one.available,
              })),
            ]}
          />
        )}
      </Field>
      <details>
        <summary>Batch and threads</summary>
        <div className="field-row">
          <NumberField
            label="Rows a batch"
            rule={batchRule}
            text={batch}
            placeholder="by benchmark"
            onChange={setBatch}
          />
          <NumberField
            label="Threads"
            help="Of ONNX Runtime."
            rule={threadsRule}
            text={threads}
            placeholder="by benchmark"
            onChange={setThreads}
          />
        </div>
      </details>
      {devices.problem && <ProblemPanel problem={devices.problem} retry={devices.refresh} />}
      {problem && <ProblemPanel problem={problem} />}
      <footer className="dialog-foot">
        <Button onClick={onClose}>Close</Button>
        <Button
          kind="primary"
          type="submit"
          busy={busy}
          disabled={versionId === '' || !dataset || batchRows === null || threadCount === null}
        >
          Score {dataset ? plural(dataset.rows, 'row') : `${formatCount(0)} rows`}
        </Button>
      </footer>
    </form>
  )
}

export const NewRunDialog = ({
  versionId,
  datasetId,
  onClose,
}: {
  readonly versionId: string | null
  readonly datasetId: string | null
  readonly onClose: () => void
}) => {
  const models = useQuery(['models', 'list'], (client) => client.models.list())
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list())
  return (
    <Dialog title="New run" onClose={onClose}>
      <Answered answer={models} label="Loading models" rows={3}>
        {(modelList) => (
          <Answered answer={datasets} label="Loading datasets" rows={3}>
            {(datasetList) =>
              modelList.length === 0 || datasetList.length === 0 ? (
                <Empty icon="runs" title="A run needs a model and a dataset">
                  {modelList.length === 0 ? 'Import an ONNX file first.' : 'Import a dataset first.'}
                </Empty>
              ) : (
                <Form models={modelList} datasets={datasetList} given={{ versionId, datasetId }} onClose={onClose} />
              )
            }
          </Answered>
        )}
      </Answered>
    </Dialog>
  )
}
