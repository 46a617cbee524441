/** Worker threads that share the rows. A block goes to the thread with the least to do; order is the caller's affair. */
import { Worker } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Block } from '../../../shared/explain/tree/players.ts'
import type { ExplainedBlock, FromRowWorker, PairSums, Reference, RowWorkerData, ToRowWorker } from './row-worker.ts'

type WithoutId<M> = M extends unknown ? Omit<M, 'id'> : never

interface Thread {
  readonly worker: Worker
  readonly waiting: Map<number, { resolve(answer: unknown): void; reject(error: unknown): void }>
}

export class RowPool {
  readonly #threads: readonly Thread[]
  readonly #signal: AbortSignal
  readonly #onAbort: () => void
  #next = 0

  constructor(workerPath: string, threads: number, data: RowWorkerData, signal: AbortSignal) {
    this.#threads = Array.from({ length: threads }, () => this.#start(workerPath, data))
    this.#signal = signal
    this.#onAbort = () => this.#fail(signal.reason)
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  #start(workerPath: string, data: RowWorkerData): Thread {
    const thread: Thread = { worker: new Worker(workerPath, { workerData: data }), waiting: new Map() }
    thread.worker.on('message', (message: FromRowWorker) => {
      const entry = thread.waiting.get(message.id)
      thread.waiting.delete(message.id)
      if (message.ok) entry?.resolve(message.answer)
      else if ('code' in message.error) entry?.reject(new AssayError(message.error))
      else entry?.reject(new Error(message.error.message))
    })
    thread.worker.on('error', (error) => this.#fail(error))
    thread.worker.on('exit', () => this.#fail(new Error('An explaining thread ended without an answer')))
    return thread
  }

  #fail(error: unknown): void {
    for (const { waiting } of this.#threads) {
      for (const entry of waiting.values()) entry.reject(error)
      waiting.clear()
    }
  }

  #ask<T>(thread: Thread, message: WithoutId<ToRowWorker>): Promise<T> {
    this.#signal.throwIfAborted()
    const id = this.#next++
    const asked = new Promise<T>((resolve, reject) => {
      thread.waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject })
      thread.worker.postMessage({ id, ...message })
    })
    // Awaited in order by the caller; one that fails before its turn must not count as unhandled.
    asked.catch(() => undefined)
    return asked
  }

  #idlest(): Thread {
    return this.#threads.reduce((best, thread) => (thread.waiting.size < best.waiting.size ? thread : best))
  }

  get size(): number {
    return this.#threads.length
  }

  /** Counts a block of the reference set into the covers. */
  count(block: Block): Promise<void> {
    return this.#ask(this.#idlest(), { type: 'count', block })
  }

  async covers(): Promise<Float64Array> {
    const all = await Promise.all(this.#threads.map((thread) => this.#ask<Float64Array>(thread, { type: 'covers' })))
    return all[0]!.map((_, node) => all.reduce((sum, covers) => sum + covers[node]!, 0))
  }

  /** @returns the base of each output */
  async begin(reference: Reference): Promise<Float64Array> {
    const bases = await Promise.all(
      this.#threads.map((thread) => this.#ask<Float64Array>(thread, { type: 'begin', reference })),
    )
    return bases[0]!
  }

  explain(block: Block): Promise<ExplainedBlock> {
    return this.#ask(this.#idlest(), { type: 'explain', block })
  }

  pairs(block: Block): Promise<PairSums> {
    return this.#ask(this.#idlest(), { type: 'pairs', block })
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort)
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }
}
