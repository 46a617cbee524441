/** ONNX Runtime in a thread of the server: tensors of the protocol in and out. */
import { createRequire } from 'node:module'
import type * as Ort from 'onnxruntime-node'
import type { Tensor, TensorData } from '../protocol/tensor.ts'
import type { Feeds, TensorFacts } from './messages.ts'

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

export interface OrtSession {
  readonly inputs: readonly TensorFacts[]
  readonly outputs: readonly TensorFacts[]
  /** @returns the outputs named, and the time inside ONNX Runtime */
  run(feeds: Feeds, fetches: readonly string[]): Promise<{ readonly outputs: Feeds; readonly microseconds: number }>
  release(): Promise<void>
}

/** @throws what ONNX Runtime says of the model */
export async function openSession(model: Uint8Array, threads: number): Promise<OrtSession> {
  const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Ort
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Between runs the runtime's threads would spin on the cores that read and write requests.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    // 4 is fatal only: native messages would otherwise go to standard error, past the log.
    logSeverityLevel: 4,
  })
  return {
    inputs: facts(session.inputMetadata),
    outputs: facts(session.outputMetadata),
    run: async (feeds, fetches) => {
      const given = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toOrt(ort, tensor)]))
      const start = process.hrtime.bigint()
      const result = await session.run(given, [...fetches])
      const microseconds = Number(process.hrtime.bigint() - start) / 1000
      return { outputs: Object.fromEntries(fetches.map((name) => [name, fromOrt(result[name]!)])), microseconds }
    },
    release: () => session.release(),
  }
}
