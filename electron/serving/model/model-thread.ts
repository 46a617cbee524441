/**
 * The thread that holds the ONNX Runtime session. `run` blocks its thread (a timer got 2 ticks in a second of it), and
 * health checks, time limits and other requests must not wait for it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { runtimeMessage } from '../../../shared/scoring/runtime-message.ts'
import { datatypeOf } from '../protocol/tensor.ts'
import { memoryOf } from './messages.ts'
import type { FromModel, ModelStart, ToModel } from './messages.ts'
import { openSession } from './ort-session.ts'
import type { OrtSession } from './ort-session.ts'

export async function runModelThread(): Promise<void> {
  const port = parentPort!
  const { model, threads } = workerData as ModelStart
  const say = (message: FromModel, lent: ArrayBuffer[] = []) => port.postMessage(message, lent)
  let session: OrtSession
  try {
    session = await openSession(model, threads)
  } catch (error) {
    say({ type: 'refused', message: runtimeMessage(error) })
    return
  }
  const run = async ({ id, feeds, lent, fetches }: Extract<ToModel, { type: 'run' }>): Promise<void> => {
    try {
      const { outputs, microseconds } = await session.run(feeds, fetches)
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
  // Sequences and maps cannot be returned by this runtime; they are not offered.
  const known = session.outputs.filter((output) => datatypeOf(output.type) !== undefined)
  say({ type: 'ready', inputs: session.inputs, outputs: known })
}
