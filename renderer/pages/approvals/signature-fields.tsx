/** Who signs, and the passphrase of their key. The passphrase goes to the engine once and is kept nowhere. */
import { Link } from 'react-router'
import type { Person } from '../../../shared/contract/person.ts'
import { Field, Select } from '../../components/field.tsx'

export const PersonField = ({
  people,
  value,
  onChoose,
  label = 'Person',
  none,
}: {
  readonly people: readonly Person[]
  readonly value: string
  readonly onChoose: (id: string) => void
  readonly label?: string
  /** What is missing where nobody can act. */
  readonly none: string
}) =>
  people.length === 0 ? (
    <p className="muted">
      {none} <Link to="/approvals?tab=people">See the people</Link>
    </p>
  ) : (
    <Field label={label}>
      {(ids) => (
        <Select
          {...ids}
          value={value}
          onChoose={onChoose}
          choices={people.map((person) => ({
            value: person.id as string,
            title: `${person.name} · ${person.roles.join(', ')}`,
          }))}
        />
      )}
    </Field>
  )

export const PassphraseField = ({
  value,
  onChange,
  label = 'Passphrase of the key',
  help,
}: {
  readonly value: string
  readonly onChange: (text: string) => void
  readonly label?: string
  readonly help?: string
}) => (
  <Field label={label} help={help}>
    {(ids) => (
      <input
        {...ids}
        type="password"
        autoComplete="off"
        value={value}
        maxLength={1000}
        onChange={(event) => onChange(event.target.value)}
      />
    )}
  </Field>
)
