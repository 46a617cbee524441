/** A lane: a worker thread with a session of one thread, which runs the batches it is sent, one after another. */
import { parentPort, workerData } from 'node:worker_threads'
import { buffersOf } from './lane-messages.ts'
import type { FromLane, LaneTask, ToLane } from './lane-messages.ts'
import { openSession } from './runtime.ts'
import { tensorsOf } from './tensors.ts'

const { modelPath } = workerData as LaneTask
const session = await openSession(modelPath, 'cpu', 1)
const { inputNames, inputMetadata, outputNames, outputMetadata } = session
const answer = (message: FromLane, buffers: ArrayBuffer[] = []) => parentPort!.postMessage(message, buffers)
parentPort!.on('message', ({ id, feeds, fetches }: ToLane) => {
  session.run(tensorsOf(feeds), fetches).then(
    (result) => {
      const outputs = Object.fromEntries(Object.entries(result).map(([name, tensor]) => [name, { data: tensor.data }]))
      answer({ id, outputs, feeds }, buffersOf(feeds))
    },
    (error: unknown) => answer({ id, error }),
  )
})
answer({ facts: { inputNames, inputMetadata, outputNames, outputMetadata } })
