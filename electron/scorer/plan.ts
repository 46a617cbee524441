/**
 * Chooses device, lanes, batch and chunk by a short measurement on the dataset's own rows, and compares the device with
 * the CPU. The plan is stored with the run, so that a resumed run cuts its batches in the same places.
 */
import { statSync } from 'node:fs'
import type { FromScorer, ScoringPlan, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import type { DeviceName } from '../../shared/contract/run.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import { openReader, streamColumns } from '../data-plane/stream-columns.ts'
import type { StreamedChunk } from '../data-plane/stream-columns.ts'
import { makeScoreColumns, readOutputs, scoreWidth } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { keepRunner, openRunner } from './runner.ts'
import type { RunnerKind } from './runner.ts'
import { feederOf, isWide, runBatch } from './score.ts'
import type { Runner } from './tensors.ts'

const sampleRows = 8192
/** Two pieces are in memory at a time, in columns and again in tensors. */
const pieceBytes = 12 * 1024 * 1024
/** A kill loses at most about this much work. */
const chunkSeconds = 2
/** Scores of the chunk at work and of the one being written. */
const chunkBytes = 8 * 1024 * 1024
/** Lanes pay for their start (a thread and a session each) when the work lasts this long. */
const lanesFromSeconds = 0.5
/** Each lane holds the model once more. */
const lanesUpToModelBytes = 256 * 1024 * 1024

interface Measured {
  readonly kind: RunnerKind
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
  const tried: string[] = []
  let chunk: StreamedChunk | null = null
  let best: { readonly measured: Measured; readonly runner: Runner } | null = null

  const tryKind = async (kind: RunnerKind, batches: readonly number[]): Promise<void> => {
    const runner = await openRunner(task.modelPath, kind)
    chunk ??= await firstRows(task, runner)
    for (const batchRows of batches) {
      const measured = await measure(task, runner, kind, chunk, batchRows)
      const lanes = kind.lanes > 1 ? `, ${kind.lanes} lanes` : ''
      tried.push(
        `${kind.device}${lanes}, ${batchRows} rows a batch: ${Math.round(measured.rowsPerSecond)} rows per second`,
      )
      if (best && best.measured.rowsPerSecond >= measured.rowsPerSecond) continue
      if (best && best.runner !== runner) await best.runner.release()
      best = { measured, runner }
    }
    if (best?.runner !== runner) await runner.release()
  }

  let lastError: unknown = null
  for (const device of devices) {
    try {
      const kind: RunnerKind = { device, threads: task.threads, lanes: 1 }
      await tryKind(kind, batchesFor(task, device, fixedBatchRows))
    } catch (error) {
      lastError = error
      // The user asked for this very device, or nothing else is left: the reason is the answer.
      if (devices.length === 1 || !(error instanceof AssayError) || !error.code.startsWith('device/')) throw error
      tried.push(`${device}: ${error.message}`)
    }
  }
  // Read through a call: TypeScript does not see what the closure assigns.
  const chosenSoFar = (): typeof best => best
  const sofar = chosenSoFar()
  if (!sofar || !chunk) throw lastError
  const lasts = totalRows / sofar.measured.rowsPerSecond
  const small = statSync(task.modelPath).size <= lanesUpToModelBytes
  if (sofar.measured.kind.device === 'cpu' && task.threads > 1 && small && lasts >= lanesFromSeconds) {
    const batches = task.binding.fixedBatch ?? fixedBatchRows ?? 1024
    await tryKind({ device: 'cpu', threads: 1, lanes: task.threads }, [batches])
  }
  const { measured, runner } = chosenSoFar()!
  const { kind, batchRows, rowsPerSecond } = measured
  const parity = kind.device === 'cpu' ? null : await compareWithCpu(task, chunk, measured)
  await keepRunner(task.modelPath, kind, runner)
  const wholeBatches = (rows: number, of: number) => Math.max(1, Math.ceil(rows / of)) * of
  const byMemory = Math.floor(pieceBytes / Math.max(1, rowBytes(chunk)))
  const readRows = wholeBatches(Math.min(131_072, byMemory, totalRows), batchRows)
  const byScores = Math.floor(chunkBytes / (8 * Math.max(1, scoreWidth(task.binding.output))))
  const byTime = Math.ceil(rowsPerSecond * chunkSeconds)
  const chosen: ScoringPlan = {
    ...kind,
    batchRows,
    readRows,
    chunkRows: wholeBatches(Math.min(byScores, Math.max(1024, byTime), totalRows), readRows),
    parity,
  }
  return { type: 'planned', plan: chosen, rowsPerSecond, tried }
}

function batchesFor(task: ScoringTask, device: DeviceName, fixedBatchRows: number | null): number[] {
  if (task.binding.fixedBatch) return [task.binding.fixedBatch]
  if (fixedBatchRows) return [fixedBatchRows]
  return device === 'cpu' ? [1024, 4096] : [4096, 8192]
}

async function firstRows(task: ScoringTask, runner: Runner): Promise<StreamedChunk> {
  const stream = streamColumns({
    reader: await openReader(),
    parquetPath: task.dataPath,
    columns: feederOf(runner, task).columns,
    from: 0,
    chunkRows: sampleRows,
  })
  const first = await stream.next()
  await stream.return(undefined)
  if (!first.done) return first.value
  throw new AssayError({
    code: 'dataset/no-rows',
    message: 'The dataset has no rows.',
    remedy: 'Import one that has.',
  })
}

async function measure(
  task: ScoringTask,
  runner: Runner,
  kind: RunnerKind,
  chunk: StreamedChunk,
  batchRows: number,
): Promise<Measured> {
  const feeder = feederOf(runner, task)
  const columns = makeScoreColumns(task.binding.output, chunk.rows, isWide(runner.facts, task))
  const batchOf = (from: number) => Math.min(batchRows, chunk.rows - from)
  const one = async (from: number) => {
    const rows = batchOf(from)
    const batch = task.binding.fixedBatch ?? rows
    const outputs = await runBatch(runner, feeder, task, chunk, from, rows, batch)
    readOutputs(outputs, task.binding.output, rows, batch, columns, from)
  }
  await Promise.all(Array.from({ length: kind.lanes }, () => one(0)))
  let rows = 0
  const start = performance.now()
  while (rows < chunk.rows && performance.now() - start < 300) {
    const together: Promise<void>[] = []
    while (together.length < runner.depth && rows < chunk.rows) {
      together.push(one(rows))
      rows += batchOf(rows)
    }
    await Promise.all(together)
  }
  return {
    kind,
    batchRows,
    rowsPerSecond: rows / Math.max(1e-6, (performance.now() - start) / 1000),
    scores: columns,
    rows,
  }
}

/** The largest difference between the device's scores and the CPU's on the measured rows. */
async function compareWithCpu(task: ScoringTask, chunk: StreamedChunk, best: Measured): Promise<number> {
  const kind: RunnerKind = { device: 'cpu', threads: task.threads, lanes: 1 }
  const runner = await openRunner(task.modelPath, kind)
  const onCpu = await measure(task, runner, kind, chunk, best.batchRows)
  let largest = 0
  best.scores.scores?.forEach((column, index) => {
    const reference = onCpu.scores.scores![index]!
    for (let row = 0; row < Math.min(best.rows, onCpu.rows); row++) {
      const difference = Math.abs(column[row]! - reference[row]!)
      if (difference > largest) largest = difference
    }
  })
  await runner.release()
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
