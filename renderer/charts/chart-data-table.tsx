import { formatNumber } from '../../shared/format/number.ts'
import type { ChartTable } from './spec.ts'

export const ChartDataTable = ({ table, label }: { readonly table: ChartTable; readonly label: string }) => (
  <div className="table-scroll chart-table" tabIndex={0} role="group" aria-label={`${label}, as a table`}>
    <table className="table">
      <thead>
        <tr>
          {table.columns.map((column, index) => (
            <th key={column} scope="col" className={typeof table.rows[0]?.[index] === 'string' ? undefined : 'number'}>
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row, index) => (
          <tr key={index}>
            {row.map((value, at) => (
              <td key={at} className={typeof value === 'string' ? undefined : 'number'}>
                {value === null ? '—' : typeof value === 'number' ? formatNumber(value) : value}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
