/** What tables of hundreds of columns need of DuckDB: each column has buffers of its own, however few the rows. */
import type { Duck } from './duck.ts'

const wideColumns = 200
/** Buffers of a column on each thread, of 256 KiB and more. */
const megabytesOfColumn = 1
/**
 * Values of one row group. A group is held in memory until it is full: 20,000 rows of 1,000 columns took 306 s, spilling,
 * in groups of 32,768 rows, and 11 s in groups of 4,096.
 */
const groupValues = 32_768 * 128
const vectorRows = 2048

/** Raises the limit on memory with the columns; up to 200 of them fit. */
export async function makeRoomFor(duck: Duck, columns: number): Promise<void> {
  if (columns > wideColumns) await duck.run(`SET memory_limit = '${250 + megabytesOfColumn * columns}MB'`)
}

/** Rows of a Parquet file's row groups: 32,768, and fewer where the table is wide. */
export function rowGroupRows(columns: number): number {
  const fitting = vectorRows * Math.floor(groupValues / columns / vectorRows)
  return Math.max(vectorRows, Math.min(32_768, fitting))
}
