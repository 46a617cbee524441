/** Missing, distinct, range, mean and frequent values of each column of a Parquet file. */
import type { Column, ColumnType } from '../../../shared/contract/dataset.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'

export type ColumnStatistics = Pick<Column, 'missing' | 'distinct' | 'min' | 'max' | 'mean' | 'top'>

/** Up to here distinct values are counted exactly, and the most frequent ones are listed. */
const exactDistinct = 1000
const topValues = 100
const perColumn = 5
/** Columns of one query: planning takes time and memory that grow with the square of what is asked at once. */
const columnsAtOnce = 20

export async function columnStatistics(
  duck: Duck,
  path: string,
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
): Promise<ColumnStatistics[]> {
  const source = `read_parquet(${quotePath(path)})`
  const select = columns.flatMap(({ name, type }) => {
    const column = quoteIdentifier(name)
    const ordered = type !== 'image' && type !== 'string'
    const numeric = type === 'integer' || type === 'float' || type === 'boolean'
    const counted = type === 'float' ? `${column} IS NULL OR isnan(${column})` : `${column} IS NULL`
    return [
      `count(*) FILTER (${counted})`,
      type === 'image' ? '0' : `approx_count_distinct(${column})`,
      ordered ? `min(${column})::VARCHAR` : type === 'string' ? `min(${column})` : 'NULL',
      ordered ? `max(${column})::VARCHAR` : type === 'string' ? `max(${column})` : 'NULL',
      numeric ? `avg(${column}::DOUBLE) FILTER (isfinite(${column}::DOUBLE))` : 'NULL',
    ]
  })
  // Many queries, each of which would read what the file says of all columns.
  await duck.run('SET parquet_metadata_cache = true')
  const row: unknown[] = []
  for (let start = 0; start < select.length; start += columnsAtOnce * perColumn) {
    const some = select.slice(start, start + columnsAtOnce * perColumn)
    row.push(...(await (await duck.run(`SELECT ${some.join(', ')} FROM ${source}`)).getRows())[0]!)
  }
  const statistics: ColumnStatistics[] = []
  for (const [index, { name, type }] of columns.entries()) {
    const [missing, approximate, min, max, mean] = row.slice(index * perColumn, (index + 1) * perColumn)
    let distinct = Number(approximate)
    let top: Column['top'] = []
    // HyperLogLog may be a few per cent off: near the limit the exact count decides.
    if (type !== 'image' && distinct <= exactDistinct * 1.2) {
      const counts = await duck.run(
        `SELECT value, n, count(*) OVER () FROM (SELECT ${quoteIdentifier(name)}::VARCHAR AS value, count(*) AS n FROM ${source} WHERE ${quoteIdentifier(name)} IS NOT NULL GROUP BY 1) ORDER BY n DESC, value LIMIT ${topValues}`,
      )
      const groups = await counts.getRows()
      distinct = Number(groups[0]?.[2] ?? 0)
      if (distinct <= exactDistinct) {
        top = groups.map(([value, n]) => ({ value: String(value).slice(0, 500), n: Number(n) }))
      }
    }
    const average = mean === null ? null : Number(mean)
    statistics.push({
      missing: Number(missing),
      distinct,
      min: min === null ? null : String(min).slice(0, 200),
      max: max === null ? null : String(max).slice(0, 200),
      mean: average !== null && Number.isFinite(average) ? average : null,
      top,
    })
  }
  return statistics
}
