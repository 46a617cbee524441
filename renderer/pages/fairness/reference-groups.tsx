/** Which group of each column the others are held against. */
import type { Column } from '../../../shared/contract/dataset.ts'
import type { FairnessSection } from '../../../shared/contract/fairness.ts'
import { Field, Select } from '../../components/field.tsx'

/** Groups that were found before, or the values of a column of texts: one of numbers is cut into ranges first. */
const valuesOf = (name: string, columns: readonly Column[], section: FairnessSection | null): readonly string[] => {
  const found = section?.attributes.find((one) => one.columns.length === 1 && one.columns[0] === name)
  if (found) return found.groups.map(({ label }) => label)
  const column = columns.find((one) => one.name === name)
  return column?.type === 'string' || column?.type === 'boolean' ? column.top.map(({ value }) => value) : []
}

export const ReferenceGroups = ({
  by,
  columns,
  section,
  reference,
  onChange,
}: {
  readonly by: readonly string[]
  /** Of the dataset. */
  readonly columns: readonly Column[]
  readonly section: FairnessSection | null
  /** Column to group; those that are not in it take the largest. */
  readonly reference: ReadonlyMap<string, string>
  readonly onChange: (reference: ReadonlyMap<string, string>) => void
}) => {
  const choices = by
    .map((name) => ({ name, values: valuesOf(name, columns, section) }))
    .filter(({ values }) => values.length > 1)
  if (choices.length === 0) return null
  return (
    <details>
      <summary>Groups that others are held against</summary>
      <div className="field-row">
        {choices.map(({ name, values }) => (
          <Field key={name} label={name}>
            {(ids) => (
              <Select
                {...ids}
                value={reference.get(name) ?? ''}
                onChoose={(value) => {
                  const others = [...reference].filter(([other]) => other !== name)
                  onChange(new Map(value === '' ? others : [...others, [name, value]]))
                }}
                choices={[
                  { value: '', title: 'The largest group' },
                  ...values.map((value) => ({ value, title: value })),
                ]}
              />
            )}
          </Field>
        ))}
      </div>
    </details>
  )
}
