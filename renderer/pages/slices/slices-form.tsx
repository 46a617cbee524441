/** What is searched, and slices of one's own, written as the rows table's filter is. */
import { useState } from 'react'
import type { Condition, SliceMetric, SlicesOptions, SlicesSection } from '../../../shared/contract/slices.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { filterText } from '../../../shared/slices/condition.ts'
import { parseFilter } from '../../../shared/slices/parse-filter.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { plural } from '../../../shared/format/number.ts'
import { metricTitles } from './slice-words.ts'

const metricsOf = (evidence: Evidence): readonly SliceMetric[] => {
  if (evidence.task === 'regression') return ['absolute_error', 'squared_error']
  const scored = evidence.model.binding.output.score === null ? [] : (['log_loss'] as const)
  if (evidence.task === 'multiclass') return ['error_rate', ...scored]
  return ['error_rate', ...scored, 'false_negative_rate', 'false_positive_rate']
}

const conditionsOf = (text: string, columns: readonly string[]): readonly Condition[] | null => {
  const parsed = parseFilter(text, columns)
  if (!parsed) return null
  const plain = parsed.filter((one): one is Condition => one.kind !== 'above' && one.kind !== 'at most')
  return plain.length === parsed.length ? plain : null
}

const OwnSlices = ({
  texts,
  columns,
  onChange,
}: {
  readonly texts: readonly string[]
  readonly columns: readonly string[]
  readonly onChange: (texts: readonly string[]) => void
}) => (
  <fieldset className="slice-inputs">
    <legend>Slices of your own</legend>
    {texts.map((text, index) => {
      const wrong = text.trim() !== '' && !conditionsOf(text, columns)
      return (
        <Field
          key={index}
          label={`Slice ${index + 1}`}
          help={wrong ? 'Not a slice: join conditions by & with =, !=, >=, < or “is missing”.' : undefined}
        >
          {(ids) => (
            <div className="slice-input">
              <input
                {...ids}
                type="text"
                spellCheck={false}
                placeholder={`${columns[0] ?? 'column'} = value & other >= 6`}
                value={text}
                aria-invalid={wrong}
                onChange={(event) => onChange(texts.with(index, event.target.value))}
              />
              <Button
                kind="quiet"
                icon="close"
                aria-label={`Leave out slice ${index + 1}`}
                onClick={() => onChange(texts.toSpliced(index, 1))}
              />
            </div>
          )}
        </Field>
      )
    })}
    <div>
      <Button kind="plain" icon="plus" onClick={() => onChange([...texts, ''])}>
        Add a slice
      </Button>
    </div>
  </fieldset>
)

export const SlicesForm = ({
  evidence,
  section,
  busy,
  onStart,
}: {
  readonly evidence: Evidence
  readonly section: SlicesSection | null
  readonly busy: boolean
  readonly onStart: (options: SlicesOptions) => void
}) => {
  const metrics = metricsOf(evidence)
  const columns = evidence.dataset.columns.filter((column) => column.type !== 'image').map((column) => column.name)
  const [metric, setMetric] = useState<SliceMetric>(section?.metric ?? metrics[0]!)
  const [depth, setDepth] = useState(String(section?.depth ?? 3))
  const [minimum, setMinimum] = useState(section ? String(section.minimumRows) : '')
  const [texts, setTexts] = useState<readonly string[]>(
    () => section?.defined.map((slice) => filterText(slice.conditions)) ?? [],
  )
  const minimumRows = Number(minimum)
  const defined = texts.filter((text) => text.trim() !== '').map((text) => conditionsOf(text, columns))
  const valid =
    defined.every((conditions) => conditions !== null) &&
    (minimum === '' || (Number.isInteger(minimumRows) && minimumRows >= 10))
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onStart({
          metric,
          depth: Number(depth),
          level: section?.level ?? 0.05,
          defined: defined.flatMap((conditions) => (conditions ? [[...conditions]] : [])),
          ...(minimum === '' ? {} : { minimumRows }),
        })
      }}
    >
      <div className="field-row">
        <Field label="Metric">
          {(ids) => (
            <Select
              {...ids}
              value={metric}
              onChoose={setMetric}
              choices={metrics.map((value) => ({ value, title: metricTitles[value] }))}
            />
          )}
        </Field>
        <Field label="Conditions of a slice">
          {(ids) => (
            <Select
              {...ids}
              value={depth}
              onChoose={setDepth}
              choices={[
                { value: '1', title: 'One' },
                { value: '2', title: 'One or two' },
                { value: '3', title: 'One to three' },
              ]}
            />
          )}
        </Field>
        <Field label="Least rows of a slice" help="Empty: 30, or 0.5 % of the rows.">
          {(ids) => (
            <input
              {...ids}
              type="number"
              min={10}
              step={1}
              value={minimum}
              onChange={(event) => setMinimum(event.target.value)}
            />
          )}
        </Field>
      </div>
      <OwnSlices texts={texts} columns={columns} onChange={setTexts} />
      <div>
        <Button kind={section ? 'plain' : 'primary'} type="submit" busy={busy} disabled={!valid}>
          Search {plural(evidence.rows.used, 'row')} for slices
        </Button>
      </div>
    </form>
  )
}
