/**
 * Batches on several threads, a session of one thread in each. ONNX Runtime's own threads meet at every operator and
 * wait for the slowest; lanes meet nowhere, and while they compute, this thread reads, feeds and writes.
 */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { newArray } from '../../shared/scoring/feeds.ts'
import type { TypedArray } from '../../shared/scoring/feeds.ts'
import { buffersOf, isShareable } from './lane-messages.ts'
import type { FromLane, LaneTask, ToLane } from './lane-messages.ts'
import type { Fed, Runner, SessionFacts } from './tensors.ts'

/** The worker's script: a bundle beside this one's, or the source in tests. */
const lanePath = new URL(import.meta.url.endsWith('.ts') ? './lane.ts' : './lane.mjs', import.meta.url)

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

function openLane(modelPath: string): Promise<{ worker: Worker; facts: SessionFacts }> {
  const worker = new Worker(fileURLToPath(lanePath), { workerData: { modelPath } satisfies LaneTask })
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (message: FromLane) => {
      worker.off('error', reject)
      if ('facts' in message) resolve({ worker, facts: message.facts })
      else reject(new Error('A lane answered before it was ready.'))
    })
  })
}
