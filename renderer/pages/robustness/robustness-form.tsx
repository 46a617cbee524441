/** How many rows are changed, in which ways, and which columns the score must rise or fall with. */
import { useState } from 'react'
import type { PerturbationKind, RobustnessOptions, RobustnessSection } from '../../../shared/contract/robustness.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { kindDefinitions, kindNames } from '../../../shared/robustness/kinds.ts'
import { Button } from '../../components/button.tsx'
import { CheckList } from '../../components/check-list.tsx'
import { Field, Select } from '../../components/field.tsx'
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
    .slice(0, 12)
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
  const numbers = evidence.task === 'multiclass' ? [] : numbersOf(evidence)
  const [expected, setExpected] = useState<Readonly<Record<string, Direction>>>(() =>
    Object.fromEntries((section?.monotonicity ?? []).map((entry) => [entry.column, entry.expected ?? 'any'])),
  )
  const most = Number(rows)
  const valid = kinds.length > 0 && Number.isInteger(most) && most >= 50 && most <= 100_000
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onStart({
          rows: most,
          kinds: [...kinds] as PerturbationKind[],
          monotonicity: true,
          expected: Object.fromEntries(
            Object.entries(expected).filter((entry): entry is [string, 'rising' | 'falling'] => entry[1] !== 'any'),
          ),
        })
      }}
    >
      <div className="field-row">
        <CheckList
          legend="Changes"
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
      {numbers.length > 0 && (
        <details>
          <summary>Directions that the score must have</summary>
          <div className="field-row">
            {numbers.map((name) => (
              <Field key={name} label={name}>
                {(ids) => (
                  <Select
                    {...ids}
                    value={ownValue(expected, name) ?? 'any'}
                    onChoose={(direction) => setExpected({ ...expected, [name]: direction })}
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
