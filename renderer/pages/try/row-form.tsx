/** One row as a form: a field a column, of its type, with what was evaluated. */
import type { TriedRow, TriedServer } from '../../../shared/contract/try.ts'
import { formatNumber } from '../../../shared/format/number.ts'
import { Field, Select } from '../../components/field.tsx'

type Input = TriedServer['inputs'][number]
type Value = TriedRow[string]

export const blankRow = (inputs: readonly Input[]): TriedRow =>
  Object.fromEntries(inputs.map(({ name }) => [name, null]))

const isNumber = ({ type }: Input): boolean => type === 'integer' || type === 'float'

const helpOf = ({ type, minimum, maximum, missing }: Input): string =>
  [
    minimum !== null && maximum !== null ? `evaluated from ${formatNumber(minimum)} to ${formatNumber(maximum)}` : type,
    missing ? 'may be missing' : '',
  ]
    .filter(Boolean)
    .join(', ')

/** What is typed stays what it is where it is no number: the server says what is wrong with it. */
const read = (input: Input, text: string): Value => {
  if (text === '') return null
  if (input.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (!isNumber(input)) return text
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : text
}

const textOf = (value: Value | undefined): string => (value === null || value === undefined ? '' : String(value))

export const RowForm = ({
  inputs,
  row,
  onChange,
  onSend,
}: {
  readonly inputs: readonly Input[]
  readonly row: TriedRow
  readonly onChange: (row: TriedRow) => void
  readonly onSend: () => void
}) => (
  <form
    className="try-inputs"
    onSubmit={(event) => {
      event.preventDefault()
      onSend()
    }}
  >
    {inputs.map((input) => {
      const set = (text: string): void => onChange({ ...row, [input.name]: read(input, text) })
      const choices = input.type === 'boolean' ? ['true', 'false'] : input.categories
      const value = textOf(row[input.name])
      if (choices && choices.length <= 50) {
        const all = value === '' || choices.includes(value) ? choices : [...choices, value]
        return (
          <Field key={input.name} label={input.name}>
            {(ids) => (
              <Select
                {...ids}
                value={value}
                choices={[{ value: '', title: 'Missing' }, ...all.map((one) => ({ value: one, title: one }))]}
                onChoose={set}
              />
            )}
          </Field>
        )
      }
      return (
        <Field key={input.name} label={input.name} help={helpOf(input)}>
          {(ids) => (
            <input
              {...ids}
              type="text"
              value={value.length > 200 ? `${value.slice(0, 200)}…` : value}
              readOnly={value.length > 200}
              inputMode={isNumber(input) ? 'decimal' : 'text'}
              onChange={(event) => set(event.target.value)}
            />
          )}
        </Field>
      )
    })}
    <button type="submit" className="visually-hidden" tabIndex={-1}>
      Send
    </button>
  </form>
)
