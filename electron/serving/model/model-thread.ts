/**
 * The thread that holds the ONNX Runtime session. `run` blocks its thread (a timer got 2 ticks in a second of it), and
 * health checks, time limits and other requests must not wait for it. Runs come one after another: a session may be asked
 * from one thread at a time only as long as the provider says so.
 */
import { workerData } from 'node:worker_threads'
import { datatypeOf } from '../protocol/tensor.ts'
import { runThread } from '../thread/run-thread.ts'
import { memoryOf } from './messages.ts'
import type { ModelFacts, ModelStart, Ran, Run } from './messages.ts'
import { openSession } from './ort-session.ts'

export const runModelThread = (): Promise<void> =>
  runThread<Run, ModelFacts, Ran>(async () => {
    const { model, threads } = workerData as ModelStart
    const session = await openSession(model, threads)
    return {
      // Sequences and maps cannot be returned by this runtime; they are not offered.
      ready: {
        inputs: session.inputs,
        outputs: session.outputs.filter((output) => datatypeOf(output.type) !== undefined),
      },
      answer: async ({ feeds, lent, fetches }) => {
        const { outputs, microseconds } = await session.run(feeds, fetches)
        const back = Object.fromEntries(lent.map((name) => [name, feeds[name]!]))
        return { answer: { outputs, lent: back, microseconds }, lent: memoryOf(feeds, lent) }
      },
      close: () => session.release(),
    }
  })
