/** The first rows under each column's type, role and protection, all of which can be changed. */
import type { DatasetPreview } from '../../../shared/contract/dataset.ts'
import { Select } from '../../components/field.tsx'
import { useLongList } from '../../components/long-list.tsx'
import { Section } from '../../components/page.tsx'
import { plural } from '../../../shared/format/number.ts'
import { columnTypes } from '../../../shared/format/words.ts'
import type { Draft } from './import-draft.ts'
import { importRoles, rolesOf, withRole } from './import-draft.ts'
import { ownValue } from '../../../shared/format/own-value.ts'

const shownRows = 8

const named = (values: readonly string[]) => values.map((value) => ({ value, title: value }))

export const ImportColumns = ({
  draft,
  preview,
  onChange,
}: {
  readonly draft: Draft
  readonly preview: DatasetPreview
  readonly onChange: (draft: Draft) => void
}) => {
  const roles = rolesOf(draft, preview)
  const columns = useLongList(
    preview.columns.map((column, index) => ({ column, index })),
    ({ column }) => `${column.name} ${ownValue(draft.types, column.name) ?? column.type}`,
    { label: 'Filter the columns', placeholder: 'Name or type', one: 'column' },
  )
  const toggle = (name: string, on: boolean): void =>
    onChange({
      ...draft,
      protectedColumns: on
        ? [...draft.protectedColumns, name]
        : draft.protectedColumns.filter((other) => other !== name),
    })
  return (
    <Section
      title="Columns"
      note={`${plural(preview.columns.length, 'column')}; types are inferred and can be changed`}
    >
      {columns.filter}
      <div
        className="table-scroll import-columns"
        role="group"
        aria-label="Columns and their first values"
        tabIndex={0}
      >
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Type</th>
              <th scope="col">Role</th>
              <th scope="col">Protected</th>
              <th scope="col">First values</th>
            </tr>
          </thead>
          <tbody>
            {columns.shown.map(({ column, index }) => (
              <tr key={column.name}>
                <th scope="row">{column.name}</th>
                <td>
                  <Select
                    aria-label={`Type of ${column.name}`}
                    value={ownValue(draft.types, column.name) ?? column.type}
                    onChoose={(type) =>
                      onChange({
                        ...draft,
                        types: { ...draft.types, [column.name]: type as (typeof columnTypes)[number] },
                      })
                    }
                    choices={named(columnTypes)}
                  />
                </td>
                <td>
                  <Select
                    aria-label={`Role of ${column.name}`}
                    value={ownValue(roles, column.name) ?? 'feature'}
                    onChoose={(role) =>
                      onChange(withRole(draft, preview, column.name, role as (typeof importRoles)[number]))
                    }
                    choices={named(importRoles)}
                  />
                </td>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`${column.name} is a protected attribute`}
                    checked={draft.protectedColumns.includes(column.name)}
                    onChange={(event) => toggle(column.name, event.target.checked)}
                  />
                </td>
                <td className="first-values">
                  {preview.rows.slice(0, shownRows).map((row, at) => (
                    <span
                      key={at}
                      className={row[index] === null || row[index] === undefined ? 'value value-missing' : 'value'}
                    >
                      {row[index] ?? 'missing'}
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {columns.more && <div className="more">{columns.more}</div>}
    </Section>
  )
}
