/** What each part of a batch job says of itself; the merge holds the parts against each other. */
import { z } from 'zod'
import { sha256Schema } from '../contract/ids.ts'

/** What a batch is read from, and written as. */
export const tableFormatSchema = z.enum(['csv', 'jsonl', 'parquet'])
export type TableFormat = z.infer<typeof tableFormatSchema>

export function formatOf(path: string): TableFormat {
  if (/\.(parquet|pq)$/i.test(path)) return 'parquet'
  return /\.(jsonl|ndjson)$/i.test(path) ? 'jsonl' : 'csv'
}

export const batchPartSchema = z.strictObject({
  schema: z.literal('assay.batch-part/1'),
  manifestSha256: sha256Schema,
  input: z.strictObject({ sha256: sha256Schema, bytes: z.int().nonnegative(), rows: z.int().nonnegative() }),
  shard: z.int().nonnegative(),
  shards: z.int().positive(),
  /** Rows [from, to) of the input, counted from 0. */
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
  /** Rows that were not scored, and the first of their lines. */
  bad: z.int().nonnegative(),
  keep: z.array(z.string()),
  badRows: z.enum(['stop', 'mark']),
  threads: z.int().positive(),
  /** Reasons for each prediction at most; 0 is none. */
  reasons: z.int().nonnegative().default(0),
  /** Of the output. */
  format: tableFormatSchema.default('csv'),
  output: z.strictObject({ file: z.string(), sha256: sha256Schema, bytes: z.int().nonnegative() }),
})
export type BatchPart = z.infer<typeof batchPartSchema>

/**
 * Rows of a shard. Runs are cut at multiples of `blockRows` counted from the file's first row, whatever the shard, so
 * that every row meets the same neighbours in its run and the merged parts equal one process's file to the last byte.
 */
export function shardRows(
  rows: number,
  shard: number,
  shards: number,
  blockRows: number,
): { from: number; to: number } {
  const blocks = Math.ceil(rows / blockRows)
  const edge = (k: number): number => Math.min(rows, Math.floor((k * blocks) / shards) * blockRows)
  return { from: edge(shard), to: shard === shards - 1 ? rows : edge(shard + 1) }
}

export const partName = (shard: number, shards: number, format: TableFormat = 'csv'): string =>
  `part-${String(shard).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.${format}`
