/**
 * Columns that name images beside the table: recognised, and read in as bytes, so that a dataset holds all it needs. A
 * path in a CSV is not trusted: it must stay inside the folder of the CSV, links followed.
 */
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { BLOB, DuckDBBlobValue, DuckDBDataChunk } from '@duckdb/node-api'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { liesIn } from '../workspace/lies-in.ts'

const imageName = /\.png$/i
const largestImageBytes = 32 * 1024 * 1024
const appendRows = 256
const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export function looksLikeImages(values: readonly (string | null)[]): boolean {
  const present = values.filter((value) => value !== null)
  return present.length > 0 && present.every((value) => imageName.test(value))
}

/** @throws AssayError dataset/path-escape, dataset/image-missing, dataset/image-unreadable */
async function readOne(folder: string, value: string, column: string, row: number): Promise<Buffer> {
  const where = { column, row: row + 1, path: value.slice(0, 300) }
  const escape = () =>
    new AssayError({
      code: 'dataset/path-escape',
      message: `Row ${row + 1} of "${column}" names a file outside the table's folder: ${value.slice(0, 200)}`,
      remedy:
        'Put the images beside the table and name them by relative paths. Do not trust a table that asks for others.',
      where,
    })
  const path = resolve(join(folder, value.replaceAll('\\', '/')))
  if (isAbsolute(value) || value.includes('\0') || !liesIn(folder, path)) throw escape()
  const real = await realpath(path).catch(() => {
    throw new AssayError({
      code: 'dataset/image-missing',
      message: `Row ${row + 1} of "${column}" names ${value.slice(0, 200)}, which is not there.`,
      remedy: 'Put the image beside the table, or remove the row.',
      where,
    })
  })
  if (!liesIn(folder, real)) throw escape()
  const info = await stat(real)
  const isLarge = info.size > largestImageBytes
  // A pipe or a device would be read for ever.
  const bytes = isLarge || !info.isFile() ? null : await readFile(real)
  if (!bytes || !bytes.subarray(0, 8).equals(pngStart)) {
    throw new AssayError({
      code: 'dataset/image-unreadable',
      message: `Row ${row + 1} of "${column}": ${value.slice(0, 200)} ${isLarge ? `is larger than ${largestImageBytes / 1024 / 1024} MB` : 'is not a PNG image'}.`,
      remedy: 'Save the image as PNG.',
      where,
    })
  }
  return bytes
}

/**
 * Reads the images that `column` of `sql` names into the table `table`, one row each in the same order.
 */
export async function loadImages(
  duck: Duck,
  request: {
    readonly sql: string
    readonly column: string
    readonly name: string
    readonly tablePath: string
    readonly table: string
    readonly signal: AbortSignal
    readonly onProgress: (done: number) => void
  },
): Promise<void> {
  const folder = await realpath(dirname(request.tablePath))
  const paths = (await (await duck.run(`SELECT ${request.column} FROM ${request.sql}`)).getRows()).map(
    ([path]) => path as string | null,
  )
  await duck.run(`CREATE TEMP TABLE ${request.table} (content BLOB)`)
  const appender = await duck.connection.createAppender(request.table, 'main', 'temp')
  for (let from = 0; from < paths.length; from += appendRows) {
    request.signal.throwIfAborted()
    const values: (DuckDBBlobValue | null)[] = []
    for (let row = from; row < Math.min(from + appendRows, paths.length); row++) {
      const path = paths[row]!
      values.push(path === null ? null : new DuckDBBlobValue(await readOne(folder, path, request.name, row)))
    }
    const chunk = DuckDBDataChunk.create([BLOB], values.length)
    chunk.setColumnValues(0, values)
    appender.appendDataChunk(chunk)
    request.onProgress(from + values.length)
  }
  appender.closeSync()
}
