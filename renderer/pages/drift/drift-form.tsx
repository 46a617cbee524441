/** Which dataset against which, and how the verdicts are made. Runs on both are taken along where there are any. */
import { useState } from 'react'
import type { DatasetSummary } from '../../../shared/contract/dataset.ts'
import type { DriftCorrection, DriftPreset, DriftRequest } from '../../../shared/contract/drift-request.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { DatasetId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { runJob, useJob } from '../../engine/jobs.ts'
import { toProblem } from '../../engine/problem.ts'
import { useAction } from '../../engine/use-action.ts'
import { plural } from '../../../shared/format/number.ts'
import { useLeadOn } from '../../shell/use-lead-on.ts'

const presets: readonly { readonly value: DriftPreset; readonly title: string; readonly help: string }[] = [
  {
    value: 'assay',
    title: 'Test and size',
    help: 'Kolmogorov–Smirnov for numbers, chi-square for categories. Drifted: the corrected p and the stability index both say so.',
  },
  {
    value: 'evidently',
    title: "Evidently's rule",
    help: 'By type, distinct values and 1,000 reference rows. Drifted: p under the rate, or a distance of 0.1.',
  },
  {
    value: 'learnt',
    title: 'Learnt from chance',
    help: 'Wasserstein and Jensen–Shannon distances against what random splits of the rows give.',
  },
]

const corrections: readonly { readonly value: DriftCorrection; readonly title: string }[] = [
  { value: 'benjamini-hochberg', title: 'Benjamini–Hochberg' },
  { value: 'holm', title: 'Holm' },
  { value: 'none', title: 'None' },
]

const timelines = ['none', 'rows', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const
type TimelineChoice = (typeof timelines)[number]
const timelineTitle = (choice: TimelineChoice): string =>
  choice === 'none' ? 'None' : choice === 'rows' ? 'Ten chunks of rows' : `By ${choice}`
const timelineOf = (choice: TimelineChoice): DriftRequest['options']['timeline'] =>
  choice === 'none' ? null : choice === 'rows' ? { by: 'rows', chunks: 10 } : { by: 'time', period: choice }

/** The newest pair of scored runs of one version, one on each dataset. */
const runsFor = (runs: readonly Run[], referenceId: string, currentId: string): readonly [Run, Run] | null => {
  const scored = runs.filter(({ scoresSha256 }) => scoresSha256 !== null)
  for (const current of scored.filter(({ datasetId }) => datasetId === currentId)) {
    const reference = scored.find(
      ({ datasetId, versionId }) => datasetId === referenceId && versionId === current.versionId,
    )
    if (reference) return [reference, current]
  }
  return null
}

export const DriftForm = ({
  datasets,
  runs,
}: {
  readonly datasets: readonly DatasetSummary[]
  readonly runs: readonly Run[]
}) => {
  const leadOn = useLeadOn()
  // The list is newest first: what came before is the likelier reference.
  const [referenceId, setReferenceId] = useState<string>(datasets[1]?.id ?? datasets[0]?.id ?? '')
  const [currentId, setCurrentId] = useState<string>(datasets[0]?.id ?? '')
  const [preset, setPreset] = useState<DriftPreset>('assay')
  const [correction, setCorrection] = useState<DriftCorrection>('benjamini-hochberg')
  const [timeline, setTimeline] = useState<TimelineChoice>('none')
  const [jobId, setJobId] = useState<string>()
  const job = useJob(jobId)
  const { busy, problem, run } = useAction()
  const pair = runsFor(runs, referenceId, currentId)
  const choices = datasets.map(({ id, name, rows }) => ({
    value: id as string,
    title: `${name} · ${plural(rows, 'row')}`,
  }))
  const compare = (): void => {
    void run(async () => {
      const ended = await runJob(
        (client) =>
          client.drift.compare({
            referenceId: referenceId as DatasetId,
            currentId: currentId as DatasetId,
            ...(pair ? { referenceRunId: pair[0].id, currentRunId: pair[1].id } : {}),
            options: { preset, correction, timeline: timelineOf(timeline) },
          }),
        (answer) => setJobId(answer.jobId),
      )
      if (ended.error) throw new AssayError(toProblem({ data: ended.error }))
      if (ended.state === 'done' && ended.result !== null) leadOn(`/drift/${ended.result}`)
    })
  }
  return (
    <Section title="New comparison">
      <form
        className="panel compare-form"
        onSubmit={(event) => {
          event.preventDefault()
          compare()
        }}
      >
        <div className="field-row">
          <Field label="Reference" help="What it was">
            {(ids) => <Select {...ids} value={referenceId} onChoose={setReferenceId} choices={choices} />}
          </Field>
          <Field label="Current" help="What it is now">
            {(ids) => <Select {...ids} value={currentId} onChoose={setCurrentId} choices={choices} />}
          </Field>
        </div>
        <div className="field-row">
          <Field label="Verdict by" help={presets.find(({ value }) => value === preset)?.help}>
            {(ids) => <Select {...ids} value={preset} onChoose={setPreset} choices={presets} />}
          </Field>
          <Field
            label="Corrected for many columns by"
            help={
              correction === 'none'
                ? 'One unchanged column in twenty will be called drifted.'
                : 'At most 5 % false alarms over all columns together.'
            }
          >
            {(ids) => <Select {...ids} value={correction} onChoose={setCorrection} choices={corrections} />}
          </Field>
          <Field label="Timeline" help="Chunks of the data against the whole reference">
            {(ids) => (
              <Select
                {...ids}
                value={timeline}
                onChoose={setTimeline}
                choices={timelines.map((choice) => ({ value: choice, title: timelineTitle(choice) }))}
              />
            )}
          </Field>
        </div>
        <p className="muted">
          {pair
            ? `Predictions of ${pair[0].model} ${pair[0].version} on both are compared too, and its performance is estimated.`
            : 'No model version has scored both: columns are compared, predictions are not.'}
        </p>
        {problem && <ProblemPanel problem={problem} />}
        {job?.state === 'running' && <JobProgress job={job} />}
        <Button kind="primary" type="submit" busy={busy} disabled={referenceId === '' || currentId === ''}>
          Compare datasets
        </Button>
      </form>
    </Section>
  )
}
