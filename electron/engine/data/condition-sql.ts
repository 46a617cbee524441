/** Conditions on columns as SQL, the same for the rows table and for the slices that a person names. */
import type { ColumnType } from '../../../shared/contract/dataset.ts'
import type { FilterCondition } from '../../../shared/slices/parse-filter.ts'
import { quoteIdentifier, quoteText } from '../../data-plane/quote.ts'

/** The column as a number, null where it is none. */
function numberOf(column: string, type: ColumnType): string {
  const name = quoteIdentifier(column)
  return type === 'integer' || type === 'float' ? `${name}::DOUBLE` : `TRY_CAST(${name}::VARCHAR AS DOUBLE)`
}

/** Whether the column has no value: NaN is none. */
export function missingSql(column: string, type: ColumnType): string {
  const name = quoteIdentifier(column)
  return type === 'float' ? `(${name} IS NULL OR isnan(${name}::DOUBLE))` : `(${name} IS NULL)`
}

/** True or false for each row, never null. */
export function conditionSql(condition: FilterCondition, type: ColumnType): string {
  const { column } = condition
  const text = `${quoteIdentifier(column)}::VARCHAR`
  if (condition.kind === 'missing') return missingSql(column, type)
  if (condition.kind === 'equals') return `coalesce(${text} = ${quoteText(condition.value)}, false)`
  if (condition.kind === 'not equal') return `(${text} IS DISTINCT FROM ${quoteText(condition.value)})`
  const value = numberOf(column, type)
  // NaN is larger than every number to DuckDB.
  const compare = (test: string): string => `coalesce(${test} AND NOT isnan(${value}), false)`
  if (condition.kind === 'above') return compare(`${value} > ${literal(condition.than)}`)
  if (condition.kind === 'at most') return compare(`${value} <= ${literal(condition.limit)}`)
  const { from, to } = condition
  const within = compare(
    [
      `${value} IS NOT NULL`,
      ...(from === null ? [] : [`${value} >= ${literal(from)}`]),
      ...(to === null ? [] : [`${value} < ${literal(to)}`]),
    ].join(' AND '),
  )
  return condition.orMissing ? `(${within} OR ${missingSql(column, type)})` : within
}

/** A number that SQL reads as the same double. */
export function literal(value: number): string {
  return Number.isFinite(value) ? `(${value})::DOUBLE` : `'${value}'::DOUBLE`
}
