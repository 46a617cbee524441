import { guardCell } from '../../shared/format/spreadsheet.ts'
import type { ChartTable } from './spec.ts'

const field = (value: string | number | null): string => {
  const text = value === null ? '' : typeof value === 'string' ? guardCell(value) : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** RFC 4180, full precision. */
export const toCsv = ({ columns, rows }: ChartTable): string =>
  [columns, ...rows].map((row) => row.map(field).join(',')).join('\r\n')
