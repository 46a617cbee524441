/**
 * Spans of rows on several threads, a session of one thread in each. ONNX Runtime's own threads meet at every operator
 * and wait for the slowest; lanes meet nowhere. They read their rows themselves, out of the dataset's number file, so
 * that all this thread does beside them is to write what they have scored.
 */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AssayError } from '../../shared/contract/errors.ts'
import type { ScoringTask } from '../../shared/contract/scorer-messages.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import type { FromLane, LaneStart, LaneTask, ToLane } from './lane-messages.ts'
import type { Cut, Runner, Span } from './spans.ts'

/** The worker's script: a bundle beside this one's, or the source in tests. */
const lanePath = new URL(import.meta.url.endsWith('.ts') ? './lane.ts' : './lane.mjs', import.meta.url)

/** Two, so that the next span is there when the one under way ends. */
const spansPerLane = 2

interface Lane {
  readonly worker: Worker
  underWay: number
}

/** Nothing is read here, so spans need not be waited for. */
interface Lanes extends Runner {
  spans(cut: Cut): Iterable<Span>
}

interface Waiting {
  readonly lane: Lane
  resolve(columns: ScoreColumns): void
  reject(error: unknown): void
}

/**
 * Null where the lanes cannot read for themselves: the dataset's number file does not hold what the model takes.
 * @throws AssayError model/runtime-refused
 */
export async function openLanes(task: ScoringTask, count: number): Promise<Lanes | null> {
  const { modelPath, binding, numbersPath } = task
  if (numbersPath === null) return null
  const laneTask: LaneTask = { task: { modelPath, binding }, numbersPath }
  const opened = await Promise.all(Array.from({ length: count }, () => openLane(laneTask)))
  const release = async (): Promise<void> => {
    await Promise.all(opened.map(({ worker }) => worker.terminate()))
  }
  let wide = false
  for (const { start } of opened) {
    if ('wide' in start) {
      wide = start.wide
      continue
    }
    await release()
    if ('error' in start) throw new AssayError(start.error)
    return null
  }

  const lanes: Lane[] = opened.map(({ worker }) => ({ worker, underWay: 0 }))
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  for (const lane of lanes) {
    lane.worker.on('message', (message: FromLane) => {
      const call = waiting.get(message.id)!
      waiting.delete(message.id)
      lane.underWay--
      if ('error' in message) call.reject(new AssayError(message.error))
      else call.resolve(message.columns)
    })
    lane.worker.on('error', (error) => {
      for (const call of waiting.values()) if (call.lane === lane) call.reject(error)
    })
  }

  const ask = (from: number, rows: number, batchRows: number): Promise<ScoreColumns> =>
    new Promise((resolve, reject) => {
      const lane = lanes.reduce((a, b) => (b.underWay < a.underWay ? b : a))
      const id = ++lastId
      waiting.set(id, { lane, resolve, reject })
      lane.underWay++
      lane.worker.postMessage({ id, from, rows, batchRows } satisfies ToLane)
    })

  function* spans({ from: first, to, batchRows, readRows }: Cut): Generator<Span> {
    for (let from = first; from < to; from += readRows) {
      const rows = Math.min(readRows, to - from)
      const score: Span['score'] = async (into, at) => {
        copyScores(await ask(from, rows, batchRows), into, at)
        // Numbers alone are read: no text is missing.
        return 0
      }
      yield { from, rows, score }
    }
  }

  return { wide, depth: count * spansPerLane, spans, release }
}

function copyScores(scored: ScoreColumns, into: ScoreColumns, at: number): void {
  scored.scores?.forEach((column, k) => into.scores![k]!.set(column, at))
  scored.labels?.forEach((label, row) => {
    into.labels![at + row] = label
  })
}

function openLane(task: LaneTask): Promise<{ worker: Worker; start: LaneStart }> {
  const worker = new Worker(fileURLToPath(lanePath), { workerData: task })
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (start: LaneStart) => {
      worker.off('error', reject)
      resolve({ worker, start })
    })
  })
}
