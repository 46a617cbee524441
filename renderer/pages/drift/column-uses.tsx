/** Which columns are compared, and as what: numbers, categories or texts. */
import type { Column } from '../../../shared/contract/dataset.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { Select } from '../../components/field.tsx'
import { useLongList } from '../../components/long-list.tsx'
import type { ColumnUse } from './drift-choices.ts'
import { byRole } from './drift-choices.ts'

const usesOf = (column: Column): readonly { readonly value: ColumnUse; readonly title: string }[] => {
  const automatic = { value: 'automatic', title: byRole(column) ? 'Automatic' : 'Left out' } as const
  const leftOut = byRole(column) ? [{ value: 'left out', title: 'Left out' } as const] : []
  const compared = byRole(column) ? [] : [{ value: 'compared', title: 'Compared' } as const]
  const numbers = { value: 'numeric', title: 'Numbers' } as const
  const categories = { value: 'categorical', title: 'Categories' } as const
  const texts = { value: 'text', title: 'Texts' } as const
  if (column.type === 'integer' || column.type === 'float') {
    return [automatic, ...compared, numbers, categories, ...leftOut]
  }
  if (column.type === 'string') return [automatic, ...compared, categories, texts, ...leftOut]
  return [automatic, ...compared, ...leftOut]
}

export const ColumnUses = ({
  columns,
  uses,
  onChange,
}: {
  /** Of the reference. */
  readonly columns: readonly Column[]
  readonly uses: ReadonlyMap<string, ColumnUse>
  readonly onChange: (uses: ReadonlyMap<string, ColumnUse>) => void
}) => {
  const { shown, filter, more } = useLongList(columns, ({ name, type, role }) => `${name} ${type} ${role}`, {
    label: 'Filter the columns',
    placeholder: 'Name, type or role',
    one: 'column',
  })
  return (
    <div className="stack">
      <p className="muted">
        Automatic: numbers with more than five different values as numbers, texts of which most rows have their own and
        images by what they hold, all others as categories.
      </p>
      {filter}
      <div className="table-scroll column-uses" role="group" aria-label="Columns to compare" tabIndex={0}>
        <table className="table table-dense">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Type</th>
              <th scope="col">Role</th>
              <th scope="col" className="number">
                Distinct
              </th>
              <th scope="col">Compared as</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((column) => (
              <tr key={column.name}>
                <th scope="row">{column.name}</th>
                <td>{column.type}</td>
                <td>{column.role}</td>
                <td className="number">{formatCount(column.distinct)}</td>
                <td>
                  <Select
                    aria-label={`${column.name} is compared as`}
                    value={uses.get(column.name) ?? 'automatic'}
                    onChoose={(use) => onChange(new Map(uses).set(column.name, use))}
                    choices={usesOf(column)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more && <div className="more">{more}</div>}
    </div>
  )
}
