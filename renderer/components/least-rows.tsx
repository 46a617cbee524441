/** How many rows a group or a slice must have to be looked at. */
import { Field } from './field.tsx'

export const LeastRows = ({
  of,
  least,
  help,
  value,
  onChange,
}: {
  readonly of: string
  /** What can be chosen at least. */
  readonly least: number
  readonly help: string
  /** As it is typed. */
  readonly value: string
  readonly onChange: (value: string) => void
}) => (
  <Field label={`Least rows of a ${of}`} help={help}>
    {(ids) => (
      <input
        {...ids}
        type="number"
        min={least}
        step={1}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    )}
  </Field>
)
