/** Scorers under Electron: only main may fork a utilityProcess, so the engine asks and gets a port. */
import { fromMainSchema } from '../../../shared/contract/process-messages.ts'
import type { Launcher, ScorerProcess } from './launcher.ts'

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

interface Pending {
  readonly resolve: (scorer: ScorerProcess) => void
  readonly exits: ((code: number | null) => void)[]
  exited: { code: number | null } | null
}

export function mainLauncher(parentPort: ParentPort): Launcher {
  const scorers = new Map<string, Pending>()
  let counter = 0
  parentPort.on('message', (event) => {
    const parsed = fromMainSchema.safeParse(event.data)
    if (!parsed.success) return
    const message = parsed.data
    const entry = scorers.get(message.id)
    if (!entry) return
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
        parentPort.postMessage({ type: 'kill', id: message.id })
        port.close()
      },
    })
  })
  return {
    launch: (env) =>
      new Promise((resolve) => {
        const id = `scorer-${process.pid}-${counter++}`
        scorers.set(id, { resolve, exits: [], exited: null })
        parentPort.postMessage({ type: 'launch', id, module: 'scorer', ...(env ? { env } : {}) })
      }),
  }
}
