/**
 * The hash of a run's scores: of the values in row order, column by column, so that it does not depend on where the
 * chunks were cut. Two runs with the same hash gave the same bytes for every row.
 */
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import type { ModelVersion, OutputBinding } from '../../../shared/contract/model.ts'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { StreamedColumn } from '../../data-plane/stream-columns.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

const chunkRows = 65_536

export interface ScoreShape {
  readonly output: OutputBinding
  /** Whether scores are stored as float64. */
  readonly wide: boolean
}

/** Float32 where the model gives float32 and nothing is computed from it. */
export function scoreShape(version: Pick<ModelVersion, 'outputs'>, output: OutputBinding): ScoreShape {
  const fromModel = version.outputs.some(
    (entry) => output.score?.includes(entry.name) && entry.elementType !== 'float32',
  )
  return { output, wide: output.transform !== 'none' || fromModel }
}

/** Names of the columns of scores in a run's chunks, in the order of the classes; empty where the model gives labels alone. */
export function scoreColumnNames({
  score,
  task,
  classes,
}: Pick<OutputBinding, 'score' | 'task' | 'classes'>): string[] {
  if (score === null) return []
  return givesOneNumber(task) || classes.length === 1 ? ['prediction'] : classes.map((_, k) => `p${k}`)
}

/** The columns that a run's chunks hold. */
export function scoreColumns({ output, wide }: ScoreShape): StreamedColumn[] {
  const as = wide ? ('double' as const) : ('float' as const)
  return [
    ...scoreColumnNames(output).map((name) => ({ name, as })),
    ...(output.label === null ? [] : [{ name: 'label', as: 'string' as const }]),
  ]
}

/** Hashes chunks in the order in which they are added, while the next are scored. */
export class ScoresHash {
  readonly #columns: StreamedColumn[]
  readonly #hashes: Hash[]
  readonly #reader = openReader()
  #last: Promise<void>

  constructor(shape: ScoreShape) {
    this.#columns = scoreColumns(shape)
    this.#hashes = this.#columns.map(() => createHash('sha256'))
    this.#last = this.#reader.then(() => undefined)
    this.#last.catch(() => undefined)
  }

  /** What goes wrong is thrown by `digest`. */
  add(parquetPath: string): void {
    this.#last = this.#last.then(() => this.#read(parquetPath))
    this.#last.catch(() => undefined)
  }

  async digest(): Promise<string> {
    await this.#last
    const all = createHash('sha256')
    this.#columns.forEach(({ name, as }, index) => all.update(`${name} ${as} ${this.#hashes[index]!.digest('hex')}\n`))
    return all.digest('hex')
  }

  async #read(parquetPath: string): Promise<void> {
    const request = { reader: await this.#reader, parquetPath, columns: this.#columns, from: 0, chunkRows }
    for await (const chunk of streamColumns(request)) {
      chunk.columns.forEach((values, index) => {
        const bytes = ArrayBuffer.isView(values)
          ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
          : Buffer.from((values as (string | null)[]).map((value) => `${value ?? ''}\0`).join(''))
        this.#hashes[index]!.update(bytes)
      })
    }
  }
}
