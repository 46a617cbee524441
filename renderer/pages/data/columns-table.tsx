/** Each column with its role, what is missing, its range and its most frequent values. Roles are saved as they change. */
import type { Column, Dataset } from '../../../shared/contract/dataset.ts'
import { Select } from '../../components/field.tsx'
import { useLongList } from '../../components/long-list.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { formatCount, formatNumber, formatPercent } from '../../../shared/format/number.ts'
import { roles } from '../../../shared/format/words.ts'
import { TaskFields } from './task-fields.tsx'
import { TopValues } from './top-values.tsx'
import { useDatasetUpdate } from './use-update.ts'

const rangeText = (column: Column): string => {
  if (column.min === null || column.max === null) return '—'
  const numeric = column.type === 'integer' || column.type === 'float'
  const text = (value: string): string =>
    numeric && Number.isFinite(Number(value)) ? formatNumber(Number(value)) : value
  return column.min === column.max ? text(column.min) : `${text(column.min)} to ${text(column.max)}`
}

export const ColumnsTable = ({ dataset }: { readonly dataset: Dataset }) => {
  const { busy, problem, update } = useDatasetUpdate(dataset)
  const columns = useLongList(dataset.columns, ({ name, type, role }) => `${name} ${type} ${role}`, {
    label: 'Filter the columns',
    placeholder: 'Name, type or role',
    one: 'column',
  })
  return (
    <>
      <TaskFields dataset={dataset} onChange={update} />
      {problem && <ProblemPanel problem={problem} />}
      {columns.filter}
      <div className="table-scroll" role="group" aria-label="Columns" tabIndex={0} aria-busy={busy}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Type</th>
              <th scope="col">Role</th>
              <th scope="col">Protected</th>
              <th scope="col" className="number">
                Missing
              </th>
              <th scope="col" className="number">
                Distinct
              </th>
              <th scope="col">Range</th>
              <th scope="col" className="number">
                Mean
              </th>
              <th scope="col">Most frequent</th>
            </tr>
          </thead>
          <tbody>
            {columns.shown.map((column) => (
              <tr key={column.name}>
                <th scope="row">{column.name}</th>
                <td>{column.type}</td>
                <td>
                  <Select
                    aria-label={`Role of ${column.name}`}
                    value={column.role}
                    onChoose={(role) => update({ roles: { [column.name]: role } })}
                    choices={roles.map((role) => ({ value: role, title: role }))}
                  />
                </td>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`${column.name} is a protected attribute`}
                    checked={column.protected}
                    onChange={(event) => update({ protected: { [column.name]: event.target.checked } })}
                  />
                </td>
                <td
                  className="number"
                  title={`${formatCount(column.missing)} of ${formatCount(dataset.rows)} rows have no value`}
                >
                  {formatCount(column.missing)}
                  {column.missing > 0 && dataset.rows > 0 && (
                    <span className="muted"> ({formatPercent(column.missing / dataset.rows)})</span>
                  )}
                </td>
                <td className="number" title={column.distinct > 1000 ? 'Estimated past 1,000' : undefined}>
                  {column.distinct > 1000 ? '≈ ' : ''}
                  {formatCount(column.distinct)}
                </td>
                <td className="range">{rangeText(column)}</td>
                <td className="number">{column.mean === null ? '—' : formatNumber(column.mean)}</td>
                <td>
                  <TopValues column={column} rows={dataset.rows} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {columns.more && <div className="more">{columns.more}</div>}
    </>
  )
}
