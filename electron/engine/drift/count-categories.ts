/** Counts of a column's categories, whole and by chunk, by DuckDB's aggregation. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { CategoryChunk } from '../../../shared/drift/chunk-column.ts'
import { relationOf } from './plan-columns.ts'
import type { PlannedColumn } from './plan-columns.ts'
import { categoriesAtMost } from './plan-content.ts'
import type { Side } from './side.ts'
import type { SideChunks } from './timeline.ts'

export interface CategoryCounts {
  readonly counts: ReadonlyMap<string, number>
  readonly missing: number
}

/** Longer texts are cut: they are shown, and two that differ past this are not categories. */
const textAtMost = 500

/** @returns null where there are too many categories */
export async function countCategories(
  connection: DuckDBConnection,
  side: Side,
  column: PlannedColumn,
): Promise<CategoryCounts | null> {
  const result = await connection.runAndReadAll(
    `SELECT left(${column.text}, ${textAtMost}), count(*)::INTEGER FROM ${relationOf(side, column)}
     GROUP BY 1 LIMIT ${categoriesAtMost + 2}`,
  )
  const counts = new Map<string, number>()
  let missing = 0
  for (const [value, rows] of result.getRows()) {
    if (value === null) missing = Number(rows)
    else counts.set(String(value), Number(rows))
  }
  return counts.size > categoriesAtMost ? null : { counts, missing }
}

export async function countCategoryChunks(
  connection: DuckDBConnection,
  side: Side,
  column: PlannedColumn,
  chunks: SideChunks,
): Promise<CategoryChunk[]> {
  // Predictions lie beside the dataset's rows, whose columns say the time.
  const source =
    column.from === 'scored'
      ? `(SELECT * FROM ${side.relation} d POSITIONAL JOIN (SELECT ${column.text} AS "predicted value" FROM ${side.scored}) s)`
      : side.relation
  const value = column.from === 'scored' ? '"predicted value"' : column.text
  const result = await connection.runAndReadAll(
    `SELECT chunk, left(value, ${textAtMost}), count(*)::INTEGER FROM (
       SELECT ${chunks.sql('row_number() OVER () - 1')} AS chunk, ${value} AS value FROM ${source}
     ) WHERE chunk >= 0 GROUP BY 1, 2`,
  )
  const counts = chunks.labels.map(() => new Map<string, number>())
  const missing = chunks.labels.map(() => 0)
  for (const [chunk, text, rows] of result.getRows()) {
    const index = Number(chunk)
    if (text === null) missing[index] = Number(rows)
    else counts[index]!.set(String(text), Number(rows))
  }
  return counts.map((entry, index) => ({ counts: entry, missing: missing[index]! }))
}
