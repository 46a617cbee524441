/**
 * The thread that holds the ONNX Runtime session. `run` blocks its thread (a timer got 2 ticks in a second of it), and
 * health checks, time limits and other requests must not wait for it.
 */
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type * as Ort from 'onnxruntime-node'
import { datatypeOf } from '../protocol/tensor.ts'
import type { Tensor, TensorData } from '../protocol/tensor.ts'
import { memoryOf } from './messages.ts'
import type { FromModel, ModelStart, TensorFacts, ToModel } from './messages.ts'
import { runtimeMessage } from '../../../shared/scoring/runtime-message.ts'

/** Where JavaScript has a Float16Array, the runtime wants it. */
const Half = (globalThis as { Float16Array?: new (buffer: ArrayBufferLike, offset: number, length: number) => object })
  .Float16Array

function toOrt(ort: typeof Ort, { type, data, dims }: Tensor): Ort.Tensor {
  const values =
    type === 'float16' && Half && !Array.isArray(data) ? new Half(data.buffer, data.byteOffset, data.length) : data
  return new ort.Tensor(type as 'float32', values as Float32Array, [...dims])
}

function fromOrt(tensor: Ort.Tensor): Tensor {
  const values = tensor.data as unknown
  if (tensor.type === 'float16' && ArrayBuffer.isView(values) && !(values instanceof Uint16Array)) {
    const bits = new Uint16Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength / 2)
    return { type: tensor.type, data: bits, dims: tensor.dims }
  }
  return { type: tensor.type, data: values as TensorData, dims: tensor.dims }
}

function facts(list: readonly Ort.InferenceSession.ValueMetadata[]): TensorFacts[] {
  return list.flatMap((meta) =>
    meta.isTensor ? [{ name: meta.name, type: String(meta.type), shape: meta.shape }] : [],
  )
}

export async function runModelThread(): Promise<void> {
  const port = parentPort!
  const { model, threads } = workerData as ModelStart
  const say = (message: FromModel, lent: ArrayBuffer[] = []) => port.postMessage(message, lent)
  const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Ort
  let session: Ort.InferenceSession
  try {
    session = await ort.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Between runs the runtime's threads would spin on the cores that read and write requests.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      // 4 is fatal only: native messages would otherwise go to standard error, past the log.
      logSeverityLevel: 4,
    })
  } catch (error) {
    say({ type: 'refused', message: runtimeMessage(error) })
    return
  }
  const run = async ({ id, feeds, lent, fetches }: Extract<ToModel, { type: 'run' }>): Promise<void> => {
    try {
      const given = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toOrt(ort, tensor)]))
      const start = process.hrtime.bigint()
      const result = await session.run(given, [...fetches])
      const microseconds = Number(process.hrtime.bigint() - start) / 1000
      const outputs = Object.fromEntries(fetches.map((name) => [name, fromOrt(result[name]!)]))
      const back = Object.fromEntries(lent.map((name) => [name, feeds[name]!]))
      say({ type: 'ran', id, outputs, lent: back, microseconds }, memoryOf(feeds, lent))
    } catch (error) {
      say({ type: 'failed', id, message: runtimeMessage(error) })
    }
  }
  // One after another: a session may be asked from one thread at a time only as long as the provider says so.
  let queue: Promise<void> = Promise.resolve()
  port.on('message', (message: ToModel) => {
    queue = queue.then(async () => {
      if (message.type === 'run') return run(message)
      await session.release()
      port.close()
    })
  })
  const outputs = facts(session.outputMetadata)
  // Sequences and maps cannot be returned by this runtime; they are not offered.
  const known = outputs.filter((output) => datatypeOf(output.type) !== undefined)
  say({ type: 'ready', inputs: facts(session.inputMetadata), outputs: known })
}
