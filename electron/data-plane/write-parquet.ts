/** What a query gives as a Parquet file, whose row groups and memory go by the number of columns. */
import type { Duck } from './duck.ts'
import { quoteText } from './quote.ts'
import { makeRoomFor, rowGroupRows } from './wide.ts'

/**
 * @param columns How many the query gives.
 * @param compression lz4_raw is quick to write and to read; zstd is for files that go elsewhere.
 */
export async function writeParquet(
  duck: Duck,
  query: string,
  path: string,
  columns: number,
  compression: 'lz4_raw' | 'zstd' = 'lz4_raw',
): Promise<void> {
  await makeRoomFor(duck, columns)
  await duck.run(
    `COPY (${query}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${rowGroupRows(columns)})`,
  )
}
