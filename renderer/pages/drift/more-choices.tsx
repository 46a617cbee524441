/** What is seldom chosen about a comparison: parts of the data by time, limits, and what is left out. */
import type { Column } from '../../../shared/contract/dataset.ts'
import { Field, Select } from '../../components/field.tsx'
import { NumberField } from '../../components/number-field.tsx'
import type { DriftChoices } from './drift-choices.ts'
import { driftRules } from './drift-choices.ts'

interface Props {
  readonly choices: DriftChoices
  readonly onChange: (changed: Partial<DriftChoices>) => void
}

const orders = ['date', 'timestamp', 'integer', 'float']
const ends = [
  ['referenceFrom', 'Reference from'],
  ['referenceTo', 'Reference before'],
  ['currentFrom', 'Current from'],
  ['currentTo', 'Current before'],
] as const

export const WindowFields = ({ columns, choices, onChange }: Props & { readonly columns: readonly Column[] }) => {
  const own = columns.find(({ role }) => role === 'time')
  return (
    <div className="field-row">
      <Field label="Column of time" help="For these and for a timeline by time. Both datasets have it.">
        {(ids) => (
          <Select
            {...ids}
            value={choices.time}
            onChoose={(time) => onChange({ time })}
            choices={[
              { value: '', title: own ? `The time column, ${own.name}` : 'None: no column has the role time' },
              ...columns
                .filter((column) => column !== own && orders.includes(column.type))
                .map(({ name }) => ({ value: name, title: name })),
            ]}
          />
        )}
      </Field>
      {ends.map(([end, label]) => (
        <Field key={end} label={label} help="A date, a time or, in a column of numbers, a number.">
          {(ids) => (
            <input
              {...ids}
              type="text"
              spellCheck={false}
              value={choices[end]}
              placeholder={end.endsWith('From') ? 'the first row' : 'after the last row'}
              onChange={(event) => onChange({ [end]: event.target.value })}
            />
          )}
        </Field>
      ))}
    </div>
  )
}

export const LimitFields = ({ choices, onChange }: Props) => (
  <div className="stack">
    <div className="field-row">
      <NumberField
        label="Rate of false alarms"
        help="Over all columns together, where they are corrected."
        rule={driftRules.alpha}
        text={choices.alpha}
        placeholder="0.05"
        onChange={(alpha) => onChange({ alpha })}
      />
      <NumberField
        label="Slight below"
        help="A significant shift with a smaller population stability index (PSI) is called slight."
        rule={driftRules.minimumPsi}
        text={choices.minimumPsi}
        placeholder="0.1"
        onChange={(minimumPsi) => onChange({ minimumPsi })}
      />
      <NumberField
        label="Random splits"
        help="Of the rows of both: they teach what chance alone does to a distance. 0 learns nothing."
        rule={driftRules.splits}
        text={choices.splits}
        placeholder="200"
        onChange={(splits) => onChange({ splits })}
      />
      <NumberField
        label="Seed"
        help="Of splits and resampled intervals."
        rule={driftRules.seed}
        text={choices.seed}
        placeholder="20240229"
        onChange={(seed) => onChange({ seed })}
      />
    </div>
    <label className="check">
      <input
        type="checkbox"
        checked={choices.multivariate}
        onChange={(event) => onChange({ multivariate: event.target.checked })}
      />
      <span>All features together: domain classifier, PCA reconstruction, maximum mean discrepancy</span>
    </label>
  </div>
)
