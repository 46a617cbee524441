/** The engine process under Electron: opens the workspace, then serves the router on each port that main hands over. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { availableParallelism } from 'node:os'
import { RPCHandler } from '@orpc/server/message-port'
import { toEngineSchema } from '../../shared/contract/process-messages.ts'
import { TokenGrants } from './calls/file-grants.ts'
import { makeFailedRouter } from './calls/failed-router.ts'
import { router } from './calls/router.ts'
import { readSoftware } from './engine.ts'
import type { Engine } from './engine.ts'
import { Jobs } from './jobs/jobs.ts'
import { KeptScorer } from './scoring/kept-scorer.ts'
import { mainLauncher } from './scoring/main-launcher.ts'
import type { ParentPort, TransferredPort } from './scoring/main-launcher.ts'
import { openWorkspace } from './workspace/workspace.ts'
import packageJson from '../../package.json' with { type: 'json' }

const here = dirname(fileURLToPath(import.meta.url))
const parentPort = (process as unknown as { parentPort: ParentPort }).parentPort
const grants = new TokenGrants()
const launcher = mainLauncher(parentPort)
const ports: TransferredPort[] = []
let serve: ((port: TransferredPort) => void) | null = null

parentPort.on('message', (event) => {
  const message = toEngineSchema.parse(event.data)
  if (message.type === 'grant') grants.grant(message.token, message.path, message.mode)
  if (message.type !== 'connect') return
  const port = event.ports[0]
  if (!port) return
  // Until the workspace is open, ports wait; the window shows its loading state meanwhile.
  if (serve) serve(port)
  else ports.push(port)
})

function serveWith(handler: (port: TransferredPort) => void): void {
  serve = handler
  for (const port of ports.splice(0)) handler(port)
}

async function open(): Promise<Engine> {
  const samples = [join(here, '..', 'models'), join(here, '..', '..', 'models')].find((folder) =>
    existsSync(join(folder, 'samples.json')),
  )
  return {
    workspace: await openWorkspace(process.env['ASSAY_WORKSPACE']!, { create: true }),
    jobs: new Jobs(),
    launcher,
    keptScorer: new KeptScorer(launcher),
    software: readSoftware(packageJson.version),
    samplesFolder: samples ?? null,
    workerPath: join(here, 'evaluation-worker.mjs'),
    threads: availableParallelism(),
  }
}

try {
  const engine = await open()
  const handler = new RPCHandler(router)
  serveWith((port) => {
    handler.upgrade(port as never, { context: { engine, grants } })
    port.start()
  })
} catch (error) {
  // A workspace that does not open is an answer, not a crash: each call says why.
  const handler = new RPCHandler(makeFailedRouter(error))
  serveWith((port) => {
    handler.upgrade(port as never, { context: {} })
    port.start()
  })
}
