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
import { headlineMetrics, otherMarginMetrics } from '../../../shared/metrics/definitions.ts'
import { NumberField } from '../../components/number-field.tsx'
import { typedNumber } from '../../components/typed-number.ts'
import { useLeadOn } from '../../shell/use-lead-on.ts'
import { CanaryFields, canaryRequest, noCanary } from './canary-fields.tsx'

const marginRule = { least: 0, open: true }

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
  const [marginTexts, setMarginTexts] = useState<Readonly<Record<string, string>>>({})
  const [canaryTexts, setCanaryTexts] = useState(noCanary)
  const [jobId, setJobId] = useState<string>()
  const job = useJob(jobId)
  const { busy, problem, run: act } = useAction()
  const task = own[0]?.task ?? 'binary'
  const reference = picked.includes(referenceId as RunId) ? referenceId : picked[0]
  const headline = headlineMetrics[task]
  const margins = [headline, ...otherMarginMetrics[task]].flatMap((name) => {
    const width = typedNumber(marginTexts[name] ?? '', marginRule)
    return width === undefined ? [] : [[name, width] as const]
  })
  const canary = picked.length < 2 ? undefined : canaryRequest(canaryTexts)
  const wrong = canary === null || margins.some(([, width]) => width === null)

  const chooseDataset = (id: string): void => {
    setDatasetId(id as DatasetId)
    setCanaryTexts({ ...canaryTexts, order: '', loss: '' })
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
            ...(margins.length === 0 ? {} : { margins: Object.fromEntries(margins) as Record<string, number> }),
            ...(canary ? { canary } : {}),
          }),
        (answer) => setJobId(answer.jobId),
      )
      if (done.error) throw new AssayError(toProblem({ data: done.error }))
      if (done.result) leadOn(`/compare/${done.result}`)
    })
  }
  const margin = (name: string, help?: string) => (
    <NumberField
      key={name}
      label={`Margin of ${metricTitle(name)}`}
      help={help}
      rule={marginRule}
      text={marginTexts[name] ?? ''}
      placeholder="none"
      onChange={(text) => setMarginTexts({ ...marginTexts, [name]: text })}
    />
  )
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
          {margin(headline, 'A difference smaller than this does not matter. Set it before you look.')}
        </div>
        {otherMarginMetrics[task].length > 0 && (
          <details>
            <summary>Margins of other metrics</summary>
            <div className="field-row">{otherMarginMetrics[task].map((name) => margin(name))}</div>
          </details>
        )}
        {picked.length > 1 && (
          <CanaryFields datasetId={datasetId} task={task} texts={canaryTexts} onChange={setCanaryTexts} />
        )}
        {problem && <ProblemPanel problem={problem} />}
        {job?.state === 'running' && (
          <div aria-live="polite">
            <JobProgress job={job} />
          </div>
        )}
        <Button kind="primary" type="submit" busy={busy} disabled={picked.length === 0 || wrong}>
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
