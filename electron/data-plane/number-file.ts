/**
 * A dataset's numbers once more, as float32 row by row: what most models take. A batch is then one read into its
 * tensor, where columns of Parquet are decoded, narrowed and turned, which costs as much as half of a small model.
 *
 * The file: its columns' names as a JSON array in UTF-8, after the length of that in bytes (uint32), then rows × columns
 * float32, NaN where a value is missing; all little-endian. It holds nothing that the Parquet file does not, and may be
 * left out.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { AssayError } from '../../shared/contract/errors.ts'
import type { StreamedChunk, StreamedColumn } from '../../shared/scoring/columns.ts'

export const bytesPerValue = Float32Array.BYTES_PER_ELEMENT
export const lengthBytes = 4
/** Names of columns are bounded at import; a longer head is not ours. */
const mostHeadBytes = 64 * 1024 * 1024
export interface NumberReader {
  /** Writes `rows` rows from `from` on of the columns at `places` (of those asked for) to `into`, row by row. */
  read(places: readonly number[], from: number, rows: number, into: Float32Array): void
  close(): void
}

/** Rows [from, from + rows) of the file, each read when a batch asks for it. */
export function pieceOf(file: NumberReader, from: number, rows: number): StreamedChunk {
  return {
    rows,
    from,
    columns: [],
    readNumbers: (places, at, count, into) => file.read(places, from + at, count, into),
  }
}

/** What a reader of every column costs more than one of the wanted columns alone pays up to here. */
const leastShare = 0.25

/** Whether all of `wanted` are among the file's columns, and not a small part of them. */
export function holdsColumns(columns: readonly string[], wanted: readonly StreamedColumn[]): boolean {
  const known = new Set(columns)
  return (
    wanted.length >= leastShare * columns.length &&
    wanted.length > 0 &&
    wanted.every(({ name, as }) => as === 'float' && known.has(name))
  )
}

const changed = (what: string, byte: number): AssayError =>
  new AssayError({
    code: 'dataset/file-changed',
    message: `A file of the dataset ${what}.`,
    remedy: 'See what else is wrong: assay verify. Then import the dataset again.',
    where: { byte },
  })

function readBytes(descriptor: number, into: Uint8Array, position: number): void {
  for (let got = 0; got < into.length;) {
    const n = readSync(descriptor, into, got, into.length - got, position + got)
    if (n === 0) throw changed('is shorter than the dataset', position + got)
    got += n
  }
}

interface Head {
  readonly columns: readonly string[]
  /** Where the numbers begin. */
  readonly start: number
}

function readHead(descriptor: number): Head {
  const length = Buffer.alloc(lengthBytes)
  readBytes(descriptor, length, 0)
  const head = Buffer.alloc(Math.min(length.readUInt32LE(), mostHeadBytes))
  readBytes(descriptor, head, lengthBytes)
  try {
    return { columns: JSON.parse(head.toString()) as string[], start: lengthBytes + head.length }
  } catch {
    throw changed('does not name its columns', lengthBytes)
  }
}

/**
 * Opens the file for these columns; null where it does not hold them all. Reads block: what was just written or read
 * lies in the system's cache.
 * @throws AssayError dataset/file-changed
 */
export function openNumberFile(path: string, wanted: readonly StreamedColumn[]): NumberReader | null {
  const descriptor = openSync(path, 'r')
  try {
    const head = readHead(descriptor)
    if (holdsColumns(head.columns, wanted)) return readerOf(descriptor, head, wanted)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
  closeSync(descriptor)
  return null
}

function readerOf(descriptor: number, { columns, start }: Head, wanted: readonly StreamedColumn[]): NumberReader {
  const width = columns.length
  const placeOf = new Map(columns.map((name, place) => [name, place]))
  const stored = wanted.map(({ name }) => placeOf.get(name)!)
  let scratch = new Float32Array(0)
  const readRows = (from: number, rows: number, into: Float32Array): void => {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, rows * width * bytesPerValue)
    readBytes(descriptor, bytes, start + from * width * bytesPerValue)
  }

  return {
    read: (places, from, rows, into) => {
      const count = places.length
      if (count === width && places.every((place, column) => stored[place] === column))
        return readRows(from, rows, into)
      if (scratch.length < rows * width) scratch = new Float32Array(rows * width)
      readRows(from, rows, scratch)
      const at = Int32Array.from(places, (place) => stored[place]!)
      for (let row = 0, to = 0, base = 0; row < rows; row++, base += width) {
        for (let column = 0; column < count; column++) into[to++] = scratch[base + at[column]!]!
      }
    },
    close: () => closeSync(descriptor),
  }
}
