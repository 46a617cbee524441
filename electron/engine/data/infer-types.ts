/**
 * What type a column of texts has: every value must convert, or the column stays text. A sample proposes, all rows
 * decide, so that a value in the last row counts as much as one in the first.
 */
import type { ColumnType } from '../../../shared/contract/dataset.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteText } from '../../data-plane/quote.ts'
import type { Dialect } from './detect-dialect.ts'

/** How a text becomes a number. */
export type NumberStyle = 'plain' | 'decimal-comma' | 'thousands'

export interface InferredType {
  readonly type: ColumnType
  readonly numbers: NumberStyle
  /** strptime format of dates and timestamps; null is ISO 8601. */
  readonly format: string | null
}

export interface MissingRule {
  readonly texts: readonly string[]
  readonly decimal: Dialect['decimal']
}

const text: InferredType = { type: 'string', numbers: 'plain', format: null }
const sampleRows = 5000
/** Of a wide table fewer rows: all of them are looked at afterwards anyway. */
const sampleValues = 250_000

/** Day first or month first: a format counts only if it reads every value and no other order does too. */
const dateFormats = ['%d.%m.%Y', '%Y/%m/%d', '%m/%d/%Y', '%d/%m/%Y'] as const

/** Places in `aggregates`. */
const formatsAt = 10
const hugeAt = formatsAt + dateFormats.length

export function isMissing(column: string, rule: MissingRule): string {
  const list = ['', ...rule.texts].map(quoteText).join(', ')
  // A list of constants behind IN becomes a join of its own for each column.
  return `(${column} IS NULL OR list_contains([${list}], trim(${column})))`
}

/** Three digits a group; "0,123" is a fraction with a comma and no number of thousands. */
const groupedBy = {
  comma: '[+-]?[1-9]\\d{0,2}(,\\d{3})+(\\.\\d+)?',
  point: '[+-]?[1-9]\\d{0,2}(\\.\\d{3})+(,\\d+)?',
} as const

/**
 * A number as a cast takes it; NULL where the style has no such number. Beside decimal commas a point parts thousands,
 * as in 1.234,50, and is no decimal point: read as one, 1.234 would be a thousandth of what was meant.
 *
 * @param trimmed casts do not need it, comparisons do
 */
export function numberText(column: string, style: NumberStyle, trimmed = true): string {
  const value = trimmed ? `trim(${column})` : column
  if (style === 'thousands') return `replace(${value}, ',', '')`
  if (style === 'plain') return value
  const joined = `CASE WHEN regexp_full_match(trim(${column}), '${groupedBy.point}') THEN replace(${value}, '.', '') END`
  return `replace(CASE WHEN contains(${column}, '.') THEN ${joined} ELSE ${value} END, ',', '.')`
}

/** With a year of four digits: %Y reads 24 as the year 24. */
const isDay = (column: string, format: string): string => `year(try_strptime(trim(${column}), '${format}')) >= 1000`

/** Aggregates that decide one column, in a fixed order. */
function aggregates(column: string, rule: MissingRule): string[] {
  const present = `NOT ${isMissing(column, rule)}`
  const style: NumberStyle = rule.decimal === ',' ? 'decimal-comma' : 'plain'
  const number = numberText(column, style)
  const count = (condition: string) => `count(*) FILTER (${present} AND ${condition})`
  const thousands = `regexp_full_match(trim(${column}), '${groupedBy.comma}')`
  // DuckDB reads 1_000 as a thousand; in a table it is a code.
  const finite = (value: string) => `isfinite(TRY_CAST(${value} AS DOUBLE)) AND NOT contains(${column}, '_')`
  const bare = `ltrim(${number}, '+-')`
  return [
    `count(*) FILTER (${present})`,
    count(finite(number)),
    count(
      `TRY_CAST(${number} AS BIGINT) IS NOT NULL AND NOT contains(${number}, '.') AND NOT contains(lower(${number}), 'e') AND NOT contains(${number}, '_')`,
    ),
    // A leading zero means a code (a postcode, an account), which a number would destroy.
    count(`${bare} LIKE '0_%' AND ${bare} NOT LIKE '0.%' AND lower(${bare}) NOT LIKE '0e%'`),
    rule.decimal === '.' ? count(thousands) : '0',
    rule.decimal === '.' ? count(`(${thousands} OR ${finite(number)})`) : '0',
    // A column of coordinates, say, may keep its decimal points beside prices with commas.
    rule.decimal === ',' ? count(finite(numberText(column, 'plain'))) : '0',
    count(`lower(trim(${column})) IN ('true', 'false')`),
    count(
      `regexp_full_match(trim(${column}), '\\d{4}-\\d{2}-\\d{2}') AND TRY_CAST(trim(${column}) AS DATE) IS NOT NULL`,
    ),
    count(
      `regexp_full_match(trim(${column}), '\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?Z?') AND TRY_CAST(trim(${column}) AS TIMESTAMP) IS NOT NULL`,
    ),
    ...dateFormats.map((format) => count(isDay(column, format))),
    // Whole numbers past 64 bits.
    count(
      `${finite(number)} AND TRY_CAST(${number} AS BIGINT) IS NULL AND NOT contains(${number}, '.') AND NOT contains(lower(${number}), 'e')`,
    ),
  ]
}

/**
 * Counts the values that a proposal cannot take. One cast a value, and a closer look at those that fail it alone: with
 * every pattern tried on every value, a million rows of 31 columns took 28 s, and so they take 2 s.
 */
function failures({ type, numbers, format }: InferredType, column: string, rule: MissingRule): string {
  const number = numberText(column, numbers, false)
  const fits: Partial<Record<ColumnType, string>> = {
    integer: `TRY_CAST(${number} AS BIGINT) IS NOT NULL AND NOT contains(${number}, '.') AND NOT contains(${number}, '_') AND NOT contains(${number}, ' ') AND NOT (starts_with(${number}, '0') AND length(${number}) > 1) AND NOT starts_with(${number}, '-0')`,
    float:
      numbers === 'thousands'
        ? `TRY_CAST(${number} AS DOUBLE) IS NOT NULL AND regexp_full_match(${column}, '${groupedBy.comma}|[+-]?\\d+(\\.\\d+)?')`
        : `isfinite(TRY_CAST(${number} AS DOUBLE)) AND NOT contains(${number}, '_')`,
    boolean: `lower(trim(${column})) IN ('true', 'false')`,
    date: format === null ? `TRY_CAST(${column} AS DATE) IS NOT NULL` : isDay(column, format),
    timestamp: `TRY_CAST(${column} AS TIMESTAMP) IS NOT NULL`,
  }
  return `coalesce(sum(CASE WHEN ${column} IS NULL OR (${fits[type] ?? 'true'}) THEN 0 WHEN ${isMissing(column, rule)} THEN 0 ELSE 1 END), 0)`
}

function decide(counts: readonly number[], rule: MissingRule): InferredType {
  const [present = 0, numbers, integers, leadingZeros, thousands, thousandsOrPlain] = counts
  const [pointed, booleans, isoDates, isoTimes] = counts.slice(6)
  if (present === 0) return text
  const plain: NumberStyle = rule.decimal === ',' ? 'decimal-comma' : 'plain'
  if (leadingZeros === 0) {
    if (integers === present) return { type: 'integer', numbers: plain, format: null }
    // Digits only but too many for 64 bits is an identifier; with a fraction it is a number.
    if (numbers === present && (counts[hugeAt] ?? 0) <= 0) return { type: 'float', numbers: plain, format: null }
    if ((thousands ?? 0) > 0 && thousandsOrPlain === present)
      return { type: 'float', numbers: 'thousands', format: null }
    if (rule.decimal === ',' && pointed === present) return { type: 'float', numbers: 'plain', format: null }
  }
  if (booleans === present) return { type: 'boolean', numbers: 'plain', format: null }
  if (isoDates === present) return { type: 'date', numbers: 'plain', format: null }
  if (isoTimes === present) return { type: 'timestamp', numbers: 'plain', format: null }
  const reading = dateFormats.filter((_, index) => counts[formatsAt + index] === present)
  if (reading.length === 1) return { type: 'date', numbers: 'plain', format: reading[0]! }
  return text
}

/**
 * The aggregates of each column, in one set: the columns are laid one under the other and grouped. A set for each
 * column costs planning time that grows with the square of their number (400 columns: over 90 s).
 */
async function countPatterns(
  duck: Duck,
  sql: string,
  columns: readonly string[],
  rule: MissingRule,
): Promise<number[][]> {
  if (columns.length === 0) return []
  const result = await duck.run(
    `SELECT ${aggregates('value', rule).join(', ')} FROM (SELECT unnest([${columns.join(', ')}]) AS value, unnest(range(${columns.length})) AS place FROM ${sql}) GROUP BY place ORDER BY place`,
  )
  const counts = (await result.getRows()).map((row) => row.map(Number))
  return columns.map((_, at) => counts[at] ?? [])
}

/** Columns of one query: a thousand of them at once take more memory than there is. */
const failuresAtOnce = 200

async function countFailures(
  duck: Duck,
  sql: string,
  columns: readonly { readonly column: string; readonly type: InferredType }[],
  rule: MissingRule,
): Promise<number[]> {
  const counts: number[] = []
  for (let start = 0; start < columns.length; start += failuresAtOnce) {
    const some = columns.slice(start, start + failuresAtOnce)
    const result = await duck.run(
      `SELECT ${some.map(({ column, type }) => failures(type, column, rule)).join(', ')} FROM ${sql}`,
    )
    counts.push(...(await result.getRows())[0]!.map(Number))
  }
  return counts
}

/**
 * @param sql a relation of text columns c0 … c(width − 1)
 * @returns one type a column, in order
 */
export async function inferTypes(duck: Duck, sql: string, width: number, rule: MissingRule): Promise<InferredType[]> {
  const columns = Array.from({ length: width }, (_, index) => `c${index}`)
  const rows = Math.max(500, Math.min(sampleRows, Math.ceil(sampleValues / width)))
  const sampled = await countPatterns(duck, `(SELECT * FROM ${sql} LIMIT ${rows})`, columns, rule)
  const proposals = sampled.map((counts) => ({ type: decide(counts, rule), empty: (counts[0] ?? 0) === 0 }))
  const result = proposals.map((proposal) => proposal.type)
  // Text stays text whatever follows; the rest must hold for every row.
  const open = columns.flatMap((column, index) => {
    const { type, empty } = proposals[index]!
    return !empty && type.type !== 'string' ? [{ column, index, type }] : []
  })
  const failing = await countFailures(duck, sql, open, rule)
  const again = new Set(open.filter((_, at) => failing[at]! > 0).map(({ index }) => index))
  proposals.forEach(({ empty }, index) => empty && again.add(index))
  // A later row overturned the proposal, or the sample held no value: every type is possible again.
  const undecided = [...again]
  const full = await countPatterns(
    duck,
    sql,
    undecided.map((index) => columns[index]!),
    rule,
  )
  undecided.forEach((index, at) => {
    result[index] = decide(full[at]!, rule)
  })
  return result
}
