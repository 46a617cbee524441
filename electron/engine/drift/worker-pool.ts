/** A few worker threads that live as long as one comparison; a task waits until one of them is free. */
import { dirname, extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Engine } from '../engine.ts'
import type { TaskAnswer, TaskInput, TaskName, TaskResult } from './tasks.ts'

/** More threads than this wait for memory, not for the processor. */
const workersAtMost = 4

/** Beside the evaluation worker: a bundle in dist, the source in tests. */
function scriptPath({ workerPath }: Engine): string {
  return extname(workerPath) === '.ts'
    ? join(dirname(workerPath), '..', 'drift', 'worker.ts')
    : join(dirname(workerPath), 'drift-worker.mjs')
}

interface Waiting {
  readonly resolve: (worker: Worker) => void
  readonly reject: (error: unknown) => void
}
interface Asked {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

export class WorkerPool {
  readonly #idle: Worker[]
  readonly #all: readonly Worker[]
  readonly #waiting: Waiting[] = []
  /** The task that each busy worker is at. */
  readonly #asked = new Map<Worker, Asked>()
  #failure: unknown = null

  constructor(engine: Engine) {
    const count = Math.max(1, Math.min(workersAtMost, engine.threads))
    this.#all = Array.from({ length: count }, () => this.#launch(scriptPath(engine)))
    this.#idle = [...this.#all]
  }

  #launch(path: string): Worker {
    const worker = new Worker(path)
    worker.on('message', (message: TaskAnswer) => {
      const asked = this.#asked.get(worker)!
      this.#asked.delete(worker)
      this.#release(worker)
      if (message.ok) asked.resolve(message.result)
      else asked.reject(message.error ? new AssayError(message.error) : new Error(message.message))
    })
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(new Error('A drift worker ended without an answer')))
    return worker
  }

  /**
   * Resolves once a worker has taken the task; its `answer` resolves with the result. Waiting for the first bounds how
   * much is read ahead of the workers.
   *
   * @param transfer Arrays whose memory the worker takes over; they are empty here afterwards.
   */
  async start<N extends TaskName>(
    name: N,
    input: TaskInput<N>,
    transfer: readonly ArrayBufferView[] = [],
  ): Promise<{ readonly answer: Promise<TaskResult<N>> }> {
    const worker = await this.#take()
    const answer = new Promise<TaskResult<N>>((resolve, reject) => {
      this.#asked.set(worker, { resolve: (result) => resolve(result as TaskResult<N>), reject })
    })
    // The caller may look at it later than it fails.
    answer.catch(() => undefined)
    worker.postMessage({ name, input }, [...new Set(transfer.map((array) => array.buffer as ArrayBuffer))])
    return { answer }
  }

  async run<N extends TaskName>(
    name: N,
    input: TaskInput<N>,
    transfer: readonly ArrayBufferView[] = [],
  ): Promise<TaskResult<N>> {
    return (await this.start(name, input, transfer)).answer
  }

  #take(): Promise<Worker> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    const worker = this.#idle.pop()
    return worker ? Promise.resolve(worker) : new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** A worker that died takes the pool with it: what waits would wait for ever. */
  #fail(error: unknown): void {
    this.#failure ??= error
    for (const { reject } of [...this.#waiting.splice(0), ...this.#asked.values()]) reject(this.#failure)
  }

  #release(worker: Worker): void {
    const next = this.#waiting.shift()
    if (next) next.resolve(worker)
    else this.#idle.push(worker)
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()))
  }
}
