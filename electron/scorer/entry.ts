/**
 * The scorer process: answers requests one after another until it is stopped. Started as a utilityProcess by Electron's main process, or
 * as a child process by the CLI; both hand it a channel.
 */
import { toScorerSchema } from '../../shared/contract/scorer-messages.ts'
import type { FromScorer, ToScorer } from '../../shared/contract/scorer-messages.ts'
import { errorDataOf } from './error-data.ts'
import { plan } from './plan.ts'
import { predict } from './predict.ts'
import { probe } from './probe.ts'
import { openSession } from './runtime.ts'
import { score } from './score.ts'
import { tryRows } from './try-rows.ts'

async function answer(request: ToScorer, send: (message: FromScorer) => void): Promise<void> {
  switch (request.type) {
    case 'probe':
      return send(await probe(request.device, request.modelPath))
    case 'load': {
      const session = await openSession(request.modelPath, 'cpu', 1)
      const describe = (list: typeof session.inputMetadata) =>
        list.map((meta) =>
          meta.isTensor
            ? {
                name: meta.name,
                kind: 'tensor',
                elementType: String(meta.type),
                shape: meta.shape.map((dim) => (dim === '' ? null : dim)),
              }
            : { name: meta.name, kind: 'other', elementType: null, shape: null },
        )
      const [inputs, outputs] = [describe(session.inputMetadata), describe(session.outputMetadata)]
      await session.release()
      return send({ type: 'loaded', inputs, outputs })
    }
    case 'predict':
      return send(await predict(request.task, request.rows, request.columns))
    case 'try':
      return send(await tryRows(request.task, request.rows))
    case 'plan':
      return send(await plan(request.task, request.devices, request.batchRows, request.totalRows))
    case 'score':
      return score(request.task, request.plan, request.folder, request.firstChunk, request.totalRows, send)
  }
}

function serve(send: (message: FromScorer) => void): (message: unknown) => void {
  return (message) => {
    const request = toScorerSchema.parse(message)
    answer(request, send).catch((error: unknown) => {
      send({ type: 'failed', error: errorDataOf(error, request.type) })
    })
  }
}

interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: Port[] }) => void): void
}
interface Port {
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  start(): void
  postMessage(message: unknown): void
}

const parentPort = (process as { parentPort?: ParentPort }).parentPort
if (parentPort) {
  parentPort.on('message', (event) => {
    const port = event.ports[0]
    if (!port) return
    const handle = serve((message) => port.postMessage(message))
    port.on('message', (received) => handle(received.data))
    port.start()
  })
} else if (process.send) {
  const handle = serve((message) => process.send!(message))
  process.on('message', handle)
  // The parent is gone: nobody will record another chunk.
  process.on('disconnect', () => process.exit(0))
}
