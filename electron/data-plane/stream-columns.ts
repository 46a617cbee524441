/**
 * Streams columns of a Parquet file as typed arrays, in row order, with the next chunk always on its way: DuckDB reads
 * on its own threads while the caller computes, so reading costs next to nothing (DESIGN.md, Scoring).
 */
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'
import { AssayError } from '../../shared/contract/errors.ts'
import type { ColumnValues, StreamedChunk, StreamedColumn } from '../../shared/scoring/columns.ts'
import { notWhole } from '../../shared/scoring/whole-numbers.ts'
import { offline } from './duck.ts'
import { quoteIdentifier, quotePath } from './quote.ts'

export type { ColumnValues, StreamedChunk, StreamedColumn }

export interface Reader {
  connect(): Promise<DuckDBConnection>
}

/** DuckDB goes on filling this much ahead while JavaScript is blocked in ONNX Runtime. */
const bufferAhead = '8MB'

export async function openReader(): Promise<Reader> {
  const instance = await DuckDBInstance.create(':memory:', { ...offline, memory_limit: '200MB' })
  return {
    connect: async () => {
      const connection = await instance.connect()
      await connection.run(`SET streaming_buffer_size = '${bufferAhead}'`)
      return connection
    },
  }
}

const sqlTypes = { float: 'FLOAT', double: 'DOUBLE', bigint: 'BIGINT', string: 'VARCHAR', blob: 'BLOB' } as const

/**
 * DOUBLE and FLOAT columns come as they are: to cast them here is cheaper than an expression in SQL, which would also
 * round a fraction to a whole number in silence.
 */
function selectOf({ name, as }: StreamedColumn, stored: string | undefined): string {
  const column = quoteIdentifier(name)
  const isNumber = as === 'float' || as === 'double' || as === 'bigint'
  return isNumber && (stored === 'DOUBLE' || stored === 'FLOAT') ? column : `${column}::${sqlTypes[as]}`
}

async function storedTypes(connection: DuckDBConnection, source: string): Promise<Map<string, string>> {
  const described = await (await connection.run(`DESCRIBE SELECT * FROM ${source}`)).getRows()
  return new Map(described.map(([name, type]) => [String(name), String(type)]))
}

function makeColumn(as: StreamedColumn['as'], rows: number): ColumnValues {
  if (as === 'float') return new Float32Array(rows)
  if (as === 'double') return new Float64Array(rows)
  if (as === 'bigint') return new BigInt64Array(rows)
  return new Array<null>(rows).fill(null)
}

/** What DuckDB's vectors of numbers hold; its type declarations keep these to themselves. */
interface NumberVector {
  readonly items: Float32Array | Float64Array
  readonly validity: { readonly data: unknown; itemValid(row: number): boolean }
}

/** Copies a vector of up to 2,048 values into the chunk's column. */
function copyVector(
  vector: DuckDBVector,
  into: ColumnValues,
  at: number,
  column: StreamedColumn,
  firstRow: number,
): void {
  if (into instanceof Float32Array || into instanceof Float64Array) {
    const { items, validity } = vector as unknown as NumberVector
    into.set(items, at)
    // Without a mask no value is missing, which is the common case.
    if (validity.data !== null) {
      for (let row = 0; row < items.length; row++) if (!validity.itemValid(row)) into[at + row] = NaN
    }
    return
  }
  if (into instanceof BigInt64Array) {
    for (let row = 0; row < vector.itemCount; row++) {
      const value = vector.getItem(row) as bigint | number | null
      if (value === null || Number.isNaN(value)) {
        throw new AssayError({
          code: 'binding/missing-integer',
          message: `Row ${firstRow + row + 1} of "${column.name}" is missing; the model takes whole numbers there.`,
          remedy: 'Fill or remove missing values in that column, or bind another.',
          where: { row: firstRow + row + 1, column: column.name },
        })
      }
      into[at + row] = typeof value === 'bigint' ? value : wholeOf(value, firstRow + row + 1, column.name)
    }
    return
  }
  for (let row = 0; row < vector.itemCount; row++) {
    const value = vector.getItem(row) as string | { bytes: Uint8Array } | null
    into[at + row] = value !== null && typeof value === 'object' ? value.bytes.slice() : value
  }
}

/** @throws AssayError binding/not-an-integer */
function wholeOf(value: number, row: number, column: string): bigint {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value)
  throw notWhole(value, row, column)
}

export interface StreamRequest {
  readonly reader: Reader
  readonly parquetPath: string
  readonly columns: readonly StreamedColumn[]
  /** Row to start at. */
  readonly from: number
  readonly chunkRows: number
  /** Arrays of an earlier chunk that nobody reads any more, or null. */
  readonly reuse?: () => ColumnValues[] | null
}

/**
 * @throws AssayError dataset/column-type when a value cannot be read as asked; binding/missing-integer,
 *   binding/not-an-integer
 */
export async function* streamColumns(request: StreamRequest): AsyncGenerator<StreamedChunk> {
  const { columns, chunkRows } = request
  const connection = await request.reader.connect()
  try {
    // A file without the wanted columns still has rows: one constant keeps their count.
    const source = `read_parquet(${quotePath(request.parquetPath)})`
    const stored = await storedTypes(connection, source)
    const select =
      columns.length > 0 ? columns.map((column) => selectOf(column, stored.get(column.name))).join(', ') : '1::FLOAT'
    const offset = request.from > 0 ? ` OFFSET ${request.from}` : ''
    const result = await connection.stream(`SELECT ${select} FROM ${source}${offset}`).catch(refuseConversion)
    let at = request.from
    let rest: { chunk: Awaited<ReturnType<typeof result.fetchChunk>>; used: number } | null = null

    const build = async (): Promise<StreamedChunk | null> => {
      const built = request.reuse?.() ?? columns.map((column) => makeColumn(column.as, chunkRows))
      let rows = 0
      while (rows < chunkRows) {
        const piece = rest ?? { chunk: await result.fetchChunk().catch(refuseConversion), used: 0 }
        rest = null
        const { chunk } = piece
        if (!chunk || chunk.rowCount === 0) break
        const left = chunk.rowCount - piece.used
        const take = Math.min(left, chunkRows - rows)
        columns.forEach((column, index) => {
          const vector = chunk.getColumnVector(index)
          const part = take === chunk.rowCount ? vector : vector.slice(piece.used, take)
          copyVector(part, built[index]!, rows, column, at + rows)
        })
        rows += take
        if (take < left) rest = { chunk, used: piece.used + take }
      }
      if (rows === 0) return null
      const chunk: StreamedChunk = {
        rows,
        from: at,
        columns: rows === chunkRows ? built : built.map((values) => cut(values, rows)),
      }
      at += rows
      return chunk
    }

    let next = build()
    while (true) {
      const chunk = await next
      if (chunk === null) return
      next = build()
      // Should the caller stop here, nobody awaits this one any more.
      next.catch(() => undefined)
      yield chunk
    }
  } finally {
    connection.closeSync()
  }
}

function cut(values: ColumnValues, rows: number): ColumnValues {
  return Array.isArray(values) ? (values.slice(0, rows) as ColumnValues) : values.subarray(0, rows)
}

function refuseConversion(error: unknown): never {
  const message = String((error as Error).message)
  if (!/Conversion Error|Could not convert/i.test(message)) throw error
  throw new AssayError({
    code: 'binding/type',
    message: `A value does not have the type that the model takes: ${message.split('\n')[0]!.slice(0, 200)}`,
    remedy: 'Import the column as a number, or bind another column.',
  })
}
