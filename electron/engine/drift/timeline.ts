/** Cuts both sides into chunks of rows or of time, and says which chunk each row is in. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { DriftPeriod, DriftTimelineRequest } from '../../../shared/contract/drift-request.ts'
import type { ChunkOfRows } from '../../../shared/drift/chunk-column.ts'
import { readNumbers } from '../../data-plane/read-numbers.ts'
import { quoteIdentifier } from '../../data-plane/quote.ts'
import { timeColumn } from './side.ts'
import type { Side } from './side.ts'

const chunksAtMost = 200

/** Chunks of one side: what a worker needs to find a row's chunk, and what SQL needs to count by chunk. */
export interface SideChunks {
  readonly labels: readonly string[]
  readonly rows: number
  /** Chunk of each row, −1 without one; null where rows are cut evenly. Shared between threads. */
  readonly ids: Int16Array<SharedArrayBuffer> | null
  /** SQL of the chunk of a row, from the row's number counted from 0. */
  readonly sql: (rowNumber: string) => string
}

export type WorkerChunks = Pick<SideChunks, 'rows' | 'ids'> & { readonly chunks: number }

export const forWorker = ({ labels, rows, ids }: SideChunks): WorkerChunks => ({ chunks: labels.length, rows, ids })

export const chunkOfRows = ({ chunks, rows, ids }: WorkerChunks): ChunkOfRows => ({
  chunks,
  of: ids === null ? (row) => Math.floor((row * chunks) / rows) : (row) => ids[row]!,
})

export async function cutSide(
  connection: DuckDBConnection,
  side: Side,
  request: DriftTimelineRequest,
  signal: AbortSignal,
): Promise<SideChunks> {
  return request.by === 'rows' ? cutRows(side, request.chunks) : cutTime(connection, side, request, signal)
}

function cutRows(side: Side, wanted: number): SideChunks {
  const { rows } = side
  const chunks = Math.max(1, Math.min(wanted, rows))
  const first = (chunk: number): number => Math.ceil((chunk * rows) / chunks)
  const labels = Array.from({ length: chunks }, (_, chunk) => `rows ${first(chunk) + 1} to ${first(chunk + 1)}`)
  return { labels, rows, ids: null, sql: (row) => `((${row}) * ${chunks}) // ${rows}` }
}

async function cutTime(
  connection: DuckDBConnection,
  side: Side,
  request: { readonly period: DriftPeriod; readonly column?: string | undefined },
  signal: AbortSignal,
): Promise<SideChunks> {
  const column = timeColumn(side.dataset, request.column)
  if (column.type !== 'date' && column.type !== 'timestamp') {
    throw new AssayError({
      code: 'drift/no-time',
      message: `"${column.name}" holds ${column.type} values; periods need dates or times.`,
      remedy: 'Import the column as a date or a timestamp, or cut the timeline by rows.',
      where: { column: column.name, type: column.type },
    })
  }
  const period = periodSql(request.period, `${quoteIdentifier(column.name)}::TIMESTAMP`)
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT epoch(${period}), strftime(${period}, '${labelFormats[request.period]}') FROM ${side.relation}
     WHERE ${quoteIdentifier(column.name)} IS NOT NULL ORDER BY 1 LIMIT ${chunksAtMost + 1}`,
  )
  const periods = found.getRows().map(([start, label]) => ({ start: Number(start), label: String(label) }))
  if (periods.length > chunksAtMost) {
    throw new AssayError({
      code: 'drift/too-many-periods',
      message: `"${column.name}" spans more than ${chunksAtMost} periods of one ${request.period}.`,
      remedy: 'Choose a longer period.',
      where: { column: column.name, period: request.period },
    })
  }
  const index = new Map(periods.map(({ start }, chunk) => [start, chunk]))
  const [starts] = await readNumbers(
    connection,
    `SELECT epoch(${period})::DOUBLE FROM ${side.relation}`,
    1,
    side.rows,
    signal,
  )
  const ids = new Int16Array(new SharedArrayBuffer(2 * side.rows))
  for (let row = 0; row < side.rows; row++) ids[row] = index.get(starts![row]!) ?? -1
  const list = periods.map(({ start }) => `${start}`).join(', ')
  return {
    labels: periods.map(({ label }) => label),
    rows: side.rows,
    ids,
    // A column of the dataset, so it is at hand wherever the dataset's relation is.
    sql: () => `list_position([${list}]::DOUBLE[], epoch(${period})::DOUBLE) - 1`,
  }
}

/** SQL of the start of a timestamp's period. */
export function periodSql(period: DriftPeriod, timestamp: string): string {
  if (period === 'quarter-hour') return `time_bucket(INTERVAL 15 MINUTE, ${timestamp})`
  return `date_trunc('${period}', ${timestamp})`
}

/** strftime formats of a period's label. */
export const labelFormats: Readonly<Record<DriftPeriod, string>> = {
  minute: '%Y-%m-%d %H:%M',
  'quarter-hour': '%Y-%m-%d %H:%M',
  hour: '%Y-%m-%d %H:00',
  day: '%Y-%m-%d',
  week: 'week of %Y-%m-%d',
  month: '%Y-%m',
  quarter: 'quarter from %Y-%m',
  year: '%Y',
}
