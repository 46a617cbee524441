/** The scores that a run stored, in blocks of a wanted size, wherever its chunks were cut. */
import { join } from 'node:path'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'
import { listChunks } from '../records.ts'
import { scoreColumns, scoreShape } from '../../../shared/scoring/score-columns.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import { scorePlaces } from '../../../shared/explain/score-places.ts'
import type { Subject } from './subject.ts'

const chunkRows = 16_384

/** Reads scores in row order: `take(n)` gives the next n rows of each explained output. */
export async function openRunScores(
  engine: Engine,
  subject: Subject,
): Promise<{ take(rows: number): Promise<Float64Array[]>; close(): Promise<void> }> {
  const shape = scoreShape(subject.version, subject.binding.output)
  const all = scoreColumns(shape).filter((column) => column.as !== 'string')
  const columns = scorePlaces(subject.binding.output).map((place) => ({ ...all[place]!, as: 'double' as const }))
  const reader = await openReader()
  const { workspace } = engine
  const paths = listChunks(workspace.ledger, subject.run.id).map((chunk) =>
    join(workspace.runFolder(subject.run.id), chunkName(chunk.number)),
  )
  async function* pieces() {
    for (const parquetPath of paths) yield* streamColumns({ reader, parquetPath, columns, from: 0, chunkRows })
  }
  const stream = pieces()
  let piece = await stream.next()
  let used = 0
  return {
    close: async () => {
      await stream.return(undefined)
    },
    take: async (rows) => {
      const out = columns.map(() => new Float64Array(rows))
      for (let at = 0; at < rows;) {
        if (piece.done) break
        if (used === piece.value.rows) {
          piece = await stream.next()
          used = 0
          continue
        }
        const n = Math.min(rows - at, piece.value.rows - used)
        const { columns: read } = piece.value
        out.forEach((column, k) => column.set((read[k] as Float64Array).subarray(used, used + n), at))
        used += n
        at += n
      }
      return out
    },
  }
}
