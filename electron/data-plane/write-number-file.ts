/** Writes a number file (number-file.ts) from a Parquet file. */
import { open } from 'node:fs/promises'
import { bytesPerValue, lengthBytes } from './number-file.ts'
import { openReader, streamColumns } from './stream-columns.ts'

/** Turned and written at a time. */
const blockBytes = 4 * 1024 * 1024

/** Writes the numbers of a Parquet file; `onRows` hears how far it is. */
export async function writeNumberFile(
  parquetPath: string,
  names: readonly string[],
  path: string,
  signal: AbortSignal,
  onRows: (done: number) => void,
): Promise<void> {
  const width = names.length
  const chunkRows = Math.max(1, Math.floor(blockBytes / (width * bytesPerValue)))
  const columns = names.map((name) => ({ name, as: 'float' as const }))
  const block = new Float32Array(chunkRows * width)
  const file = await open(path, 'w')
  try {
    const head = Buffer.from(JSON.stringify(names))
    const length = Buffer.alloc(lengthBytes)
    length.writeUInt32LE(head.length)
    await file.write(Buffer.concat([length, head]))
    const reader = await openReader()
    for await (const chunk of streamColumns({ reader, parquetPath, columns, from: 0, chunkRows })) {
      signal.throwIfAborted()
      chunk.columns.forEach((values, column) => {
        for (let row = 0, at = column; row < chunk.rows; row++, at += width) block[at] = (values as Float32Array)[row]!
      })
      await file.write(new Uint8Array(block.buffer, 0, chunk.rows * width * bytesPerValue))
      onRows(chunk.from + chunk.rows)
    }
  } finally {
    await file.close()
  }
}
