/**
 * The streaming pipeline: reader → runner → writer. The next rows are always being fetched while the present ones run,
 * and written while the next ones run. Memory is a few pieces of `readRows`, at any number of rows.
 */
import { join } from 'node:path'
import type { FromScorer, ScoringPlan, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import { ChunkWriter } from './chunk-writer.ts'
import { makeFeeder } from '../../shared/scoring/feeds.ts'
import type { Feeder } from '../../shared/scoring/feeds.ts'
import { countNotFinite, makeScoreColumns, readOutputs } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { inFlight } from './in-flight.ts'
import { piecesOf } from './pieces.ts'
import { keepRunner, takeRunner } from './runner.ts'
import type { Fed, Runner, SessionFacts } from './tensors.ts'
import { runtimeMessage } from '../../shared/scoring/runtime-message.ts'

/** Names of the outputs that the binding reads; the others are not computed where the graph allows it. */
function fetchesOf(task: ScoringTask): string[] {
  const { score, label } = task.binding.output
  return [...new Set([...(score ?? []), ...(label === null ? [] : [label])])]
}

/** Whether any score tensor is float64, which float32 columns would cut. */
export function isWide(session: Pick<SessionFacts, 'outputMetadata'>, task: ScoringTask): boolean {
  const scores = new Set(task.binding.output.score ?? [])
  return session.outputMetadata.some((meta) => meta.isTensor && scores.has(meta.name) && meta.type !== 'float32')
}

/** What runs a batch: a runner, or a session with tensors of its own. */
interface Runs<T> {
  run(feeds: Record<string, T>, fetches: string[]): Promise<Readonly<Record<string, { readonly data: unknown }>>>
}

/** Runs one batch; what ONNX Runtime throws becomes a coded error that names the rows. */
export async function runBatch<T>(
  runs: Runs<T>,
  feeder: Feeder<T>,
  task: ScoringTask,
  chunk: Parameters<Feeder<T>['build']>[0],
  from: number,
  rows: number,
  batch: number,
): Promise<Awaited<ReturnType<Runs<T>['run']>>> {
  // The chunk is read before this first waits: its arrays may be filled anew as soon as all its batches have begun.
  const feeds = feeder.build(chunk, from, rows, batch)
  try {
    return await runs.run(feeds, fetchesOf(task))
  } catch (error) {
    if (error instanceof AssayError) throw error
    throw new AssayError({
      code: 'score/run-failed',
      message: `The model failed on rows ${chunk.from + from + 1} to ${chunk.from + from + rows}: ${runtimeMessage(error)}`,
      remedy: 'Check the binding (columns, their order and types) against what the model was trained on.',
      where: { firstRow: chunk.from + from + 1, rows },
    })
  }
}

/** A feeder whose tensors any runner takes. */
export function feederOf(runner: Runner, task: ScoringTask): Feeder<Fed> {
  return makeFeeder(runner.facts, task.binding, {
    tensor: (type, data, dims) => ({ type, data, dims }),
    array: runner.array,
  })
}

/** One recorded chunk while its batches come back, in whatever order. */
interface OpenChunk {
  readonly number: number
  readonly firstRow: number
  readonly rows: number
  readonly columns: ScoreColumns
  readonly batches: Promise<void>[]
  missingText: number
}

export async function score(
  task: ScoringTask,
  plan: ScoringPlan,
  folder: string,
  firstChunk: number,
  totalRows: number,
  send: (message: FromScorer) => void,
): Promise<void> {
  const { batchRows, chunkRows, readRows = chunkRows } = plan
  const runner = await takeRunner(task.modelPath, plan)
  const feeder = feederOf(runner, task)
  // Not waited for: the first batches run meanwhile.
  const opening = ChunkWriter.open()
  opening.catch(() => undefined)
  const wide = isWide(runner.facts, task)
  const { output, fixedBatch } = task.binding
  const batchesUnderWay = inFlight(runner.depth)
  const from = firstChunk * chunkRows
  let number = firstChunk
  let done = from
  let lastProgress = 0
  // One chunk is written at a time, in order, while the next is scored.
  let writing: Promise<void> = Promise.resolve()
  let open: OpenChunk | null = null

  const close = async (chunk: OpenChunk): Promise<void> => {
    const before = writing
    writing = Promise.all([before, ...chunk.batches]).then(async () => {
      const { columns, rows, firstRow, missingText } = chunk
      const path = join(folder, `chunk-${String(chunk.number).padStart(6, '0')}.parquet`)
      const file = await (await opening).write(columns, rows, path)
      const notFinite = countNotFinite(columns, rows)
      send({ type: 'chunk', chunk: { number: chunk.number, firstRow, rows, notFinite, missingText, ...file } })
    })
    // A rejection is awaited at the next chunk; until then it must not count as unhandled.
    writing.catch(() => undefined)
    await before
  }

  for await (const piece of piecesOf({ task, columns: feeder.columns, from, to: totalRows, readRows })) {
    for (let at = 0; at < piece.rows; at += batchRows) {
      const row = piece.from + at
      if (!open) {
        const rows = Math.min(chunkRows, totalRows - row)
        open = {
          number: number++,
          firstRow: row,
          rows,
          columns: makeScoreColumns(output, rows, wide),
          batches: [],
          missingText: 0,
        }
      }
      const { columns, firstRow, batches } = open
      const rows = Math.min(batchRows, piece.rows - at)
      const batch = fixedBatch ?? rows
      await batchesUnderWay.room()
      const missingBefore = feeder.missingText()
      const work = runBatch(runner, feeder, task, piece, at, rows, batch).then((outputs) => {
        readOutputs(outputs, output, rows, batch, columns, row - firstRow)
        done += rows
        const now = performance.now()
        if (now - lastProgress < 100) return
        lastProgress = now
        send({ type: 'progress', rows: done })
      })
      open.missingText += feeder.missingText() - missingBefore
      batches.push(work)
      batchesUnderWay.add(work)
      if (row + rows === firstRow + open.rows) {
        await close(open)
        open = null
      }
    }
  }
  await writing
  await keepRunner(task.modelPath, plan, runner)
  send({ type: 'scored', rows: totalRows })
}
