/** Which runs of one dataset, which of them is the reference, what to train a baseline on, and the margin. */
import { useState } from 'react'
import type { DatasetSummary } from '../../../shared/contract/dataset.ts'
import type { DatasetId, RunId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { runJob, useJob } from '../../engine/jobs.ts'
import { toProblem } from '../../engine/problem.ts'
import { useAction } from '../../engine/use-action.ts'
import { plural } from '../../../shared/format/number.ts'
import { formatAgo } from '../../../shared/format/time.ts'
import { metricTitle } from '../../../shared/format/words.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { headlineMetrics } from '../../../shared/metrics/definitions.ts'
import { useLeadOn } from '../../shell/use-lead-on.ts'
import { CanaryFields } from './canary-fields.tsx'

const RunChoice = ({
  run,
  chosen,
  reference,
  onChosen,
  onReference,
}: {
  readonly run: Run
  readonly chosen: boolean
  readonly reference: boolean
  readonly onChosen: (chosen: boolean) => void
  readonly onReference: () => void
}) => {
  const title = `${run.model} ${run.version}`
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`Compare ${title}`}
          checked={chosen}
          onChange={(event) => onChosen(event.target.checked)}
        />
      </td>
      <td>
        <input
          type="radio"
          name="reference"
          aria-label={`${title} is the reference`}
          checked={reference}
          disabled={!chosen}
          onChange={onReference}
        />
      </td>
      <th scope="row">{title}</th>
      <td>
        {run.headline ? (
          <>
            <span className="muted">{metricTitle(run.headline.name)}</span> <MetricText metric={run.headline.metric} />
          </>
        ) : (
          <span className="muted">not evaluated</span>
        )}
      </td>
      <td className="muted">{formatAgo(run.createdAt)}</td>
    </tr>
  )
}

export const ComparisonForm = ({
  runs,
  datasets,
}: {
  /** Scored runs, newest first. */
  readonly runs: readonly Run[]
  readonly datasets: readonly DatasetSummary[]
}) => {
  const leadOn = useLeadOn()
  const withRuns = datasets.filter(({ id }) => runs.some(({ datasetId }) => datasetId === id))
  const most = withRuns.toSorted((a, b) => countOf(runs, b.id) - countOf(runs, a.id))[0]
  const [datasetId, setDatasetId] = useState<DatasetId>(most?.id as DatasetId)
  const own = runs.filter((run) => run.datasetId === datasetId)
  const [picked, setPicked] = useState<readonly RunId[]>(() => newestOfEach(runs, datasetId))
  const [referenceId, setReferenceId] = useState<RunId | undefined>(picked[picked.length - 1])
  const [train, setTrain] = useState('')
  const [margin, setMargin] = useState('')
  const [canary, setCanary] = useState('')
  const [order, setOrder] = useState('')
  const [jobId, setJobId] = useState<string>()
  const job = useJob(jobId)
  const { busy, problem, run: act } = useAction()
  const task = own[0]?.task ?? 'binary'
  const reference = picked.includes(referenceId as RunId) ? referenceId : picked[0]
  const width = Number(margin)
  const marginWrong = margin.trim() !== '' && !(width > 0)

  const chooseDataset = (id: string): void => {
    setDatasetId(id as DatasetId)
    setOrder('')
    const newest = newestOfEach(runs, id as DatasetId)
    setPicked(newest)
    setReferenceId(newest[newest.length - 1])
  }
  const compare = (): void => {
    void act(async () => {
      const done = await runJob(
        (client) =>
          client.comparisons.start({
            runs: [reference as RunId, ...picked.filter((id) => id !== reference)],
            ...(train === '' ? {} : { train: train as DatasetId }),
            ...(margin.trim() === '' ? {} : { margins: { [headlineMetrics[task]]: width } }),
            ...(canary === '' || picked.length < 2
              ? {}
              : { canary: { share: Number(canary), ...(order === '' ? {} : { order }) } }),
          }),
        (answer) => setJobId(answer.jobId),
      )
      if (done.error) throw new AssayError(toProblem({ data: done.error }))
      if (done.result) leadOn(`/compare/${done.result}`)
    })
  }
  return (
    <Section title="Compare runs" note="Pairs need the same rows: the runs of one dataset">
      <form
        className="panel compare-form"
        onSubmit={(event) => {
          event.preventDefault()
          compare()
        }}
      >
        <Field label="Dataset">
          {(ids) => (
            <Select
              {...ids}
              value={datasetId as string}
              onChoose={chooseDataset}
              choices={withRuns.map((one) => ({
                value: one.id as string,
                title: `${one.name} · ${plural(countOf(runs, one.id), 'scored run')}`,
              }))}
            />
          )}
        </Field>
        <div className="table-scroll" role="group" aria-label="Runs" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Compare</th>
                <th scope="col">Reference</th>
                <th scope="col">Model</th>
                <th scope="col">Main metric, 95 % interval</th>
                <th scope="col">Scored</th>
              </tr>
            </thead>
            <tbody>
              {own.map((run) => (
                <RunChoice
                  key={run.id}
                  run={run}
                  chosen={picked.includes(run.id)}
                  reference={reference === run.id}
                  onChosen={(chosen) =>
                    setPicked(chosen ? [...picked, run.id] : picked.filter((other) => other !== run.id))
                  }
                  onReference={() => setReferenceId(run.id)}
                />
              ))}
            </tbody>
          </table>
        </div>
        <div className="field-row">
          <Field
            label="Train the baselines on"
            help="A linear model and a small tree, best on what the models were trained on. Otherwise each part of these rows is predicted by what the others teach."
          >
            {(ids) => (
              <Select
                {...ids}
                value={train}
                onChoose={setTrain}
                choices={[
                  { value: '', title: 'The compared rows, cross-fitted' },
                  ...datasets
                    .filter(({ id, target }) => id !== datasetId && target !== null)
                    .map((one) => ({ value: one.id as string, title: `${one.name} · ${plural(one.rows, 'row')}` })),
                ]}
              />
            )}
          </Field>
          <Field
            label={`Margin of ${metricTitle(headlineMetrics[task])}`}
            help={
              marginWrong
                ? 'A number above 0.'
                : 'A difference smaller than this does not matter. Set it before you look.'
            }
          >
            {(ids) => (
              <input
                {...ids}
                type="text"
                inputMode="decimal"
                placeholder="none"
                value={margin}
                aria-invalid={marginWrong}
                onChange={(event) => setMargin(event.target.value)}
              />
            )}
          </Field>
        </div>
        {picked.length > 1 && (
          <CanaryFields datasetId={datasetId} share={canary} order={order} onShare={setCanary} onOrder={setOrder} />
        )}
        {problem && <ProblemPanel problem={problem} />}
        {job?.state === 'running' && (
          <div aria-live="polite">
            <JobProgress job={job} />
          </div>
        )}
        <Button kind="primary" type="submit" busy={busy} disabled={picked.length === 0 || marginWrong}>
          {picked.length === 1 ? 'Compare with the baselines' : `Compare ${plural(picked.length, 'run')}`}
        </Button>
      </form>
    </Section>
  )
}

const countOf = (runs: readonly Run[], datasetId: string): number =>
  runs.filter((run) => run.datasetId === datasetId).length

/** The newest run of each version, at most four: what one most likely wants to compare. */
const newestOfEach = (runs: readonly Run[], datasetId: DatasetId): readonly RunId[] => {
  const seen = new Set<string>()
  return runs
    .filter((run) => {
      if (run.datasetId !== datasetId || seen.has(run.versionId)) return false
      seen.add(run.versionId)
      return true
    })
    .slice(0, 4)
    .map(({ id }) => id)
}
