/** Looks at columns of a dataset and cuts each into a few codes, with the SQL that gives a row its code. */
import type { Column } from '../../../shared/contract/dataset.ts'
import type { CutColumn } from '../../../shared/slices/cut-column.ts'
import {
  binProbabilities,
  cutCategories,
  cutNumbers,
  fewNumbers,
  mostCategories,
} from '../../../shared/slices/cut-column.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath, quoteText } from '../../data-plane/quote.ts'
import { literal, missingSql } from '../data/condition-sql.ts'

export type CutResult =
  | { readonly cut: CutColumn; readonly expression: string; readonly prepare: readonly string[] }
  | { readonly left: string }

/** A text column with more distinct values than this part of its rows tells rows apart, not groups of them. */
const mostDistinct = 0.5

export async function cutColumn(duck: Duck, dataPath: string, column: Column, place: number): Promise<CutResult> {
  if (column.type === 'image') return { left: 'images have no values to search' }
  if (column.type === 'date' || column.type === 'timestamp') return { left: 'dates are not searched' }
  const source = `read_parquet(${quotePath(dataPath)})`
  const name = quoteIdentifier(column.name)
  const missing = missingSql(column.name, column.type)
  const numeric = column.type === 'integer' || column.type === 'float'
  if (numeric && column.distinct > fewNumbers) {
    const known = `FILTER (NOT ${missing})`
    const found = await duck.run(
      `SELECT quantile_cont(${name}::DOUBLE, [${binProbabilities.join(', ')}]) ${known}, min(${name}::DOUBLE) ${known},
       count(*) FILTER (${missing}) FROM ${source}`,
    )
    const [quantiles, least, without] = (await found.getRowsJson())[0] as [number[] | null, number | null, string]
    if (quantiles === null || least === null) return { left: 'no row has a value' }
    const cut = cutNumbers(column.name, quantiles.map(Number), Number(least), Number(without) > 0)
    if (!cut) return { left: 'nearly all rows have the same value' }
    const bins = cut.edges.map((edge, code) => `WHEN ${name}::DOUBLE < ${literal(edge)} THEN ${code}`).join(' ')
    const whenMissing = `WHEN ${missing} THEN ${Math.max(0, cut.missing)}`
    return { cut, expression: `CASE ${whenMissing} ${bins} ELSE ${cut.edges.length} END`, prepare: [] }
  }
  const found = await duck.run(
    `SELECT ${name}::VARCHAR AS value, count(*) AS n FROM ${source} WHERE NOT ${missing}
     GROUP BY value ORDER BY n DESC, value LIMIT ${mostCategories + 1}`,
  )
  const counted = await duck.run(
    `SELECT count(DISTINCT ${name}::VARCHAR) FILTER (NOT ${missing}), count(*) FILTER (${missing}), count(*) FROM ${source}`,
  )
  const [distinct, without, rows] = ((await counted.getRowsJson())[0] as string[]).map(Number) as [
    number,
    number,
    number,
  ]
  if (distinct > mostCategories && distinct > mostDistinct * (rows - without))
    return { left: 'almost each row has a value of its own' }
  const top = ((await found.getRows()) as [string, bigint][]).map(([value]) => value)
  const cut = cutCategories(column.name, top, distinct, without > 0)
  if (!cut) return { left: 'all rows have the same value' }
  const { expression, prepare } = enumCode(name, missing, cut.values, place, Math.max(0, cut.other), cut.missing)
  return { cut, expression, prepare }
}

/** Looks a text up in a list by hash: a chain of comparisons would cost as many as the list is long. */
export function enumCode(
  name: string,
  missing: string,
  values: readonly string[],
  place: number,
  other: number,
  missingCode: number,
): { expression: string; prepare: readonly string[] } {
  const type = `values_${place}`
  const listed = values.map(quoteText).join(', ')
  return {
    expression: `CASE WHEN ${missing} THEN ${Math.max(0, missingCode)} ELSE coalesce(enum_code(TRY_CAST(${name}::VARCHAR AS ${type})), ${other}) END`,
    prepare: [`CREATE OR REPLACE TEMP TYPE ${type} AS ENUM (${listed})`],
  }
}
