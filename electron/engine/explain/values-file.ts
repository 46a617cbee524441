/**
 * The attributions of every explained row as one Parquet file: `row` (counted from 0), the margin of each output (m0 …)
 * and the attribution of each player to it (o0p0 …), all float64.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BIGINT, DOUBLE, DuckDBDataChunk } from '@duckdb/node-api'
import type { DuckDBType } from '@duckdb/node-api'
import { openDuck } from '../../data-plane/duck.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quotePath, quoteText } from '../../data-plane/quote.ts'
import { makeRoomFor, rowGroupRows } from '../../data-plane/wide.ts'
import type { Engine } from '../engine.ts'

/** DuckDB's vectors hold this many rows. */
const vectorRows = 2048

export const valueColumn = (output: number, player: number): string => `o${output}p${player}`
export const marginColumn = (output: number): string => `m${output}`

export interface ValuesBlock {
  readonly rows: number
  /** Row numbers in the dataset. */
  readonly numbers: BigInt64Array
  /** Output k of row r at k × rows + r. */
  readonly margins: Float64Array
  /** Output k, player p, row r at (k × players + p) × rows + r. */
  readonly values: Float64Array
}

export class ValuesFile {
  readonly #duck: Duck
  readonly #folder: string
  readonly #outputs: number
  readonly #players: number
  #parts = 0

  private constructor(duck: Duck, folder: string, outputs: number, players: number) {
    this.#duck = duck
    this.#folder = folder
    this.#outputs = outputs
    this.#players = players
  }

  static async open(engine: Engine, outputs: number, players: number): Promise<ValuesFile> {
    const folder = engine.workspace.temporary('.values')
    await mkdir(folder, { recursive: true })
    const duck = await openDuck({ temporaryDirectory: join(engine.workspace.folder, 'tmp') })
    // One thread, so that the same values give the same bytes.
    await duck.run('SET threads = 1')
    await makeRoomFor(duck, 1 + outputs * (1 + players))
    return new ValuesFile(duck, folder, outputs, players)
  }

  async write(block: ValuesBlock): Promise<void> {
    const { rows } = block
    const names = ['row BIGINT']
    const types: DuckDBType[] = [BIGINT]
    const columns: (BigInt64Array | Float64Array)[] = [block.numbers]
    for (let k = 0; k < this.#outputs; k++) {
      names.push(`${marginColumn(k)} DOUBLE`)
      types.push(DOUBLE)
      columns.push(block.margins.subarray(k * rows, (k + 1) * rows))
    }
    for (let k = 0; k < this.#outputs; k++) {
      for (let p = 0; p < this.#players; p++) {
        const at = (k * this.#players + p) * rows
        names.push(`${valueColumn(k, p)} DOUBLE`)
        types.push(DOUBLE)
        columns.push(block.values.subarray(at, at + rows))
      }
    }
    await this.#duck.run(`CREATE OR REPLACE TEMP TABLE part (${names.join(', ')})`)
    const appender = await this.#duck.connection.createAppender('part', 'main', 'temp')
    for (let from = 0; from < rows; from += vectorRows) {
      const n = Math.min(vectorRows, rows - from)
      const chunk = DuckDBDataChunk.create(types, n)
      columns.forEach((column, index) => {
        const vector = chunk.getColumnVector(index)
        // Straight into the vector's memory, as the scorer's writer does.
        const { items } = vector as unknown as { items: BigInt64Array | Float64Array }
        ;(items as Float64Array).set(column.subarray(from, from + n) as Float64Array)
        ;(vector as unknown as { flush(): void }).flush()
      })
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
    const path = join(this.#folder, `part-${String(this.#parts++).padStart(6, '0')}.parquet`)
    await this.#duck.run(`COPY part TO ${quoteText(path)} (FORMAT parquet, COMPRESSION lz4_raw)`)
  }

  /** Joins the parts into one file and answers with its path, a temporary one. */
  async finish(target: string): Promise<void> {
    const parts = Array.from({ length: this.#parts }, (_, k) =>
      quotePath(join(this.#folder, `part-${String(k).padStart(6, '0')}.parquet`)),
    )
    await this.#duck.run(
      `COPY (SELECT * FROM read_parquet([${parts.join(', ')}])) TO ${quoteText(target)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows(this.#outputs * this.#players)})`,
    )
  }

  async close(): Promise<void> {
    this.#duck.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
