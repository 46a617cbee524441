/**
 * Writes a chunk of scores as Parquet: p0…pk−1 (probabilities by class) or `prediction`, and `label` where the model
 * gives one. One thread and one row group, so that the same scores give the same bytes.
 */
import { createHash } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { DOUBLE, DuckDBDataChunk, DuckDBInstance, FLOAT, VARCHAR } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api'
import type { ScoreColumns } from './outputs.ts'
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
    const names: string[] = []
    const types: DuckDBType[] = []
    const values: ArrayLike<number | string>[] = []
    columns.scores?.forEach((column, index) => {
      names.push(columns.scores!.length === 1 ? 'prediction FLOAT' : `p${index} FLOAT`)
      types.push(column instanceof Float32Array ? FLOAT : DOUBLE)
      if (column instanceof Float64Array) names[names.length - 1] = names.at(-1)!.replace('FLOAT', 'DOUBLE')
      values.push(column)
    })
    if (columns.labels) {
      names.push('label VARCHAR')
      types.push(VARCHAR)
      values.push(columns.labels)
    }
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE scores (${names.join(', ')})`)
    const appender = await this.#connection.createAppender('scores', 'main', 'temp')
    for (let from = 0; from < rows; from += vectorRows) {
      const n = Math.min(vectorRows, rows - from)
      const chunk = DuckDBDataChunk.create(types, n)
      values.forEach((column, index) => {
        chunk.setColumnValues(index, Array.prototype.slice.call(column, from, from + n) as DuckDBValue[])
      })
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
    const temporary = `${path}.tmp`
    await this.#connection.run(
      `COPY scores TO ${quoteText(temporary)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${Math.max(rows, vectorRows)})`,
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
