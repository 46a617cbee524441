/**
 * Rows of a Parquet file: a row group at a time, and of it only the columns that are needed. Snappy is read by hyparquet,
 * gzip, Brotli and Zstandard by Node.
 */
// As a namespace: the window's Electron 33 has Node 20, whose zlib lacks Zstandard, and a missing name would keep the whole
// server from loading. The container and the command line have Node 24; batch jobs run there alone.
import * as zlib from 'node:zlib'
import { asyncBufferFromFile, parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet'
import type { Compressors, FileMetaData, ParquetParsers } from 'hyparquet'
import { AssayError } from '../../../shared/contract/errors.ts'
import { CellError, readTextCell } from '../../../shared/serving/cells.ts'
import { readJsonRow } from '../../../shared/serving/input-rows.ts'
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'
import { decodeBase64 } from '../proofs.ts'
import { badInput, refuseAbsent } from './bad-input.ts'
import type { TableRequest, TableRow } from './read-table.ts'

/** The page's header says how long it is; one that unpacks to more is cut off there. */
const compressors: Compressors = {
  GZIP: (bytes, length) => zlib.gunzipSync(bytes, { maxOutputLength: length }),
  BROTLI: (bytes, length) => zlib.brotliDecompressSync(bytes, { maxOutputLength: length }),
  ZSTD: (bytes, length) => zlib.zstdDecompressSync(bytes, { maxOutputLength: length }),
}

const dayMs = 86_400_000

/** As a caller of the row API writes it, to the microsecond. */
function timeText(micros: bigint): string {
  const millis = Number(micros / 1000n) - (micros % 1000n < 0n ? 1 : 0)
  const rest = Number(((micros % 1000n) + 1000n) % 1000n)
  return new Date(millis).toISOString().replace('Z', String(rest).padStart(3, '0'))
}

const parsers: Partial<ParquetParsers> = {
  dateFromDays: (days: number) => new Date(days * dayMs).toISOString().slice(0, 10),
  timestampFromMilliseconds: (millis: bigint) => timeText(millis * 1000n),
  timestampFromMicroseconds: timeText,
  timestampFromNanoseconds: (nanos: bigint) => timeText(nanos / 1000n),
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A decoded value as JSON would hold it. NaN is a missing number, as it is in a delimited file. */
function jsonOf(value: unknown, column: InputColumn | undefined): unknown {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isNaN(value) ? null : value
  if (value instanceof Uint8Array)
    return column?.type === 'image' ? Buffer.from(value).toString('base64') : utf8.decode(value)
  return typeof value === 'string' && column ? fromText(value, column) : value
}

/** Numbers and truth values that the file holds as text, as a table does that was made from a delimited file. */
function fromText(text: string, column: InputColumn): unknown {
  if (column.type !== 'integer' && column.type !== 'float' && column.type !== 'boolean') return text
  try {
    const cell = readTextCell(column, text, { decimal: '.', missing: [] }, decodeBase64)
    return typeof cell === 'bigint' ? String(cell) : cell
  } catch (error) {
    // Left as it is, the row's own check says what is wrong with it.
    if (error instanceof CellError) return text
    throw error
  }
}

/** @throws AssayError batch/input, batch/parquet */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AssayError) throw error
    const { message } = error as Error
    if ('syscall' in (error as Error)) throw badInput('input', `The file cannot be read: ${message}`, 'Check the path.')
    throw badInput('parquet', `The file is no Parquet that can be read: ${message.slice(0, 200)}`, 'Write it again.')
  }
}

async function open(path: string, wanted: readonly string[]) {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  refuseAbsent(
    wanted,
    parquetSchema(metadata).children.map((child) => child.element.name),
  )
  return { file, metadata }
}

const wantedOf = ({ manifest, keep }: Pick<TableRequest, 'manifest' | 'keep'>): string[] => [
  ...new Set([...manifest.inputs.map((column) => column.name), ...keep]),
]

/** @throws AssayError batch/input, batch/missing-column, batch/parquet */
export async function countParquet(request: Omit<TableRequest, 'onBytes'>): Promise<number> {
  const { metadata } = await guarded(() => open(request.path, wantedOf(request)))
  return Number(metadata.num_rows)
}

/** First row of each row group, and the end. */
function edgesOf({ row_groups: groups }: FileMetaData): number[] {
  const edges = [0]
  for (const group of groups) edges.push(edges.at(-1)! + Number(group.num_rows))
  return edges
}

/** Row groups that end before `from` are not read. @throws AssayError batch/input, batch/missing-column, batch/parquet */
export async function* readParquet(request: TableRequest, from: number): AsyncGenerator<TableRow> {
  const { inputs } = request.manifest
  const columns = wantedOf(request)
  const { file, metadata } = await guarded(() => open(request.path, columns))
  const byName = new Map(inputs.map((column) => [column.name, column]))
  // Bytes without a note that they are text are decoded here: images must stay bytes.
  const scan = await guarded(() => parquetScan({ file, metadata, columns, compressors, parsers, utf8: false }))
  const edges = edgesOf(metadata)
  for (let group = 0; group + 1 < edges.length; group++) {
    const [start, end] = [edges[group]!, edges[group + 1]!]
    if (end <= from || start === end) continue
    const rowStart = Math.max(start, from)
    const values = await guarded(async () => {
      const read = new Map<string, ArrayLike<unknown>>()
      for (const column of columns) read.set(column, await scan.readColumn({ column, rowStart, rowEnd: end }))
      return read
    })
    const at = (row: number, name: string) => jsonOf(values.get(name)![row - rowStart], byName.get(name))
    for (let row = rowStart; row < end; row++)
      yield {
        line: row + 1,
        read: () =>
          readJsonRow(inputs, Object.fromEntries(inputs.map(({ name }) => [name, at(row, name)])), decodeBase64),
        text: (column) => {
          const value = at(row, column)
          return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
        },
      }
  }
}
