/** One side of a comparison: a dataset, the part of it that is compared, and the run whose predictions go with it. */
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Column, Dataset } from '../../../shared/contract/dataset.ts'
import type { DriftRequest, DriftWindow } from '../../../shared/contract/drift-request.ts'
import type { DriftSide } from '../../../shared/contract/drift.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { quoteIdentifier, quotePath, quoteText } from '../../data-plane/quote.ts'
import type { Engine } from '../engine.ts'
import { listChunks, readDataset, readRun } from '../records.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'

export interface Side {
  readonly dataset: Dataset
  readonly run: Run | null
  readonly window: DriftWindow | null
  /** SQL of the rows that are compared, with the dataset's columns. */
  readonly relation: string
  /** SQL of the same rows with the run's columns (p0, p1, …, prediction, label); null without a run. */
  readonly scored: string | null
  readonly rows: number
}

export type SideName = 'reference' | 'current'

/** @throws AssayError drift/wrong-run, run/not-scored, drift/no-time, drift/window */
export async function openSide(
  engine: Engine,
  connection: DuckDBConnection,
  request: DriftRequest,
  name: SideName,
): Promise<Side> {
  const { workspace } = engine
  const dataset = readDataset(workspace.ledger, name === 'reference' ? request.referenceId : request.currentId)
  const runId = name === 'reference' ? request.referenceRunId : request.currentRunId
  const run = runId === undefined ? null : readRun(workspace.ledger, runId)
  if (run) checkRun(run, dataset, name)
  const window = (name === 'reference' ? request.referenceWindow : request.currentWindow) ?? null
  const where = window === null ? '' : ` WHERE ${windowSql(dataset, window)}`
  const data = `read_parquet(${quotePath(workspace.files.path(dataset.data.sha256))})`
  const relation = where === '' ? data : `(SELECT * FROM ${data}${where})`
  const counted = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM ${relation}`)
  return {
    dataset,
    run,
    window,
    relation,
    scored: run === null ? null : scoredSql(engine, run, data, window === null ? null : windowSql(dataset, window)),
    rows: Number(counted.getRows()[0]![0]),
  }
}

function checkRun(run: Run, dataset: Dataset, name: SideName): void {
  if (run.datasetId !== dataset.id) {
    throw new AssayError({
      code: 'drift/wrong-run',
      message: `The ${name} run ${run.id} scored the dataset "${run.dataset}", not "${dataset.name}".`,
      remedy: 'Choose a run on the dataset that is compared.',
      where: { run: run.id, dataset: dataset.id },
    })
  }
  if (run.scoresSha256 === null) {
    throw new AssayError({
      code: 'run/not-scored',
      message: `The run ${run.id} is ${run.state}.`,
      remedy: 'Resume it first.',
      where: { state: run.state },
    })
  }
}

function scoredSql(engine: Engine, run: Run, data: string, where: string | null): string {
  const { workspace } = engine
  const paths = listChunks(workspace.ledger, run.id).map((chunk) =>
    quotePath(join(workspace.runFolder(run.id), chunkName(chunk.number))),
  )
  const scores = `read_parquet([${paths.join(', ')}])`
  if (where === null) return scores
  // The window is about the dataset's columns; rows of a run are in the dataset's order.
  return `(SELECT s.* FROM (SELECT ${where} AS kept FROM ${data}) d POSITIONAL JOIN ${scores} s WHERE d.kept)`
}

/** The column that says when, for a window or a timeline. */
export function timeColumn(dataset: Dataset, wanted: string | undefined): Column {
  const column = dataset.columns.find((entry) => (wanted === undefined ? entry.role === 'time' : entry.name === wanted))
  if (!column) {
    throw new AssayError({
      code: 'drift/no-time',
      message:
        wanted === undefined
          ? `The dataset "${dataset.name}" has no column with the role time.`
          : `The dataset "${dataset.name}" has no column "${wanted}".`,
      remedy: 'Give a column the role time, or name one.',
      where: { dataset: dataset.name, column: wanted ?? null },
    })
  }
  return column
}

function windowSql(dataset: Dataset, window: DriftWindow): string {
  const column = timeColumn(dataset, window.column)
  const dated = column.type === 'date' || column.type === 'timestamp'
  if (!dated && column.type !== 'integer' && column.type !== 'float') {
    throw new AssayError({
      code: 'drift/window',
      message: `"${column.name}" holds ${column.type} values, which no window can be cut from.`,
      remedy: 'Import the column as a date, a timestamp or a number.',
      where: { column: column.name, type: column.type },
    })
  }
  const bound = (text: string): string => {
    const valid = dated ? !Number.isNaN(Date.parse(text)) : text.trim() !== '' && Number.isFinite(Number(text))
    if (!valid) {
      throw new AssayError({
        code: 'drift/window',
        message: `"${text}" is not ${dated ? 'a date or time' : 'a number'}.`,
        remedy: dated ? 'Write it like 2026-01-31 or 2026-01-31T12:00:00.' : 'Write a number.',
        where: { column: column.name, bound: text },
      })
    }
    return dated ? `${quoteText(text)}::TIMESTAMP` : String(Number(text))
  }
  const name = quoteIdentifier(column.name)
  return [
    `${name} IS NOT NULL`,
    ...(window.from === undefined ? [] : [`${name} >= ${bound(window.from)}`]),
    ...(window.to === undefined ? [] : [`${name} < ${bound(window.to)}`]),
  ].join(' AND ')
}

export const describeSide = ({ dataset, run, window, rows }: Side): DriftSide => ({
  datasetId: dataset.id,
  name: dataset.name,
  dataSha256: dataset.data.sha256,
  rows,
  totalRows: dataset.rows,
  window,
  run: run === null ? null : { id: run.id, model: run.model, version: run.version, scoresSha256: run.scoresSha256! },
})
