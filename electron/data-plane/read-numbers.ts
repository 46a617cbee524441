/** Whole columns of numbers as typed arrays, for computing that needs all rows of a column at once. */
import type { DuckDBConnection } from '@duckdb/node-api'

/** What DuckDB's vectors of DOUBLE hold; its type declarations keep these to themselves. */
interface DoubleVector {
  readonly items: Float64Array
  readonly validity: { readonly data: unknown; itemValid(row: number): boolean }
}

/**
 * Reads a query of DOUBLE columns to its end.
 *
 * @param rows How many rows the query gives; an upper bound will do.
 * @returns One array a column in the query's row order, NaN where a value is missing.
 */
export async function readNumbers(
  connection: DuckDBConnection,
  sql: string,
  columns: number,
  rows: number,
  signal: AbortSignal,
): Promise<Float64Array<ArrayBuffer>[]> {
  const result = await connection.stream(sql)
  const values = Array.from({ length: columns }, () => new Float64Array(rows))
  let at = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) break
    signal.throwIfAborted()
    for (let column = 0; column < columns; column++) {
      const { items, validity } = chunk.getColumnVector(column) as unknown as DoubleVector
      const into = values[column]!
      into.set(items, at)
      // Without a mask no value is missing, which is the common case.
      if (validity.data === null) continue
      for (let row = 0; row < items.length; row++) if (!validity.itemValid(row)) into[at + row] = NaN
    }
    at += chunk.rowCount
  }
  return at === rows ? values : values.map((array) => array.slice(0, at))
}
