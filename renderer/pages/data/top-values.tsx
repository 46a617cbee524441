import type { Column } from '../../../shared/contract/dataset.ts'
import { formatCount, formatPercent } from '../../../shared/format/number.ts'

const shown = 3

export const TopValues = ({ column, rows }: { readonly column: Column; readonly rows: number }) => {
  if (column.top.length === 0) return <span className="muted">—</span>
  const text = column.top.map(({ value, n }) => `${value}: ${formatCount(n)} rows`).join('\n')
  return (
    <span className="top-values" title={text}>
      {column.top.slice(0, shown).map(({ value, n }) => (
        <span key={value} className="value">
          {value === '' ? '(empty text)' : value}{' '}
          <span className="muted tabular">{rows > 0 ? formatPercent(n / rows) : ''}</span>
        </span>
      ))}
      {column.top.length > shown && <span className="muted">and {formatCount(column.top.length - shown)} more</span>}
    </span>
  )
}
