/** What is searched, and slices of one's own, written as the rows table's filter is. */
import { useState } from 'react'
import type { SliceMetric, SlicesOptions, SlicesSection } from '../../../shared/contract/slices.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { filterText } from '../../../shared/slices/condition.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { FoldedCheckList } from '../../components/folded-check-list.tsx'
import { LeastRows } from '../../components/least-rows.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { typedNumber } from '../../components/typed-number.ts'
import { plural } from '../../../shared/format/number.ts'
import { OwnSlices, slicesOf } from './own-slices.tsx'
import { metricTitles } from './slice-words.ts'

const metricsOf = (evidence: Evidence): readonly SliceMetric[] => {
  if (evidence.task === 'regression') return ['absolute_error', 'squared_error']
  const scored = evidence.model.binding.output.score === null ? [] : (['log_loss'] as const)
  if (evidence.task === 'multiclass') return ['error_rate', ...scored]
  return ['error_rate', ...scored, 'false_negative_rate', 'false_positive_rate']
}

const levelRule = { least: 0.001, most: 0.5 }

/** Columns that are searched where nothing is said. */
const usuallySearched = (evidence: Evidence): readonly string[] =>
  evidence.dataset.columns
    .filter((column) => column.role === 'feature' || (column.protected && column.role !== 'target'))
    .map(({ name }) => name)

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
  const searchable = evidence.dataset.columns.filter(({ role }) => role !== 'target').map(({ name }) => name)
  const usual = usuallySearched(evidence)
  const [searched, setSearched] = useState<readonly string[]>(() =>
    section ? [...section.features, ...section.left].map(({ column }) => column) : usual,
  )
  const [levelText, setLevelText] = useState(section && section.level !== 0.05 ? String(section.level) : '')
  const [metric, setMetric] = useState<SliceMetric>(section?.metric ?? metrics[0]!)
  const [depth, setDepth] = useState(String(section?.depth ?? 3))
  const [minimum, setMinimum] = useState(section ? String(section.minimumRows) : '')
  const [texts, setTexts] = useState<readonly string[]>(
    () => section?.defined.map((slice) => filterText(slice.conditions)) ?? [],
  )
  const minimumRows = Number(minimum)
  const defined = slicesOf(texts, columns)
  const level = typedNumber(levelText, levelRule)
  const asUsual = searched.length === usual.length && usual.every((name) => searched.includes(name))
  const valid =
    defined !== null &&
    level !== null &&
    searched.length > 0 &&
    (minimum === '' || (Number.isInteger(minimumRows) && minimumRows >= 10))
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onStart({
          metric,
          depth: Number(depth),
          level: level ?? 0.05,
          defined: defined ?? [],
          ...(asUsual ? {} : { columns: [...searched] }),
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
        <LeastRows
          of="slice"
          least={10}
          help="Empty: 30, or 0.5 % of the rows."
          value={minimum}
          onChange={setMinimum}
        />
        <NumberField
          label="Share of false alarms"
          help="Among the slices that are found; 0.001 to 0.5."
          rule={levelRule}
          text={levelText}
          placeholder="0.05"
          onChange={setLevelText}
        />
      </div>
      <FoldedCheckList
        legend="Columns to search"
        one="column"
        choices={searchable.map((name) => ({ value: name, title: name }))}
        chosen={searched}
        onChange={setSearched}
      />
      <OwnSlices texts={texts} columns={columns} onChange={setTexts} />
      <div>
        <Button kind={section ? 'plain' : 'primary'} type="submit" busy={busy} disabled={!valid}>
          Search {plural(evidence.rows.used, 'row')} for slices
        </Button>
      </div>
    </form>
  )
}
