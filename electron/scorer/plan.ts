/**
 * Chooses device, lanes, batch and chunk by a short measurement on the dataset's own rows, and compares the device with
 * the CPU. The plan is stored with the run, so that a resumed run cuts its batches in the same places.
 */
import { statSync } from 'node:fs'
import type { FromScorer, ScoringPlan, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import type { DeviceName } from '../../shared/contract/run.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import type { StreamedChunk } from '../data-plane/stream-columns.ts'
import { makeScoreColumns, scoreWidth } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { inFlight } from './in-flight.ts'
import { openLanes } from './lanes.ts'
import { noRows, piecesOf } from './pieces.ts'
import { keepRunner, openSessionRunner } from './runner.ts'
import type { RunnerKind, SessionRunner } from './runner.ts'
import type { Runner, Span } from './spans.ts'

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
/** A small network's activations still lie in a core's cache. */
const laneBatchRows = 1024
/** A message costs little beside this many rows, and at the end a lane waits no longer for another than for these. */
const laneSpanRows = 8192
/** Lanes pay for their start (a thread and a session each) when the work lasts this long. */
const lanesFromSeconds = 0.5
/** What the measurement does not see: lanes go on while this thread writes, one session waits for it. */
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
  const sample = new Sample(task, totalRows)
  try {
    const planned = await choose(task, devices, fixedBatchRows, totalRows, sample)
    known = { key, planned }
    return planned
  } finally {
    await sample.close()
  }
}

async function choose(
  task: ScoringTask,
  devices: readonly DeviceName[],
  fixedBatchRows: number | null,
  totalRows: number,
  sample: Sample,
): Promise<Planned> {
  const tried: string[] = []
  let best: { readonly measured: Measured; readonly runner: Runner } | null = null

  const consider = async (measured: Measured, runner: Runner): Promise<void> => {
    const { kind, batchRows, rowsPerSecond } = measured
    const lanes = kind.lanes > 1 ? `, ${kind.lanes} lanes` : ''
    tried.push(`${kind.device}${lanes}, ${batchRows} rows a batch: ${Math.round(rowsPerSecond)} rows per second`)
    if (best && best.measured.rowsPerSecond >= rowsPerSecond * (kind.lanes > 1 ? lanesAdvantage : 1)) return
    if (best && best.runner !== runner) await best.runner.release()
    best = { measured, runner }
  }
  const releaseUnlessBest = async (runner: Runner): Promise<void> => {
    if (best?.runner !== runner) await runner.release()
  }

  const trySession = async (kind: RunnerKind, batches: readonly number[]): Promise<void> => {
    const runner = await openSessionRunner(task, kind)
    for (const batchRows of batches) {
      await consider(await measureSession(task, runner, kind, await sample.rowsFor(runner), batchRows), runner)
    }
    await releaseUnlessBest(runner)
  }

  const tryLanes = async (batchRows: number): Promise<void> => {
    const runner = await openLanes(task, task.threads)
    if (!runner) return
    const kind: RunnerKind = { device: 'cpu', threads: 1, lanes: task.threads }
    const rows = Math.min(sampleRows, totalRows)
    const spans = () => runner.spans({ from: 0, to: rows, batchRows, readRows: batchRows })
    await consider(await measure(task, runner, kind, batchRows, rows, spans), runner)
    await releaseUnlessBest(runner)
  }

  const lanesCanRun =
    task.threads > 1 && task.numbersPath !== null && statSync(task.modelPath).size <= lanesUpToModelBytes
  let lastError: unknown = null
  for (const device of devices) {
    try {
      const kind: RunnerKind = { device, threads: task.threads, lanes: 1 }
      await trySession(kind, batchesFor(task, device, fixedBatchRows, lanesCanRun))
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
    await tryLanes(task.binding.fixedBatch ?? fixedBatchRows ?? laneBatchRows)
  }
  const { measured, runner } = chosenSoFar()!
  const { kind, batchRows, rowsPerSecond } = measured
  const rows = sample.rows
  const parity = kind.device === 'cpu' ? null : await compareWithCpu(task, rows, measured)
  await keepRunner(task, kind, runner)
  const wholeBatches = (count: number, of: number) => Math.max(1, Math.ceil(count / of)) * of
  const byMemory = Math.floor(pieceBytes / Math.max(1, rowBytes(rows)))
  const readAtMost = kind.lanes > 1 ? laneSpanRows : Math.min(131_072, byMemory)
  const readRows = wholeBatches(Math.min(readAtMost, totalRows), batchRows)
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

/** The first rows, read once for all that is measured on them. */
class Sample {
  readonly #task: ScoringTask
  readonly #totalRows: number
  #opened: { readonly piece: StreamedChunk; close(): Promise<unknown> } | null = null

  constructor(task: ScoringTask, totalRows: number) {
    this.#task = task
    this.#totalRows = totalRows
  }

  /** To be read once `rowsFor` has read them. */
  get rows(): StreamedChunk {
    return this.#opened!.piece
  }

  /** @throws AssayError dataset/no-rows */
  async rowsFor({ columns }: SessionRunner): Promise<StreamedChunk> {
    if (this.#opened) return this.#opened.piece
    const to = Math.min(sampleRows, this.#totalRows)
    const pieces = piecesOf({ task: this.#task, columns, from: 0, to, readRows: sampleRows })
    const first = await pieces.next()
    if (first.done) throw noRows()
    const piece = first.value
    this.#opened = { piece, close: () => pieces.return(undefined) }
    // Columns are in memory: DuckDB would read on beside the measurement. A number file is read while measured.
    if (!piece.readNumbers) await this.close()
    return piece
  }

  async close(): Promise<void> {
    await this.#opened?.close()
  }
}

const measureSession = (
  task: ScoringTask,
  runner: SessionRunner,
  kind: RunnerKind,
  piece: StreamedChunk,
  batchRows: number,
): Promise<Measured> => measure(task, runner, kind, batchRows, piece.rows, () => runner.batchesOf(piece, batchRows))

/** `spans` gives the sample's rows, as often as it is called. */
async function measure(
  task: ScoringTask,
  runner: Runner,
  kind: RunnerKind,
  batchRows: number,
  sampled: number,
  spans: () => Iterable<Span>,
): Promise<Measured> {
  const columns = makeScoreColumns(task.binding.output, sampled, runner.wide)
  const [first] = spans()
  await Promise.all(Array.from({ length: kind.lanes }, () => first!.score(columns, 0)))
  const underWay = inFlight(runner.depth)
  let rows = 0
  const start = performance.now()
  const elapsed = () => performance.now() - start
  const enough = () => elapsed() >= (rows < sampled ? mostMs : leastMs)
  while (!enough()) {
    for (const span of spans()) {
      await underWay.room()
      underWay.add(span.score(columns, span.from).then(() => undefined))
      rows += span.rows
      if (enough()) break
    }
  }
  await underWay.all()
  return {
    kind,
    batchRows,
    rowsPerSecond: rows / Math.max(1e-6, elapsed() / 1000),
    scores: columns,
    rows: Math.min(rows, sampled),
  }
}

/** The largest difference between the device's scores and the CPU's on the measured rows. */
async function compareWithCpu(task: ScoringTask, piece: StreamedChunk, best: Measured): Promise<number> {
  const kind: RunnerKind = { device: 'cpu', threads: task.threads, lanes: 1 }
  const runner = await openSessionRunner(task, kind)
  const onCpu = await measureSession(task, runner, kind, piece, best.batchRows)
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
