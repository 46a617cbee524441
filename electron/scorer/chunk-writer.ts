/**
 * Writes a chunk of scores as Parquet: p0…pk−1 (probabilities by class) or `prediction`, and `label` where the model
 * gives one. One thread and one row group, so that the same scores give the same bytes.
 */
import { createHash } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { DOUBLE, DuckDBDataChunk, DuckDBInstance, FLOAT, VARCHAR } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBDoubleVector, DuckDBFloatVector, DuckDBType } from '@duckdb/node-api'
import { namesOfScores } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { quoteText } from '../data-plane/quote.ts'

/** DuckDB's vectors hold this many rows. */
const vectorRows = 2048

export class ChunkWriter {
  readonly #connection: DuckDBConnection

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  static async open(): Promise<ChunkWriter> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    return new ChunkWriter(await instance.connect())
  }

  /** Writes rows [0, rows) to `path` by way of a temporary name, flushed before it is renamed. */
  async write(columns: ScoreColumns, rows: number, path: string): Promise<{ sha256: string; bytes: number }> {
    const scores = columns.scores ?? []
    const names = namesOfScores(scores.length)
    const types: DuckDBType[] = scores.map((column) => (column instanceof Float32Array ? FLOAT : DOUBLE))
    const declared = scores.map((_, index) => `${names[index]!} ${types[index]!.toString()}`)
    if (columns.labels) {
      types.push(VARCHAR)
      declared.push('label VARCHAR')
    }
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE scores (${declared.join(', ')})`)
    const appender = await this.#connection.createAppender('scores', 'main', 'temp')
    // Appending copies, so one chunk serves all; only the last may be shorter.
    const chunk = DuckDBDataChunk.create(types, Math.min(vectorRows, rows))
    for (let from = 0; from < rows; from += vectorRows) {
      const n = Math.min(vectorRows, rows - from)
      if (n < vectorRows) chunk.rowCount = n
      scores.forEach((column, index) => {
        // Straight into the vector's memory: a value at a time cost a fifth of the scoring itself.
        const vector = chunk.getColumnVector(index) as DuckDBFloatVector | DuckDBDoubleVector
        const { items } = vector as unknown as { items: Float32Array | Float64Array }
        items.set(column.subarray(from, from + n))
        vector.flush()
      })
      if (columns.labels) chunk.setColumnValues(scores.length, columns.labels.slice(from, from + n))
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
    const temporary = `${path}.tmp`
    await this.#connection.run(
      `COPY scores TO ${quoteText(temporary)} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE ${Math.max(rows, vectorRows)})`,
    )
    await this.#connection.run('DROP TABLE scores')
    const handle = await open(temporary, 'r+')
    await handle.sync()
    await handle.close()
    const bytes = await readFile(temporary)
    await rename(temporary, path)
    return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }
  }
}
