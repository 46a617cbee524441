/** Streams small whole numbers that SQL makes of columns, in row order, for the rows that an analysis uses. */
import type { DuckDBUSmallIntVector, DuckDBUTinyIntVector } from '@duckdb/node-api'
import { openReader } from '../../data-plane/stream-columns.ts'
import { quotePath } from '../../data-plane/quote.ts'
import type { JobContext } from '../jobs/jobs.ts'

export interface CodeRequest {
  readonly dataPath: string
  /** SQL that must run before, such as CREATE TYPE. */
  readonly prepare: readonly string[]
  /** Expressions over the dataset's columns, each 0 to 255, or to 65,535 where `wide`. */
  readonly expressions: readonly string[]
  readonly wide: boolean
  /** 1 for each row of the dataset that is used. */
  readonly mask: Uint8Array
  readonly used: number
  readonly context: JobContext
}

/** Columns read in one pass: a vector of each is in memory at a time. */
const columnsAtOnce = 64

export async function readCodes(request: CodeRequest): Promise<(Uint8Array | Uint16Array)[]> {
  const { expressions, wide, used, mask, context } = request
  const codes = expressions.map(() => (wide ? new Uint16Array(used) : new Uint8Array(used)))
  const reader = await openReader()
  const connection = await reader.connect()
  try {
    for (const statement of request.prepare) await connection.run(statement)
    for (let from = 0; from < expressions.length; from += columnsAtOnce) {
      const part = expressions.slice(from, from + columnsAtOnce)
      const select = part.map((expression) => `(${expression})::${wide ? 'USMALLINT' : 'UTINYINT'}`).join(', ')
      const result = await connection.stream(`SELECT ${select} FROM read_parquet(${quotePath(request.dataPath)})`)
      let row = 0
      let to = 0
      for (;;) {
        context.signal.throwIfAborted()
        const chunk = await result.fetchChunk()
        if (!chunk || chunk.rowCount === 0) break
        const vectors = part.map((_, index) => {
          const vector = chunk.getColumnVector(index) as DuckDBUSmallIntVector | DuckDBUTinyIntVector
          return (vector as unknown as { items: Uint8Array | Uint16Array }).items
        })
        for (let at = 0; at < chunk.rowCount; at++, row++) {
          if (mask[row] === 0) continue
          for (let index = 0; index < vectors.length; index++) codes[from + index]![to] = vectors[index]![at]!
          to++
        }
        context.progress({ done: from + (part.length * row) / mask.length })
      }
    }
    return codes
  } finally {
    connection.closeSync()
  }
}
