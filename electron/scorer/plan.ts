/**
 * Chooses device, batch and chunk by a short measurement on the dataset's own rows, and compares the device with the
 * CPU. The plan is stored with the run, so that a resumed run cuts its batches in the same places.
 */
import type { FromScorer, ScoringPlan, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import type { DeviceName } from '../../shared/contract/run.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import { openReader, streamColumns } from '../data-plane/stream-columns.ts'
import type { StreamedChunk } from '../data-plane/stream-columns.ts'
import { makeFeeder } from './feeds.ts'
import { makeScoreColumns, readOutputs } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { openSession } from './runtime.ts'
import { isWide, runBatch } from './score.ts'

const sampleRows = 8192
/** Two chunks are in memory at a time, in columns and again in tensors. */
const chunkBytes = 12 * 1024 * 1024
/** A kill loses at most about this much work. */
const chunkSeconds = 2

interface Measured {
  readonly device: DeviceName
  readonly batchRows: number
  readonly rowsPerSecond: number
  readonly scores: ScoreColumns
  readonly rows: number
}

export async function plan(
  task: ScoringTask,
  devices: readonly DeviceName[],
  fixedBatchRows: number | null,
  totalRows: number,
): Promise<Extract<FromScorer, { type: 'planned' }>> {
  const reader = await openReader()
  const tried: string[] = []
  const measured: Measured[] = []
  let chunk: StreamedChunk | null = null
  let lastError: unknown = null
  for (const device of devices) {
    try {
      const session = await openSession(task.modelPath, device, task.threads)
      const feeder = makeFeeder(session, task.binding)
      if (!chunk) {
        const stream = streamColumns({
          reader,
          parquetPath: task.dataPath,
          columns: feeder.columns,
          from: 0,
          chunkRows: sampleRows,
        })
        const first = await stream.next()
        await stream.return(undefined)
        if (first.done)
          throw new AssayError({
            code: 'dataset/no-rows',
            message: 'The dataset has no rows.',
            remedy: 'Import one that has.',
          })
        chunk = first.value
      }
      const candidates = task.binding.fixedBatch
        ? [task.binding.fixedBatch]
        : fixedBatchRows
          ? [fixedBatchRows]
          : device === 'cpu'
            ? [1024, 4096]
            : [4096, 8192]
      for (const batchRows of candidates) {
        const result = await measure(task, session, feeder, chunk, batchRows, device)
        measured.push(result)
        tried.push(`${device}, ${batchRows} rows a batch: ${Math.round(result.rowsPerSecond)} rows per second`)
      }
      await session.release()
    } catch (error) {
      lastError = error
      // The user asked for this very device, or nothing else is left: the reason is the answer.
      if (devices.length === 1 || !(error instanceof AssayError) || !error.code.startsWith('device/')) throw error
      tried.push(`${device}: ${error.message}`)
    }
  }
  const best = measured.reduce<Measured | null>((a, b) => (a && a.rowsPerSecond >= b.rowsPerSecond ? a : b), null)
  if (!best || !chunk) throw lastError
  const parity = best.device === 'cpu' ? null : await compareWithCpu(task, chunk, best)
  const widest = Math.max(1, rowBytes(chunk))
  const byMemory = Math.floor(chunkBytes / widest)
  const byTime = Math.ceil(best.rowsPerSecond * chunkSeconds)
  const wanted = Math.max(best.batchRows, Math.min(131_072, byMemory, Math.max(1024, byTime), Math.max(totalRows, 1)))
  const chosen: ScoringPlan = {
    device: best.device,
    threads: task.threads,
    batchRows: best.batchRows,
    chunkRows: Math.ceil(wanted / best.batchRows) * best.batchRows,
    parity,
  }
  return { type: 'planned', plan: chosen, rowsPerSecond: best.rowsPerSecond, tried }
}

async function measure(
  task: ScoringTask,
  session: Awaited<ReturnType<typeof openSession>>,
  feeder: ReturnType<typeof makeFeeder>,
  chunk: StreamedChunk,
  batchRows: number,
  device: DeviceName,
): Promise<Measured> {
  const columns = makeScoreColumns(task.binding.output, chunk.rows, isWide(session, task))
  const batchOf = (from: number) => Math.min(batchRows, chunk.rows - from)
  const one = async (from: number) => {
    const rows = batchOf(from)
    const batch = task.binding.fixedBatch ?? rows
    readOutputs(
      await runBatch(session, feeder, task, chunk, from, rows, batch),
      task.binding.output,
      rows,
      batch,
      columns,
      from,
    )
  }
  await one(0)
  let rows = 0
  const start = performance.now()
  for (let from = 0; from < chunk.rows && performance.now() - start < 300; from += batchRows) {
    await one(from)
    rows += batchOf(from)
  }
  return {
    device,
    batchRows,
    rowsPerSecond: rows / Math.max(1e-6, (performance.now() - start) / 1000),
    scores: columns,
    rows,
  }
}

/** The largest difference between the device's scores and the CPU's on the measured rows. */
async function compareWithCpu(task: ScoringTask, chunk: StreamedChunk, best: Measured): Promise<number> {
  const session = await openSession(task.modelPath, 'cpu', task.threads)
  const onCpu = await measure(task, session, makeFeeder(session, task.binding), chunk, best.batchRows, 'cpu')
  let largest = 0
  best.scores.scores?.forEach((column, index) => {
    const reference = onCpu.scores.scores![index]!
    for (let row = 0; row < Math.min(best.rows, onCpu.rows); row++) {
      const difference = Math.abs(column[row]! - reference[row]!)
      if (difference > largest) largest = difference
    }
  })
  await session.release()
  return largest
}

function rowBytes(chunk: StreamedChunk): number {
  let bytes = 0
  for (const column of chunk.columns) {
    if (ArrayBuffer.isView(column)) bytes += 2 * (column as Float32Array).BYTES_PER_ELEMENT
    else if (column[0] instanceof Uint8Array) bytes += 4096
    else bytes += 64
  }
  return bytes
}
