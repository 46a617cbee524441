/** Rows of a delimited file, of JSON lines or of Parquet, one after another, in constant memory. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Dialect } from '../../../shared/contract/dataset.ts'
import type { TableFormat } from '../../../shared/serving/batch-part.ts'
import { readJsonRow, readTextRow } from '../../../shared/serving/input-rows.ts'
import type { ReadRow } from '../../../shared/serving/input-rows.ts'
import type { ReleaseManifest } from '../../../shared/serving/release-manifest.ts'
import { decodeBase64 } from '../proofs.ts'
import { badInput, refuseAbsent } from './bad-input.ts'
import { CsvRecords } from './csv-records.ts'
import { countParquet, readParquet } from './read-parquet.ts'

export interface TableRow {
  /** Physical line on which it starts, from 1; a Parquet file's row. */
  readonly line: number
  read(): ReadRow
  /** Text of a column that is carried over to the output. */
  text(column: string): string
}

export interface TableRequest {
  readonly path: string
  readonly format: TableFormat
  readonly manifest: ReleaseManifest
  /** Columns that are carried over to the output. */
  readonly keep: readonly string[]
  /** Fed with the bytes of a text file. */
  readonly onBytes: (bytes: Uint8Array) => void
}

const noDialect: Pick<Dialect, 'delimiter' | 'quote' | 'encoding' | 'decimal' | 'missing' | 'headerLines'> = {
  delimiter: ',',
  quote: '"',
  encoding: 'utf-8',
  decimal: '.',
  missing: ['NA', 'N/A', 'NaN', 'nan', 'NULL', 'null'],
  headerLines: 1,
}
const delimiters = [',', ';', '\t', '|']

/**
 * @param from the first row wanted, counted from 0
 * @throws AssayError batch/input, batch/missing-column, batch/encoding, batch/json, batch/parquet
 */
export async function* readTable(request: TableRequest, from = 0): AsyncGenerator<TableRow> {
  if (request.format === 'parquet') {
    yield* readParquet(request, from)
    return
  }
  let row = 0
  for await (const read of request.format === 'jsonl' ? readLines(request) : readDelimited(request))
    if (row++ >= from) yield read
}

async function* texts(request: TableRequest, encoding: Dialect['encoding']): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const bytes of createReadStream(request.path, { highWaterMark: 1 << 18 })) {
      request.onBytes(bytes as Buffer)
      yield decoder.decode(bytes as Buffer, { stream: true })
    }
    yield decoder.decode()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw badInput('encoding', `The file is not ${encoding}.`, 'Write it as UTF-8.')
    if (code !== undefined && error instanceof Error && 'syscall' in error)
      throw badInput('input', `The file cannot be read: ${error.message}`, 'Check the path.')
    throw error
  }
}

async function* readDelimited(request: TableRequest): AsyncGenerator<TableRow> {
  const { manifest, keep } = request
  const dialect = manifest.dialect ?? noDialect
  let parser: CsvRecords | null = null
  let skip = Math.max(0, dialect.headerLines - 1)
  let places: Map<string, number> | null = null
  const { inputs } = manifest
  const rowOf = (fields: readonly string[], line: number): TableRow => ({
    line,
    read: () =>
      readTextRow(
        inputs,
        inputs.map((column) => fields[places!.get(column.name)!]),
        dialect,
        decodeBase64,
      ),
    text: (column) => fields[places!.get(column)!] ?? '',
  })
  let head = ''
  const records = function* (text: string, last: boolean) {
    yield* parser!.push(text)
    const record = last ? parser!.end() : null
    if (record) yield record
  }
  const take = function* (text: string, last: boolean): Generator<TableRow> {
    if (!parser) {
      // The first line must be whole before its delimiter can be told.
      head += text
      if (!last && !/[\r\n]/.test(head.slice(1))) return
      parser = new CsvRecords(
        delimiterOf(
          head,
          dialect.delimiter,
          inputs.map((column) => column.name),
        ),
        dialect.quote,
      )
      text = head
    }
    for (const { fields, line } of records(text, last)) {
      if (!places) places = placesOf(fields, [...inputs.map((column) => column.name), ...keep])
      else if (skip > 0) skip--
      else yield rowOf(fields, line)
    }
  }
  for await (const text of texts(request, dialect.encoding)) yield* take(text, false)
  yield* take('', true)
  if (!places) throw badInput('missing-column', 'The file is empty: it has no header.', 'Write the column names first.')
}

/** The evaluated file's delimiter, or the one whose header holds the columns. */
function delimiterOf(head: string, evaluated: string, names: readonly string[]): string {
  const holds = (delimiter: string): boolean => {
    for (const record of new CsvRecords(delimiter, '"').push(`${head.split(/[\r\n]/)[0]}\n`))
      return names.every((name) => record.fields.some((field) => field.trim() === name))
    return false
  }
  return [evaluated, ...delimiters].find(holds) ?? evaluated
}

function placesOf(header: readonly string[], wanted: readonly string[]): Map<string, number> {
  const places = new Map<string, number>()
  header.forEach((name, at) => {
    const trimmed = name.trim()
    if (!places.has(trimmed)) places.set(trimmed, at)
  })
  refuseAbsent(wanted, header)
  return places
}

async function* readLines(request: TableRequest): AsyncGenerator<TableRow> {
  const { inputs } = request.manifest
  let rest = ''
  let line = 0
  const rowOf = (text: string, at: number): TableRow => {
    const parse = (): Readonly<Record<string, unknown>> => {
      let value: unknown
      try {
        value = JSON.parse(text)
      } catch {
        value = null
      }
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
      throw badInput('json', `Line ${at} is not a JSON object.`, 'Write one object a line.', { line: at })
    }
    return {
      line: at,
      read: () => readJsonRow(inputs, parse(), decodeBase64),
      text: (column) => {
        const value = parse()[column]
        if (value === undefined || value === null) return ''
        if (typeof value !== 'object') return String(value)
        try {
          return JSON.stringify(value)
        } catch {
          // What is nested too deeply for the stack can be parsed, and not be written again.
          throw badInput('json', `Line ${at} has a value that is nested too deeply.`, 'Write flat values.', {
            line: at,
            column,
          })
        }
      },
    }
  }
  for await (const text of texts(request, 'utf-8')) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const piece of lines) {
      line++
      if (piece.trim() !== '') yield rowOf(piece, line)
    }
  }
  if (rest.trim() !== '') yield rowOf(rest, line + 1)
}

export interface TableFacts {
  readonly sha256: string
  readonly bytes: number
  readonly rows: number
}

/** One pass that counts rows and hashes the file. */
export async function measureTable(request: Omit<TableRequest, 'onBytes'>): Promise<TableFacts> {
  const hash = createHash('sha256')
  if (request.format === 'parquet') {
    const rows = await countParquet(request)
    let size = 0
    for await (const piece of createReadStream(request.path, { highWaterMark: 1 << 20 })) {
      hash.update(piece as Buffer)
      size += (piece as Buffer).length
    }
    return { sha256: hash.digest('hex'), bytes: size, rows }
  }
  let bytes = 0
  let rows = 0
  const onBytes = (piece: Uint8Array): void => {
    hash.update(piece)
    bytes += piece.length
  }
  const table = readTable({ ...request, onBytes })
  while (!(await table.next()).done) rows++
  return { sha256: hash.digest('hex'), bytes, rows }
}
