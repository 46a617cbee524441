/**
 * Chooses device, lanes, batch and chunk by a short measurement on the dataset's own rows, and compares the device with
 * the CPU. The plan is stored with the run, so that a resumed run cuts its batches in the same places.
 */
import { statSync } from 'node:fs'
import type { FromScorer, ScoringPlan, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import type { DeviceName } from '../../shared/contract/run.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import type { StreamedChunk } from '../data-plane/stream-columns.ts'
import { makeScoreColumns, readOutputs, scoreWidth } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { inFlight } from './in-flight.ts'
import { piecesOf } from './pieces.ts'
import { keepRunner, openRunner } from './runner.ts'
import type { RunnerKind } from './runner.ts'
import { feederOf, isWide, runBatch } from './score.ts'
import type { Runner } from './tensors.ts'

const sampleRows = 8192
/** A measurement goes over the sample once, and again until this long: less says more about starting than running. */
const leastMs = 20
const mostMs = 300
/** Two pieces are in memory at a time, in columns and again in tensors. */
const pieceBytes = 12 * 1024 * 1024
/** A kill loses at most about this much work. */
const chunkSeconds = 2
/** The last chunk is written when nothing is left to score meanwhile, so it is a small part of the whole. */
const leastChunks = 8
/** Fewer rows than this take longer to record than to score. */
const leastChunkRows = 65_536
/** Scores of the chunk at work and of the one being written. */
const chunkBytes = 8 * 1024 * 1024
/** Half the messages of 1024, and a small network's activations still lie in a core's cache. */
const laneBatchRows = 2048
/** Lanes pay for their start (a thread and a session each) when the work lasts this long. */
const lanesFromSeconds = 0.5
/** What the measurement does not see: lanes go on while this thread reads and writes, one session waits for it. */
const lanesAdvantage = 1.15
/** Each lane holds the model once more. */
const lanesUpToModelBytes = 256 * 1024 * 1024

interface Measured {
  readonly kind: RunnerKind
  readonly batchRows: number
  readonly rowsPerSecond: number
  readonly scores: ScoreColumns
  readonly rows: number
}

type Planned = Extract<FromScorer, { type: 'planned' }>

/** The last answer: whoever scores the same again need not wait for another measurement. */
let known: { readonly key: string; readonly planned: Planned } | null = null

export async function plan(
  task: ScoringTask,
  devices: readonly DeviceName[],
  fixedBatchRows: number | null,
  totalRows: number,
): Promise<Planned> {
  const key = JSON.stringify([task, devices, fixedBatchRows, totalRows])
  if (known?.key === key) return known.planned
  const opened: FirstRows[] = []
  const firstRows = async (runner: Runner): Promise<StreamedChunk> => {
    if (opened.length === 0) opened.push(await openFirstRows(task, runner, totalRows))
    return opened[0]!.chunk
  }
  try {
    const planned = await choose(task, devices, fixedBatchRows, totalRows, firstRows)
    known = { key, planned }
    return planned
  } finally {
    for (const rows of opened) await rows.close()
  }
}

async function choose(
  task: ScoringTask,
  devices: readonly DeviceName[],
  fixedBatchRows: number | null,
  totalRows: number,
  firstRows: (runner: Runner) => Promise<StreamedChunk>,
): Promise<Planned> {
  const tried: string[] = []
  let best: { readonly measured: Measured; readonly runner: Runner } | null = null

  const tryKind = async (kind: RunnerKind, batches: readonly number[]): Promise<void> => {
    const runner = await openRunner(task.modelPath, kind)
    const chunk = await firstRows(runner)
    for (const batchRows of batches) {
      const measured = await measure(task, runner, kind, chunk, batchRows)
      const lanes = kind.lanes > 1 ? `, ${kind.lanes} lanes` : ''
      tried.push(
        `${kind.device}${lanes}, ${batchRows} rows a batch: ${Math.round(measured.rowsPerSecond)} rows per second`,
      )
      const counted = measured.rowsPerSecond * (kind.lanes > 1 ? lanesAdvantage : 1)
      if (best && best.measured.rowsPerSecond >= counted) continue
      if (best && best.runner !== runner) await best.runner.release()
      best = { measured, runner }
    }
    if (best?.runner !== runner) await runner.release()
  }

  const lanesCanRun = task.threads > 1 && statSync(task.modelPath).size <= lanesUpToModelBytes
  let lastError: unknown = null
  for (const device of devices) {
    try {
      const kind: RunnerKind = { device, threads: task.threads, lanes: 1 }
      await tryKind(kind, batchesFor(task, device, fixedBatchRows, lanesCanRun))
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
  if (!sofar) throw lastError
  const lasts = totalRows / sofar.measured.rowsPerSecond
  if (sofar.measured.kind.device === 'cpu' && lanesCanRun && lasts >= lanesFromSeconds) {
    const batches = task.binding.fixedBatch ?? fixedBatchRows ?? laneBatchRows
    await tryKind({ device: 'cpu', threads: 1, lanes: task.threads }, [batches])
  }
  const { measured, runner } = chosenSoFar()!
  const { kind, batchRows, rowsPerSecond } = measured
  const chunk = await firstRows(runner)
  const parity = kind.device === 'cpu' ? null : await compareWithCpu(task, chunk, measured)
  await keepRunner(task.modelPath, kind, runner)
  const wholeBatches = (rows: number, of: number) => Math.max(1, Math.ceil(rows / of)) * of
  const byMemory = Math.floor(pieceBytes / Math.max(1, rowBytes(chunk)))
  const readRows = wholeBatches(Math.min(131_072, byMemory, totalRows), batchRows)
  const byScores = Math.floor(chunkBytes / (8 * Math.max(1, scoreWidth(task.binding.output))))
  const byTime = Math.ceil(Math.max(1024, rowsPerSecond * chunkSeconds))
  const byCount = Math.ceil(Math.max(leastChunkRows, totalRows / leastChunks))
  const chosen: ScoringPlan = {
    ...kind,
    batchRows,
    readRows,
    chunkRows: wholeBatches(Math.min(byScores, byTime, byCount, totalRows), readRows),
    parity,
  }
  return { type: 'planned', plan: chosen, rowsPerSecond, tried }
}

function batchesFor(
  task: ScoringTask,
  device: DeviceName,
  fixedBatchRows: number | null,
  lanesCanRun: boolean,
): number[] {
  if (task.binding.fixedBatch) return [task.binding.fixedBatch]
  if (fixedBatchRows) return [fixedBatchRows]
  if (device !== 'cpu') return [4096, 8192]
  // Work long enough for the batch to matter goes to lanes, where small batches stay in a core's cache.
  return lanesCanRun ? [1024] : [1024, 4096]
}

interface FirstRows {
  readonly chunk: StreamedChunk
  close(): Promise<unknown>
}

async function openFirstRows(task: ScoringTask, runner: Runner, totalRows: number): Promise<FirstRows> {
  const { columns } = feederOf(runner, task)
  const to = Math.min(sampleRows, totalRows)
  const pieces = piecesOf({ task, columns, from: 0, to, readRows: sampleRows })
  const first = await pieces.next()
  const close = () => pieces.return(undefined)
  if (first.done) {
    throw new AssayError({
      code: 'dataset/no-rows',
      message: 'The dataset has no rows.',
      remedy: 'Import one that has.',
    })
  }
  // Columns are in memory: DuckDB would read on beside the measurement. A number file is read while measured.
  if (!first.value.readNumbers) await close()
  return { chunk: first.value, close }
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
  const batches = inFlight(runner.depth)
  let rows = 0
  const start = performance.now()
  const elapsed = () => performance.now() - start
  while (elapsed() < (rows < chunk.rows ? mostMs : leastMs)) {
    await batches.room()
    const from = rows % chunk.rows
    batches.add(one(from))
    rows += batchOf(from)
  }
  await batches.all()
  return {
    kind,
    batchRows,
    rowsPerSecond: rows / Math.max(1e-6, elapsed() / 1000),
    scores: columns,
    rows: Math.min(rows, chunk.rows),
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
