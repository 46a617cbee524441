/**
 * A lane: a worker thread with a session of one thread, which reads, runs and gathers the rows it is told, one span
 * after another.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { openNumberFile, pieceOf } from '../data-plane/number-file.ts'
import { makeScoreColumns } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { errorDataOf } from './error-data.ts'
import { makeFeeder } from './feeds.ts'
import type { FromLane, LaneStart, LaneTask, ToLane } from './lane-messages.ts'
import { openSession } from './runtime.ts'
import { batchesOf, isWide } from './spans.ts'

const port = parentPort!
const { task, numbersPath } = workerData as LaneTask

async function start(): Promise<LaneStart> {
  const session = await openSession(task.modelPath, 'cpu', 1)
  const feeder = makeFeeder(session, task.binding)
  const file = openNumberFile(numbersPath, feeder.columns)
  if (!file) return { ready: false }
  const wide = isWide(session, task.binding)

  const score = async ({ from, rows, batchRows }: ToLane): Promise<ScoreColumns> => {
    const columns = makeScoreColumns(task.binding.output, rows, wide)
    const batches = batchesOf({ task, session, feeder }, pieceOf(file, from, rows), batchRows)
    for (const batch of batches) await batch.score(columns, batch.from - from)
    return columns
  }

  // Spans wait for one another: a session's tensors lie in the same memory from batch to batch.
  let last: Promise<void> = Promise.resolve()
  port.on('message', (message: ToLane) => {
    last = last.then(async () => {
      try {
        const columns = await score(message)
        const buffers = columns.scores?.map(({ buffer }) => buffer as ArrayBuffer) ?? []
        port.postMessage({ id: message.id, columns } satisfies FromLane, buffers)
      } catch (error) {
        port.postMessage({ id: message.id, error: errorDataOf(error, 'score') } satisfies FromLane)
      }
    })
  })
  return { ready: true, wide }
}

port.postMessage(await start().catch((error: unknown): LaneStart => ({ error: errorDataOf(error, 'score') })))
