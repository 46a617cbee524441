/** Which dataset against which, and how the verdicts are made. Runs on both are taken along where there are any. */
import { useState } from 'react'
import type { Column, DatasetSummary } from '../../../shared/contract/dataset.ts'
import type { DriftCorrection, DriftPreset } from '../../../shared/contract/drift-request.ts'
import { driftPeriodSchema } from '../../../shared/contract/drift-request.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { DatasetId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { typedNumber } from '../../components/typed-number.ts'
import { runJob, useJob } from '../../engine/jobs.ts'
import { toProblem } from '../../engine/problem.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatCount, formatNumber, plural } from '../../../shared/format/number.ts'
import { useLeadOn } from '../../shell/use-lead-on.ts'
import { ColumnUses } from './column-uses.tsx'
import type { DriftChoices, Timeline } from './drift-choices.ts'
import { driftRequest, driftRules, isCompared, runPairs, usualChoices } from './drift-choices.ts'
import { LimitFields, WindowFields } from './more-choices.tsx'

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

const timelines: readonly Timeline[] = ['none', 'rows', ...driftPeriodSchema.options]
const timelineTitle = (choice: Timeline): string =>
  choice === 'none'
    ? 'None'
    : choice === 'rows'
      ? 'Chunks of rows'
      : `By ${choice === 'quarter-hour' ? 'quarter of an hour' : choice}`

const correctionHelp = ({ correction, alpha }: DriftChoices): string => {
  const rate = 100 * (typedNumber(alpha, driftRules.alpha) ?? 0.05)
  return correction === 'none'
    ? `${formatNumber(rate)} in 100 unchanged columns will be called drifted.`
    : `At most ${formatNumber(rate)} % false alarms over all columns together.`
}

const columnsTitle = (columns: readonly Column[], choices: DriftChoices): string =>
  columns.length === 0
    ? 'Columns'
    : `Columns: ${formatCount(columns.filter((column) => isCompared(column, choices)).length)} of ${formatCount(columns.length)} compared`

/** The datasets, and the version whose predictions are compared with them. */
const Sides = ({
  datasets,
  pairs,
  choices,
  onChange,
}: {
  readonly datasets: readonly DatasetSummary[]
  readonly pairs: readonly (readonly [Run, Run])[]
  readonly choices: DriftChoices
  readonly onChange: (changed: Partial<DriftChoices>) => void
}) => {
  const offered = datasets.map(({ id, name, rows }) => ({
    value: id as string,
    title: `${name} · ${plural(rows, 'row')}`,
  }))
  return (
    <div className="field-row">
      <Field label="Reference" help="What it was">
        {(ids) => (
          <Select
            {...ids}
            value={choices.referenceId}
            onChoose={(referenceId) => onChange({ referenceId, versionId: null, uses: new Map(), time: '' })}
            choices={offered}
          />
        )}
      </Field>
      <Field label="Current" help="What it is now">
        {(ids) => (
          <Select
            {...ids}
            value={choices.currentId}
            onChoose={(currentId) => onChange({ currentId, versionId: null })}
            choices={offered}
          />
        )}
      </Field>
      <Field
        label="Predictions of"
        help={
          pairs.length > 0
            ? 'Compared like a column; performance is estimated without labels.'
            : 'No model version has scored both: columns are compared, predictions are not.'
        }
      >
        {(ids) => (
          <Select
            {...ids}
            value={choices.versionId ?? pairs[0]?.[1].versionId ?? ''}
            onChoose={(versionId) => onChange({ versionId })}
            choices={[
              ...pairs.map(([, run]) => ({ value: run.versionId as string, title: `${run.model} ${run.version}` })),
              { value: '', title: 'No model' },
            ]}
          />
        )}
      </Field>
    </div>
  )
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
  const [choices, setChoices] = useState(() =>
    usualChoices(datasets[1]?.id ?? datasets[0]?.id ?? '', datasets[0]?.id ?? ''),
  )
  const change = (changed: Partial<DriftChoices>): void => setChoices({ ...choices, ...changed })
  const [jobId, setJobId] = useState<string>()
  const job = useJob(jobId)
  const { busy, problem, run } = useAction()
  const referenceId = choices.referenceId as DatasetId
  const reference = useQuery(['datasets', 'get', referenceId], (client) => client.datasets.get({ id: referenceId }))
  const columns = reference.data?.columns ?? []
  const pairs = runPairs(runs, choices.referenceId, choices.currentId)
  const pair = pairs.find(([, { versionId }]) => versionId === (choices.versionId ?? pairs[0]?.[1].versionId))
  const request = driftRequest(choices, columns, pair)
  const compare = (): void => {
    if (request === null) return
    void run(async () => {
      const ended = await runJob(
        (client) => client.drift.compare(request),
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
        <Sides datasets={datasets} pairs={pairs} choices={choices} onChange={change} />
        <div className="field-row">
          <Field label="Verdict by" help={presets.find(({ value }) => value === choices.preset)?.help}>
            {(ids) => (
              <Select {...ids} value={choices.preset} onChoose={(preset) => change({ preset })} choices={presets} />
            )}
          </Field>
          <Field label="Corrected for many columns by" help={correctionHelp(choices)}>
            {(ids) => (
              <Select
                {...ids}
                value={choices.correction}
                onChoose={(correction) => change({ correction })}
                choices={corrections}
              />
            )}
          </Field>
          <Field label="Timeline" help="Parts of the data, one after the other, against the whole reference">
            {(ids) => (
              <Select
                {...ids}
                value={choices.timeline}
                onChoose={(timeline) => change({ timeline })}
                choices={timelines.map((choice) => ({ value: choice, title: timelineTitle(choice) }))}
              />
            )}
          </Field>
          {choices.timeline === 'rows' && (
            <NumberField
              label="Chunks"
              help="Of equally many rows; 2 to 200."
              rule={driftRules.chunks}
              text={choices.chunks}
              placeholder="10"
              onChange={(chunks) => change({ chunks })}
            />
          )}
        </div>
        <div>
          <details>
            <summary>{columnsTitle(columns, choices)}</summary>
            <ColumnUses columns={columns} uses={choices.uses} onChange={(uses) => change({ uses })} />
          </details>
          <details>
            <summary>Part of the rows, by time</summary>
            <WindowFields columns={columns} choices={choices} onChange={change} />
          </details>
          <details>
            <summary>Limits and measures</summary>
            <LimitFields choices={choices} onChange={change} />
          </details>
        </div>
        {problem && <ProblemPanel problem={problem} />}
        {job?.state === 'running' && <JobProgress job={job} />}
        <Button
          kind="primary"
          type="submit"
          busy={busy}
          disabled={request === null || choices.referenceId === '' || choices.currentId === ''}
        >
          Compare datasets
        </Button>
      </form>
    </Section>
  )
}
