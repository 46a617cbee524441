/** Columns of texts and images: a sample of their rows is measured, and each measure compared like a column of numbers. */
import type { DuckDBBlobValue, DuckDBConnection } from '@duckdb/node-api'
import { contentRowsAtLeast } from '../../../shared/drift/content/measure.ts'
import type { ContentMeasure } from '../../../shared/drift/content/measure.ts'
import { imageNumbers } from '../../../shared/drift/content/measure-image.ts'
import { quoteIdentifier } from '../../data-plane/quote.ts'
import type { ColumnOutcome, CompareColumns } from './compare-columns.ts'
import type { PlannedColumn } from './plan-columns.ts'
import type { Side } from './side.ts'
import { forWorker } from './timeline.ts'

/** Of each side; evenly spaced where there are more. */
const sampledRows = 20_000
/** A text is learnt from up to here; its lengths are those of all of it. */
const textAtMost = 1000
/** Images that a worker decodes at a time. */
const imagesATask = 32

interface Sampled {
  /** Row of the side, counted from 0, of each value. */
  readonly rows: readonly number[]
  readonly unreadable: number
}

export async function compareContent(work: CompareColumns, column: PlannedColumn): Promise<ColumnOutcome[]> {
  const seed = work.options.seed
  const found =
    column.kind === 'texts' ? await measureTexts(work, column, seed) : await measureImages(work, column, seed)
  if (typeof found === 'string') return [{ column: named(column, 'content', ''), reason: found }]
  const outcomes: ColumnOutcome[] = []
  for (const measure of found.measures) {
    work.context.signal.throwIfAborted()
    const reference = ofAllRows(work.reference, found.reference, measure.reference)
    const current = ofAllRows(work.current, found.current, measure.current)
    const chunks = work.chunks && {
      reference: forWorker(work.chunks.reference),
      current: forWorker(work.chunks.current),
    }
    const input = { reference, current, chunks, settings: work.options }
    const compared = await work.pool.run('numbers', input, [reference, current])
    outcomes.push({ column: named(column, measure.name, measure.definition), compared })
  }
  const unreadable = found.reference.unreadable + found.current.unreadable
  if (unreadable > 0)
    outcomes.push({ column, reason: `${unreadable} of its sampled images cannot be decoded; the others are compared` })
  return outcomes
}

const named = (column: PlannedColumn, measure: string, definition: string): PlannedColumn => ({
  ...column,
  name: `${column.name}: ${measure}`,
  type: 'float',
  measured: { column: column.name, definition },
})

interface Measured {
  readonly measures: readonly ContentMeasure[]
  readonly reference: Sampled
  readonly current: Sampled
}

const tooFew = `it takes ${contentRowsAtLeast} rows of each`

/** The values of the sampled rows at their places, Infinity at all others. */
function ofAllRows({ rows }: Side, sampled: Sampled, values: Float64Array): Float64Array {
  const all = new Float64Array(rows).fill(Infinity)
  sampled.rows.forEach((row, k) => (all[row] = values[k]!))
  return all
}

/** Values of evenly spaced rows, missing ones left out, a chunk at a time. */
async function* readSampled(
  connection: DuckDBConnection,
  side: Side,
  select: string,
): AsyncGenerator<{ rows: number[]; values: unknown[] }> {
  const step = Math.max(1, Math.ceil(side.rows / sampledRows))
  const result = await connection.stream(
    `SELECT row::INTEGER, value FROM (SELECT ${select} AS value, row_number() OVER () - 1 AS row FROM ${side.relation})
     WHERE row % ${step} = 0 AND value IS NOT NULL`,
  )
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) return
    const [rows, values] = chunk.getColumns()
    yield { rows: rows as number[], values: values as unknown[] }
  }
}

async function measureTexts(work: CompareColumns, column: PlannedColumn, seed: number): Promise<Measured | string> {
  const select = `left(${quoteIdentifier(column.name)}, ${textAtMost})`
  const read = async (side: Side): Promise<{ sampled: Sampled; texts: string[] }> => {
    const all = { rows: [] as number[], texts: [] as string[] }
    for await (const { rows, values } of readSampled(work.connection, side, select)) {
      work.context.signal.throwIfAborted()
      for (const row of rows) all.rows.push(row)
      for (const text of values) all.texts.push(text as string)
    }
    return { sampled: { rows: all.rows, unreadable: 0 }, texts: all.texts }
  }
  const reference = await read(work.reference)
  const current = await read(work.current)
  if (Math.min(reference.texts.length, current.texts.length) < contentRowsAtLeast) return tooFew
  const measures = await work.pool.run('texts', { reference: reference.texts, current: current.texts, seed })
  return { measures, reference: reference.sampled, current: current.sampled }
}

async function measureImages(work: CompareColumns, column: PlannedColumn, seed: number): Promise<Measured | string> {
  const reference = await readImages(work, work.reference, column)
  const current = await readImages(work, work.current, column)
  if (Math.min(reference.sampled.rows.length, current.sampled.rows.length) < contentRowsAtLeast) return tooFew
  const input = { reference: reference.numbers, current: current.numbers, seed }
  const measures = await work.pool.run('images', input)
  return { measures, reference: reference.sampled, current: current.sampled }
}

async function readImages(
  { connection, pool, context }: CompareColumns,
  side: Side,
  column: PlannedColumn,
): Promise<{ sampled: Sampled; numbers: Float64Array }> {
  const answers: Promise<void>[] = []
  const measured: { row: number; numbers: Float64Array }[] = []
  let unreadable = 0
  const start = async (rows: readonly number[], images: readonly Uint8Array[]): Promise<void> => {
    const { answer } = await pool.start('measureImages', { images })
    const kept = answer.then((found) => {
      found.forEach((numbers, k) => {
        if (numbers === null) unreadable++
        else measured.push({ row: rows[k]!, numbers })
      })
    })
    kept.catch(() => undefined)
    answers.push(kept)
  }
  for await (const { rows, values } of readSampled(connection, side, quoteIdentifier(column.name))) {
    for (let at = 0; at < rows.length; at += imagesATask) {
      context.signal.throwIfAborted()
      const images = values.slice(at, at + imagesATask).map((value) => (value as DuckDBBlobValue).bytes)
      await start(rows.slice(at, at + imagesATask), images)
    }
  }
  await Promise.all(answers)
  measured.sort((a, b) => a.row - b.row)
  const numbers = new Float64Array(measured.length * imageNumbers)
  measured.forEach((one, k) => numbers.set(one.numbers, k * imageNumbers))
  return { sampled: { rows: measured.map(({ row }) => row), unreadable }, numbers }
}
