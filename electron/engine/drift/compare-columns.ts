/**
 * Reads columns a few at a time and hands each to a worker, with the next ones on their way: memory does not grow with
 * the number of columns.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { DriftOptions } from '../../../shared/contract/drift-request.ts'
import type { ComparedColumn } from '../../../shared/drift/compare-column.ts'
import { fewValues } from '../../../shared/drift/select-test.ts'
import { readNumbers } from '../../data-plane/read-numbers.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { compareContent } from './compare-content.ts'
import { countCategories, countCategoryChunks } from './count-categories.ts'
import { relationOf, tooManyCategories } from './plan-columns.ts'
import type { PlannedColumn } from './plan-columns.ts'
import type { Side } from './side.ts'
import { forWorker } from './timeline.ts'
import type { SideChunks } from './timeline.ts'
import type { WorkerPool } from './worker-pool.ts'

export interface CompareColumns {
  readonly connection: DuckDBConnection
  readonly pool: WorkerPool
  readonly reference: Side
  readonly current: Side
  readonly columns: readonly PlannedColumn[]
  readonly chunks: { readonly reference: SideChunks; readonly current: SideChunks } | null
  readonly options: DriftOptions
  readonly context: JobContext
}

export type ColumnOutcome =
  | { readonly column: PlannedColumn; readonly compared: ComparedColumn }
  | { readonly column: PlannedColumn; readonly reason: string }

/** Memory for numbers read in one query: several columns share the cost of opening a wide file. */
const bytesARead = 160e6
const columnsARead = 16

/** Answers in the order of the columns; one of texts or images gives several. */
export async function compareColumns(work: CompareColumns): Promise<ColumnOutcome[]> {
  const { context, columns } = work
  const outcomes = new Map<PlannedColumn, Promise<readonly ColumnOutcome[]>>()
  let done = 0
  context.progress({ step: 'Comparing columns', done, total: columns.length, unit: 'steps' })
  const finish = (column: PlannedColumn, answer: Promise<ComparedColumn | string>): void => {
    const outcome = answer.then((result): ColumnOutcome[] => {
      context.progress({ done: ++done })
      return [typeof result === 'string' ? { column, reason: result } : { column, compared: result }]
    })
    outcome.catch(() => undefined)
    outcomes.set(column, outcome)
  }
  const numeric: PlannedColumn[] = []
  for (const column of columns) {
    context.signal.throwIfAborted()
    if (column.kind === 'numeric') numeric.push(column)
    else if (column.kind === 'texts' || column.kind === 'images') {
      outcomes.set(column, Promise.resolve(await compareContent(work, column)))
      context.progress({ done: ++done })
    } else if (!(await startCategories(work, column, finish))) numeric.push(column)
  }
  const bytes = 8 * (work.reference.rows + work.current.rows)
  const size = Math.max(1, Math.min(columnsARead, Math.floor(bytesARead / bytes)))
  for (const batch of batches(numeric, size)) await startNumbers(work, batch, finish)
  return (await Promise.all(columns.map((column) => outcomes.get(column)!))).flat()
}

type Finish = (column: PlannedColumn, answer: Promise<ComparedColumn | string>) => void

/** @returns false where a number column has too many values to be categories after all */
async function startCategories(work: CompareColumns, column: PlannedColumn, finish: Finish): Promise<boolean> {
  const { connection, pool, reference, current, options } = work
  const first = await countCategories(connection, reference, column)
  const second = first && (await countCategories(connection, current, column))
  if (!first || !second) {
    finish(column, Promise.resolve(tooManyCategories))
    return true
  }
  if (column.kind === 'few' && new Set([...first.counts.keys(), ...second.counts.keys()]).size > fewValues) return false
  const chunks = work.chunks && {
    reference: await countCategoryChunks(connection, reference, column, work.chunks.reference),
    current: await countCategoryChunks(connection, current, column, work.chunks.current),
  }
  const input = {
    reference: first.counts,
    current: second.counts,
    missing: { reference: first.missing, current: second.missing },
    chunks,
  }
  const { answer } = await pool.start('categories', { column: input, settings: options })
  finish(column, answer)
  return true
}

/** Columns of one relation, read together; predictions lie in other files. */
async function startNumbers(work: CompareColumns, batch: readonly PlannedColumn[], finish: Finish): Promise<void> {
  const { connection, pool, options, context } = work
  const read = (side: Side): Promise<Float64Array[]> => {
    const select = batch.map((column) => column.number!).join(', ')
    const sql = `SELECT ${select} FROM ${relationOf(side, batch[0]!)}`
    return readNumbers(connection, sql, batch.length, side.rows, context.signal)
  }
  const reference = await read(work.reference)
  const current = await read(work.current)
  const chunks = work.chunks && {
    reference: forWorker(work.chunks.reference),
    current: forWorker(work.chunks.current),
  }
  for (const [index, column] of batch.entries()) {
    context.signal.throwIfAborted()
    const input = { reference: reference[index]!, current: current[index]!, chunks, settings: options }
    const { answer } = await pool.start('numbers', input, [input.reference, input.current])
    finish(column, answer)
  }
}

function* batches(columns: readonly PlannedColumn[], size: number): Generator<readonly PlannedColumn[]> {
  for (const from of ['relation', 'scored'] as const) {
    const same = columns.filter((column) => column.from === from)
    for (let at = 0; at < same.length; at += size) yield same.slice(at, at + size)
  }
}
