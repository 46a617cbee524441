/** The groups that a column forms: its values, or ranges of a column of many numbers. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Column } from '../../../shared/contract/dataset.ts'
import { binProbabilities, cutNumbers } from '../../../shared/slices/cut-column.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import { literal, missingSql } from '../data/condition-sql.ts'
import { enumCode } from '../slices/cut-columns.ts'

export interface CodedGroups {
  readonly labels: readonly string[]
  readonly expression: string
  readonly prepare: readonly string[]
}

/** A column of numbers with more distinct values than this is cut into five ranges of about equally many rows. */
const mostNumbers = 12
/** More groups than this are no groups. */
const mostValues = 1000
const missingLabel = '(missing)'

/** @throws AssayError fairness/too-many-values */
export async function codeGroups(duck: Duck, dataPath: string, column: Column, place: number): Promise<CodedGroups> {
  const source = `read_parquet(${quotePath(dataPath)})`
  const name = quoteIdentifier(column.name)
  const missing = missingSql(column.name, column.type)
  const numeric = column.type === 'integer' || column.type === 'float'
  if (numeric && column.distinct > mostNumbers) return codeRanges(duck, source, column, missing)
  const found = await duck.run(
    `SELECT DISTINCT ${name}::VARCHAR AS value FROM ${source} WHERE NOT ${missing} LIMIT ${mostValues + 1}`,
  )
  const values = ((await found.getRows()) as [string][]).map(([value]) => value)
  if (values.length > mostValues) {
    throw new AssayError({
      code: 'fairness/too-many-values',
      message: `"${column.name}" has more than ${mostValues} distinct values, which form no groups.`,
      remedy: 'Choose a column with fewer values.',
      where: { column: column.name },
    })
  }
  values.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1))
  if (values.length === 0) return { labels: [missingLabel], expression: '0', prepare: [] }
  const code = enumCode(name, missing, values, place, 0, values.length)
  return { labels: [...values, missingLabel], ...code }
}

async function codeRanges(duck: Duck, source: string, column: Column, missing: string): Promise<CodedGroups> {
  const name = quoteIdentifier(column.name)
  const known = `FILTER (NOT ${missing})`
  const found = await duck.run(
    `SELECT quantile_cont(${name}::DOUBLE, [${binProbabilities.join(', ')}]) ${known}, min(${name}::DOUBLE) ${known} FROM ${source}`,
  )
  const [quantiles, least] = (await found.getRowsJson())[0] as [number[] | null, number | null]
  const cut = quantiles && least !== null ? cutNumbers(column.name, quantiles.map(Number), Number(least), false) : null
  const edges = cut?.edges ?? []
  const labels = Array.from({ length: edges.length + 1 }, (_, bin) => {
    if (edges.length === 0) return 'known'
    if (bin === 0) return `under ${edges[0]}`
    return bin === edges.length ? `${edges[bin - 1]} and over` : `${edges[bin - 1]} to under ${edges[bin]}`
  })
  const bins = edges.map((edge, bin) => `WHEN ${name}::DOUBLE < ${literal(edge)} THEN ${bin}`).join(' ')
  return {
    labels: [...labels, missingLabel],
    expression: `CASE WHEN ${missing} THEN ${labels.length} ${bins} ELSE ${edges.length} END`,
    prepare: [],
  }
}
