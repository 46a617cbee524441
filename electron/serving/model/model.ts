/** The model, seen from the server: its inputs and outputs, and runs in the thread that holds it. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Feeds, FromModel, ModelStart, TensorFacts, ToModel } from './messages.ts'

export interface RunResult {
  readonly outputs: Feeds
  /** Time inside ONNX Runtime. */
  readonly microseconds: number
}

export interface Model {
  readonly inputs: readonly TensorFacts[]
  readonly outputs: readonly TensorFacts[]
  /** Runs are done in the order in which they are asked for. @throws AssayError score/run-failed */
  run(feeds: Feeds, fetches: readonly string[]): Promise<RunResult>
  stop(): Promise<void>
}

interface Waiting {
  resolve(result: RunResult): void
  reject(error: Error): void
}

/**
 * @param entry the script that starts a model thread when its workerData says so
 * @param onDeath called when the thread ends without being asked to: nothing can be answered any more
 * @throws AssayError release/model-refused
 */
export async function startModel(
  entry: URL,
  model: Uint8Array,
  threads: number,
  onDeath: (reason: string) => void,
): Promise<Model> {
  const start: ModelStart = { role: 'model', model, threads }
  const worker = new Worker(fileURLToPath(entry), { workerData: start, argv: [], stdout: false })
  const waiting = new Map<number, Waiting>()
  let next = 0
  let stopping = false
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const ready = await new Promise<Extract<FromModel, { type: 'ready' }>>((resolve, reject) => {
    const refuse = (message: string) =>
      reject(
        new AssayError({
          code: 'release/model-refused',
          message: `ONNX Runtime does not load the model: ${message}`,
          remedy: 'Release the model again with this version of Assay.',
        }),
      )
    worker.on('message', (message: FromModel) => {
      switch (message.type) {
        case 'ready':
          return resolve(message)
        case 'refused':
          return refuse(message.message)
        case 'ran':
          waiting.get(message.id)?.resolve(message)
          waiting.delete(message.id)
          return
        case 'failed':
          waiting.get(message.id)?.reject(failed(message.message))
          waiting.delete(message.id)
      }
    })
    worker.once('error', (error) => refuse(error.message))
  })
  worker.once('exit', () => {
    for (const entry of waiting.values()) entry.reject(new Error('The model thread ended'))
    waiting.clear()
    if (!stopping) onDeath('The model thread ended')
  })
  const say = (message: ToModel, transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer)
  return {
    inputs: ready.inputs,
    outputs: ready.outputs,
    run: (feeds, fetches) =>
      new Promise((resolve, reject) => {
        const id = next++
        waiting.set(id, { resolve, reject })
        say({ type: 'run', id, feeds, fetches })
      }),
    stop: async () => {
      stopping = true
      say({ type: 'stop' })
      await exited
    },
  }
}

function failed(message: string): AssayError {
  return new AssayError({
    code: 'score/run-failed',
    message: `The model failed on these inputs: ${message}`,
    remedy: 'Check shapes and values against what the model was trained on.',
  })
}
