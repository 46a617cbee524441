/** Windows of production: periods of the rows' own times, or even parts where there is too little time in them. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { DriftPeriod } from '../../../shared/contract/drift-request.ts'
import type { MonitorReport, MonitorWindow } from '../../../shared/contract/monitor-report.ts'
import type { Side } from '../drift/side.ts'
import { cutSide, labelFormats, periodSql } from '../drift/timeline.ts'
import type { SideChunks } from '../drift/timeline.ts'
import { own } from './log-sql.ts'
import { timeName } from './production.ts'
import type { Production } from './production.ts'

export type Period = MonitorReport['period']
export type Traffic = Pick<MonitorWindow, 'label' | 'rows' | 'requests' | 'errors' | 'latencyMs'>

export interface Windows {
  readonly period: Period
  readonly chunks: SideChunks
  /** In the order of the chunks. */
  readonly traffic: readonly Traffic[]
}

const periods: readonly (readonly [DriftPeriod, number])[] = [
  ['minute', 60],
  ['quarter-hour', 900],
  ['hour', 3600],
  ['day', 86_400],
  ['week', 7 * 86_400],
  ['month', 30.4 * 86_400],
  ['quarter', 91.3 * 86_400],
  ['year', 365.25 * 86_400],
]
/** More windows than this cannot be looked at, and each takes its share of the level. */
const windowsAtMost = 60
/** A window of a part, where the user did not say. */
const rowsAWindow = 250
const partsAtMost = 20
/** Rows a period should have, so that most windows can be judged. */
const rowsAPeriod = 100

/** The shortest period that gives neither too many windows nor too few rows in each; rows where none gives three. */
export function choosePeriod(rows: number, timed: number, seconds: number): Period {
  if (timed < rows / 2) return 'rows'
  const found = periods.find(
    ([, length]) => seconds / length <= windowsAtMost && rows / Math.max(1, seconds / length) >= rowsAPeriod,
  )
  return found !== undefined && seconds / found[1] >= 2 ? found[0] : 'rows'
}

export async function cutWindows(
  connection: DuckDBConnection,
  side: Side,
  production: Production,
  wanted: Period | 'auto',
  signal: AbortSignal,
): Promise<Windows> {
  const { from, to, rows, timed } = production
  const seconds = from === null || to === null ? 0 : (Date.parse(to) - Date.parse(from)) / 1000
  const period = wanted === 'auto' ? choosePeriod(rows.scored, timed, seconds) : wanted
  if (period === 'rows') {
    const parts = Math.max(2, Math.min(partsAtMost, Math.floor(rows.scored / rowsAWindow)))
    const chunks = await cutSide(connection, side, { by: 'rows', chunks: parts }, signal)
    return { period, chunks, traffic: await trafficOfParts(connection, side, production, chunks) }
  }
  const chunks = await cutSide(connection, side, { by: 'time', period, column: timeName }, signal)
  return { period, chunks, traffic: await trafficOfPeriods(production, period, chunks.labels) }
}

const latency = `quantile_cont(${own.ms}, [0.5, 0.95, 0.99])`

function latencyOf(value: unknown): MonitorWindow['latencyMs'] {
  const [p50, p95, p99] = (value as number[] | null) ?? []
  return p50 === undefined || p95 === undefined || p99 === undefined ? null : { p50, p95, p99 }
}

async function trafficOfPeriods(
  { duck, trafficSql }: Production,
  period: DriftPeriod,
  labels: readonly string[],
): Promise<Traffic[]> {
  const label = `strftime(${periodSql(period, own.time)}, '${labelFormats[period]}')`
  const found = await duck.run(
    `SELECT ${label}, count(*) FILTER (${own.error} IS NULL), sum(${own.weight}), count(${own.error}), ${latency}
     FROM ${trafficSql} WHERE ${own.time} IS NOT NULL GROUP BY 1`,
  )
  const byLabel = new Map((await found.getRowsJson()).map((row) => [String(row[0]), row]))
  return labels.map((text) => {
    const row = byLabel.get(text)
    const requests = Number(row?.[2] ?? 0)
    return {
      label: text,
      rows: Number(row?.[1] ?? 0),
      requests,
      errors: Number(row?.[3] ?? 0),
      latencyMs: latencyOf(row?.[4]),
    }
  })
}

/** Rows that failed have no place among the parts, so their number is not known by part. */
async function trafficOfParts(
  connection: DuckDBConnection,
  side: Side,
  { duck, trafficSql }: Production,
  chunks: SideChunks,
): Promise<Traffic[]> {
  const part = chunks.sql('row - 1')
  const ordered = `(SELECT *, row_number() OVER () AS row FROM ${side.relation})`
  const found = await connection.runAndReadAll(
    `SELECT (${part})::INTEGER AS part, count(*)::INTEGER, sum(${own.weight})::DOUBLE FROM ${ordered} GROUP BY 1 ORDER BY 1`,
  )
  const whole = await (await duck.run(`SELECT ${latency} FROM ${trafficSql}`)).getRowsJson()
  // One part only: then its latency is that of all.
  const latencyMs = chunks.labels.length === 1 ? latencyOf(whole[0]?.[0]) : null
  const byPart = new Map(found.getRows().map((row) => [Number(row[0]), row]))
  return chunks.labels.map((label, k) => ({
    label,
    rows: Number(byPart.get(k)?.[1] ?? 0),
    requests: Number(byPart.get(k)?.[2] ?? 0),
    errors: null,
    latencyMs,
  }))
}
