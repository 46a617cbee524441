/**
 * The streaming pipeline: reader → session → writer. The next chunk is always being fetched while the present one runs,
 * because DuckDB works on its own threads and `run` blocks this one. Memory is two chunks, at any number of rows.
 */
import { join } from 'node:path'
import type { FromScorer, ScoringPlan, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import { openReader, streamColumns } from '../data-plane/stream-columns.ts'
import { ChunkWriter } from './chunk-writer.ts'
import { makeFeeder } from './feeds.ts'
import type { Feeder } from './feeds.ts'
import { countNotFinite, makeScoreColumns, readOutputs } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { openSession } from './runtime.ts'
import type { Session } from './runtime.ts'
import { runtimeMessage } from '../../shared/scoring/runtime-message.ts'

/** Names of the outputs that the binding reads; the others are not computed where the graph allows it. */
export function fetchesOf(task: ScoringTask): string[] {
  const { score, label } = task.binding.output
  return [...new Set([...(score ?? []), ...(label === null ? [] : [label])])]
}

/** Whether any score tensor is float64, which float32 columns would cut. */
export function isWide(session: Session, task: ScoringTask): boolean {
  const scores = new Set(task.binding.output.score ?? [])
  return session.outputMetadata.some((meta) => meta.isTensor && scores.has(meta.name) && meta.type !== 'float32')
}

/** Runs one batch; what ONNX Runtime throws becomes a coded error that names the rows. */
export async function runBatch(
  session: Session,
  feeder: Feeder,
  task: ScoringTask,
  chunk: Parameters<Feeder['build']>[0],
  from: number,
  rows: number,
  batch: number,
): Promise<Awaited<ReturnType<Session['run']>>> {
  const feeds = feeder.build(chunk, from, rows, batch)
  try {
    return await session.run(feeds, fetchesOf(task))
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

export async function score(
  task: ScoringTask,
  plan: ScoringPlan,
  folder: string,
  firstChunk: number,
  totalRows: number,
  send: (message: FromScorer) => void,
): Promise<void> {
  const session = await openSession(task.modelPath, plan.device, plan.threads)
  const feeder = makeFeeder(session, task.binding)
  const writer = await ChunkWriter.open()
  const reader = await openReader()
  const wide = isWide(session, task)
  const { output } = task.binding
  let number = firstChunk
  let lastProgress = 0
  // The writer works on DuckDB's thread while the next chunk is scored; one at a time keeps memory bounded.
  let writing: Promise<void> = Promise.resolve()

  const chunks = streamColumns({
    reader,
    parquetPath: task.dataPath,
    columns: feeder.columns,
    from: firstChunk * plan.chunkRows,
    chunkRows: plan.chunkRows,
  })
  for await (const chunk of chunks) {
    const columns: ScoreColumns = makeScoreColumns(output, chunk.rows, wide)
    const missingBefore = feeder.missingText()
    for (let from = 0; from < chunk.rows; from += plan.batchRows) {
      const rows = Math.min(plan.batchRows, chunk.rows - from)
      const batch = task.binding.fixedBatch ?? rows
      const outputs = await runBatch(session, feeder, task, chunk, from, rows, batch)
      readOutputs(outputs, output, rows, batch, columns, from)
      const now = performance.now()
      if (now - lastProgress > 100) {
        lastProgress = now
        send({ type: 'progress', rows: chunk.from + from + rows })
        // `run` blocks, so messages leave only when the loop is given a turn.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await writing
    const facts = {
      number,
      firstRow: chunk.from,
      rows: chunk.rows,
      notFinite: countNotFinite(columns, chunk.rows),
      missingText: feeder.missingText() - missingBefore,
    }
    const path = join(folder, `chunk-${String(number).padStart(6, '0')}.parquet`)
    writing = writer.write(columns, chunk.rows, path).then((file) => {
      send({ type: 'chunk', chunk: { ...facts, ...file } })
    })
    // A rejection is awaited at the next chunk; until then it must not count as unhandled.
    writing.catch(() => undefined)
    number++
  }
  await writing
  send({ type: 'scored', rows: totalRows })
}
