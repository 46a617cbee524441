/** A task's rows in pieces: from its number file where that holds all that the model takes, else from Parquet. */
import { AssayError } from '../../shared/contract/errors.ts'
import type { ScoringTask } from '../../shared/contract/scorer-messages.ts'
import { openNumberFile, pieceOf } from '../data-plane/number-file.ts'
import { openReader, streamColumns } from '../data-plane/stream-columns.ts'
import type { ColumnValues, StreamedChunk, StreamedColumn } from '../data-plane/stream-columns.ts'

export interface PiecesRequest {
  readonly task: Pick<ScoringTask, 'dataPath' | 'numbersPath'>
  readonly columns: readonly StreamedColumn[]
  /** Rows [from, to) of the dataset. */
  readonly from: number
  readonly to: number
  /** Rows of a piece that is read into memory. */
  readonly readRows: number
}

/** A piece's arrays are filled anew once the next is asked for. */
export async function* piecesOf({ task, columns, from, to, readRows }: PiecesRequest): AsyncGenerator<StreamedChunk> {
  const file = task.numbersPath === null ? null : openNumberFile(task.numbersPath, columns)
  if (file) {
    try {
      yield pieceOf(file, from, to - from)
    } finally {
      file.close()
    }
    return
  }
  const reader = await openReader()
  const spare: ColumnValues[][] = []
  const reuse = () => spare.pop() ?? null
  const request = { reader, parquetPath: task.dataPath, columns, from, chunkRows: readRows, reuse }
  for await (const piece of streamColumns(request)) {
    yield piece
    // A short piece is the last, and a cut of larger arrays.
    if (piece.rows === readRows) spare.push(piece.columns as ColumnValues[])
  }
}

export const noRows = (): AssayError =>
  new AssayError({
    code: 'dataset/no-rows',
    message: 'The dataset has no rows.',
    remedy: 'Import one that has.',
  })
