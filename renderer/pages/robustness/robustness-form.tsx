/** How many rows are changed, in which ways, and which columns the score must rise or fall with. */
import { useState } from 'react'
import type { PerturbationKind, RobustnessOptions, RobustnessSection } from '../../../shared/contract/robustness.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { kindDefinitions, kindNames } from '../../../shared/robustness/kinds.ts'
import { Button } from '../../components/button.tsx'
import { CheckList } from '../../components/check-list.tsx'
import { Field, Select } from '../../components/field.tsx'
import { FoldedCheckList } from '../../components/folded-check-list.tsx'
import { useLongList } from '../../components/long-list.tsx'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { boundColumns } from '../../../shared/scoring/bound-columns.ts'
import { ownValue } from '../../../shared/format/own-value.ts'

type Direction = 'rising' | 'falling' | 'any'

/** Columns of numbers that the model reads: those whose direction can be asked for. */
const numbersOf = (evidence: Evidence): readonly string[] => {
  const bound = new Set(boundColumns(evidence.model.binding))
  return evidence.dataset.columns
    .filter((column) => bound.has(column.name) && (column.type === 'integer' || column.type === 'float'))
    .map((column) => column.name)
}

const Directions = ({
  columns,
  expected,
  onChange,
}: {
  readonly columns: readonly string[]
  readonly expected: Readonly<Record<string, Direction>>
  readonly onChange: (expected: Readonly<Record<string, Direction>>) => void
}) => {
  const { shown, filter, more } = useLongList(columns, (name) => name, {
    label: 'Filter the columns with a direction',
    placeholder: 'Name',
    one: 'column',
  })
  return (
    <div className="stack">
      {filter}
      <div className="field-row">
        {shown.map((name) => (
          <Field key={name} label={name}>
            {(ids) => (
              <Select
                {...ids}
                value={ownValue(expected, name) ?? 'any'}
                onChoose={(direction) => onChange({ ...expected, [name]: direction })}
                choices={[
                  { value: 'any', title: 'Any' } as const,
                  { value: 'rising', title: 'Must not fall' } as const,
                  { value: 'falling', title: 'Must not rise' } as const,
                ]}
              />
            )}
          </Field>
        ))}
      </div>
      {more}
    </div>
  )
}

export const RobustnessForm = ({
  evidence,
  section,
  busy,
  onStart,
}: {
  readonly evidence: Evidence
  readonly section: RobustnessSection | null
  readonly busy: boolean
  readonly onStart: (options: RobustnessOptions) => void
}) => {
  const images = evidence.model.binding.inputs.some((input) => input.kind === 'image')
  const offered = kindNames.filter((kind) => (kindDefinitions[kind].applies === 'image') === images)
  const [kinds, setKinds] = useState<readonly string[]>(() =>
    section ? offered.filter((kind) => section.perturbations.some((entry) => entry.kind === kind)) : offered,
  )
  const [rows, setRows] = useState('5000')
  const readColumns = boundColumns(evidence.model.binding)
  const [changed, setChanged] = useState<readonly string[]>(readColumns)
  const [monotonicity, setMonotonicity] = useState(true)
  const numbers = evidence.task === 'multiclass' ? [] : numbersOf(evidence)
  const [expected, setExpected] = useState<Readonly<Record<string, Direction>>>(() =>
    Object.fromEntries((section?.monotonicity ?? []).map((entry) => [entry.column, entry.expected ?? 'any'])),
  )
  const most = Number(rows)
  const valid = kinds.length > 0 && changed.length > 0 && Number.isInteger(most) && most >= 50 && most <= 100_000
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onStart({
          rows: most,
          kinds: [...kinds] as PerturbationKind[],
          monotonicity,
          ...(changed.length === readColumns.length ? {} : { columns: [...changed] }),
          expected: Object.fromEntries(
            Object.entries(expected).filter((entry): entry is [string, 'rising' | 'falling'] => entry[1] !== 'any'),
          ),
        })
      }}
    >
      <div className="field-row">
        <CheckList
          legend="Changes"
          one="change"
          choices={offered.map((kind) => ({ value: kind, title: kindDefinitions[kind].title }))}
          chosen={kinds}
          onChange={setKinds}
        />
        <Field
          label="At most so many rows"
          help={`50 to ${formatCount(100_000)}${images ? '; of images at most 300' : ''}.`}
        >
          {(ids) => (
            <input
              {...ids}
              type="number"
              min={50}
              max={100_000}
              step={1}
              value={rows}
              onChange={(event) => setRows(event.target.value)}
            />
          )}
        </Field>
      </div>
      {readColumns.length > 1 && (
        <FoldedCheckList
          legend="Columns to change"
          one="column"
          choices={readColumns.map((name) => ({ value: name, title: name }))}
          chosen={changed}
          onChange={setChanged}
        />
      )}
      {numbers.length > 0 && (
        <label className="check">
          <input type="checkbox" checked={monotonicity} onChange={(event) => setMonotonicity(event.target.checked)} />
          <span>Move rows along single columns, to see whether the score rises or falls with them</span>
        </label>
      )}
      {monotonicity && numbers.length > 0 && (
        <details>
          <summary>Directions that the score must have</summary>
          <Directions columns={numbers} expected={expected} onChange={setExpected} />
        </details>
      )}
      <div>
        <Button kind={section ? 'plain' : 'primary'} type="submit" busy={busy} disabled={!valid}>
          Change and score {plural(Math.min(images ? 300 : most || 0, evidence.dataset.rows), 'row')}
        </Button>
      </div>
    </form>
  )
}
