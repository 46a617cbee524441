/**
 * Batches on several threads, a session of one thread in each. ONNX Runtime's own threads meet at every operator and
 * wait for the slowest; lanes meet nowhere, and while they compute, this thread reads, feeds and writes.
 *
 * The worker's side is in this file too, so that source and bundle start it the same way.
 */
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { newArray } from '../../shared/scoring/feeds.ts'
import type { TypedArray } from '../../shared/scoring/feeds.ts'
import { openSession } from './runtime.ts'
import { tensorsOf } from './tensors.ts'
import type { Fed, Runner, SessionFacts } from './tensors.ts'

interface LaneTask {
  readonly lane: { readonly modelPath: string }
}
interface ToLane {
  readonly id: number
  readonly feeds: Readonly<Record<string, Fed>>
  readonly fetches: readonly string[]
}
type FromLane =
  | { readonly facts: SessionFacts }
  | { readonly id: number; readonly outputs: Record<string, { data: unknown }>; readonly feeds: ToLane['feeds'] }
  | { readonly id: number; readonly error: unknown }

/** Two, so that the next batch is there when the one under way ends. */
const batchesPerLane = 2

interface Lane {
  readonly worker: Worker
  underWay: number
}

interface Waiting {
  readonly lane: Lane
  resolve(outputs: Record<string, { data: unknown }>): void
  reject(error: unknown): void
}

/** @throws AssayError model/runtime-refused */
export async function openLanes(modelPath: string, count: number): Promise<Runner> {
  const free = new Map<string, TypedArray[]>()
  const waiting = new Map<number, Waiting>()
  const opened = await Promise.all(Array.from({ length: count }, () => openLane(modelPath)))
  const lanes: Lane[] = opened.map(({ worker }) => ({ worker, underWay: 0 }))
  let lastId = 0

  for (const lane of lanes) {
    lane.worker.on('message', (message: Exclude<FromLane, { facts: SessionFacts }>) => {
      const call = waiting.get(message.id)!
      waiting.delete(message.id)
      lane.underWay--
      if ('error' in message) return call.reject(message.error)
      for (const [name, { type, data }] of Object.entries(message.feeds)) takeBack(name, type, data)
      call.resolve(message.outputs)
    })
    lane.worker.on('error', (error) => {
      for (const call of waiting.values()) if (call.lane === lane) call.reject(error)
    })
  }

  const keyOf = (input: string, type: string, length: number): string => `${input} ${type} ${length}`
  function takeBack(input: string, type: string, data: Fed['data']): void {
    if (!isShareable(data)) return
    const key = keyOf(input, type, data.length)
    const kept = free.get(key)
    if (kept) kept.push(data as TypedArray)
    else free.set(key, [data as TypedArray])
  }

  return {
    facts: opened[0]!.facts,
    depth: count * batchesPerLane,
    array: (input, type, length) => free.get(keyOf(input, type, length))?.pop() ?? newArray(input, type, length),
    run: (feeds, fetches) =>
      new Promise((resolve, reject) => {
        const lane = lanes.reduce((a, b) => (b.underWay < a.underWay ? b : a))
        const id = ++lastId
        waiting.set(id, { lane, resolve, reject })
        lane.underWay++
        lane.worker.postMessage({ id, feeds, fetches } satisfies ToLane, buffersOf(feeds))
      }),
    release: async () => {
      await Promise.all(lanes.map((lane) => lane.worker.terminate()))
    },
  }
}

function isShareable(data: Fed['data']): data is Exclude<Fed['data'], string[]> {
  return ArrayBuffer.isView(data)
}

/** Arrays of numbers move between threads; texts are copied. */
function buffersOf(feeds: ToLane['feeds']): ArrayBuffer[] {
  return Object.values(feeds).flatMap(({ data }) => (isShareable(data) ? [data.buffer as ArrayBuffer] : []))
}

function openLane(modelPath: string): Promise<{ worker: Worker; facts: SessionFacts }> {
  const worker = new Worker(fileURLToPath(import.meta.url), {
    workerData: { lane: { modelPath } } satisfies LaneTask,
  })
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (message: FromLane) => {
      worker.off('error', reject)
      if ('facts' in message) resolve({ worker, facts: message.facts })
      else reject(new Error('A lane answered before it was ready.'))
    })
  })
}

async function serveLane({ modelPath }: LaneTask['lane']): Promise<void> {
  const session = await openSession(modelPath, 'cpu', 1)
  const { inputNames, inputMetadata, outputNames, outputMetadata } = session
  const answer = (message: FromLane, buffers: ArrayBuffer[] = []) => parentPort!.postMessage(message, buffers)
  parentPort!.on('message', ({ id, feeds, fetches }: ToLane) => {
    session.run(tensorsOf(feeds), fetches).then(
      (result) => {
        const outputs = Object.fromEntries(
          Object.entries(result).map(([name, tensor]) => [name, { data: tensor.data }]),
        )
        answer({ id, outputs, feeds }, buffersOf(feeds))
      },
      (error: unknown) => answer({ id, error }),
    )
  })
  answer({ facts: { inputNames, inputMetadata, outputNames, outputMetadata } })
}

if (!isMainThread && (workerData as Partial<LaneTask> | null)?.lane) await serveLane((workerData as LaneTask).lane)
