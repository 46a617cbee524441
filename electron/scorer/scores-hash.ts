/**
 * The hash of a run's scores: of the values in row order, column by column, so that it does not depend on where the
 * chunks were cut. Two runs with the same hash gave the same bytes for every row.
 */
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import type { StreamedColumn } from '../../shared/scoring/columns.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { scoreColumns } from '../../shared/scoring/score-columns.ts'
import type { ScoreShape } from '../../shared/scoring/score-columns.ts'
import { openReader, streamColumns } from '../data-plane/stream-columns.ts'
import type { ColumnValues } from '../data-plane/stream-columns.ts'

const chunkRows = 65_536

/** Takes chunks in the order of their rows. */
export class ScoresHash {
  readonly #columns: StreamedColumn[]
  readonly #hashes: Hash[]

  constructor(shape: ScoreShape) {
    this.#columns = scoreColumns(shape)
    this.#hashes = this.#columns.map(() => createHash('sha256'))
  }

  add({ scores, labels }: ScoreColumns): void {
    this.#update([...(scores ?? []), ...(labels ? [labels] : [])])
  }

  /** Chunks that an earlier process wrote. */
  async addFiles(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return
    const reader = await openReader()
    for (const parquetPath of paths) {
      const chunks = streamColumns({ reader, parquetPath, columns: this.#columns, from: 0, chunkRows })
      for await (const { columns } of chunks) this.#update(columns)
    }
  }

  digest(): string {
    const all = createHash('sha256')
    this.#columns.forEach(({ name, as }, index) => all.update(`${name} ${as} ${this.#hashes[index]!.digest('hex')}\n`))
    return all.digest('hex')
  }

  #update(columns: readonly ColumnValues[]): void {
    columns.forEach((values, index) => {
      const bytes = ArrayBuffer.isView(values)
        ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
        : Buffer.from((values as (string | null)[]).map((value) => `${value ?? ''}\0`).join(''))
      this.#hashes[index]!.update(bytes)
    })
  }
}
