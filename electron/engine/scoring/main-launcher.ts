/** Scorers under Electron: only main may fork a utilityProcess, so the engine asks and gets a port. */
import { fromMainSchema } from '../../../shared/contract/process-messages.ts'
import type { FromEngine, FromMain } from '../../../shared/contract/process-messages.ts'
import type { Launcher, ScorerProcess, ServerProcess } from './launcher.ts'

export interface TransferredPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  start(): void
  postMessage(message: unknown): void
  close(): void
}
export interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: TransferredPort[] }) => void): void
  postMessage(message: unknown): void
}

interface PendingServer {
  readonly resolve: (server: ServerProcess) => void
  readonly outputs: ((text: string) => void)[]
  readonly exits: ((code: number | null) => void)[]
  /** What it wrote before anybody listened. */
  early: string
}

interface Pending {
  readonly resolve: (scorer: ScorerProcess) => void
  readonly exits: ((code: number | null) => void)[]
  exited: { code: number | null } | null
}

export function mainLauncher(parentPort: ParentPort): Launcher {
  const scorers = new Map<string, Pending>()
  const servers = new Map<string, PendingServer>()
  let counter = 0
  const tell = (message: FromEngine): void => parentPort.postMessage(message)
  parentPort.on('message', (event) => {
    const parsed = fromMainSchema.safeParse(event.data)
    if (!parsed.success) return
    const message = parsed.data
    const server = servers.get(message.id)
    if (server) return onServer(server, message)
    const entry = scorers.get(message.id)
    if (!entry || message.type === 'output') return
    if (message.type === 'exited') {
      entry.exited = { code: message.code }
      scorers.delete(message.id)
      for (const listener of entry.exits) listener(message.code)
      return
    }
    const port = event.ports[0]!
    entry.resolve({
      pid: message.pid,
      post: (request) => port.postMessage(request),
      onMessage: (listener) => {
        port.on('message', (received) => listener(received.data))
        port.start()
      },
      onExit: (listener) => (entry.exited ? listener(entry.exited.code) : void entry.exits.push(listener)),
      kill: () => {
        tell({ type: 'kill', id: message.id })
        port.close()
      },
    })
  })
  function onServer(entry: PendingServer, message: FromMain): void {
    if (message.type === 'output') {
      if (entry.outputs.length === 0) entry.early += message.text
      for (const listener of entry.outputs) listener(message.text)
    } else if (message.type === 'exited') {
      servers.delete(message.id)
      for (const listener of entry.exits) listener(message.code)
    } else {
      const { id, pid } = message
      entry.resolve({
        pid,
        onOutput: (listener) => {
          entry.outputs.push(listener)
          if (entry.early !== '') listener(entry.early)
          entry.early = ''
        },
        onExit: (listener) => void entry.exits.push(listener),
        stop: () => tell({ type: 'kill', id }),
      })
    }
  }
  return {
    serve: (args, env) =>
      new Promise((resolve) => {
        const id = `server-${process.pid}-${counter++}`
        servers.set(id, { resolve, outputs: [], exits: [], early: '' })
        tell({ type: 'serve', id, args: [...args], env: { ...env } })
      }),
    launch: (env) =>
      new Promise((resolve) => {
        const id = `scorer-${process.pid}-${counter++}`
        scorers.set(id, { resolve, exits: [], exited: null })
        tell({ type: 'launch', id, module: 'scorer', ...(env ? { env: { ...env } } : {}) })
      }),
  }
}
