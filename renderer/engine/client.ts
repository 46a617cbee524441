/**
 * The one connection to the engine. Main posts a port each time it starts an engine; a higher generation replaces the
 * one before it, and the calls that were in flight on the old one fail with `engine/stopped`.
 */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { EnginePortMessage } from '../../shared/contract/bridge.ts'
import type { Contract } from '../../shared/contract/contract.ts'
import { AssayError } from '../../shared/contract/errors.ts'

export type EngineClient = ContractRouterClient<Contract>

interface Connection {
  readonly generation: number
  readonly client: EngineClient
  /** Rejects when this engine is gone. */
  readonly gone: Promise<never>
  readonly drop: () => void
}

export type ConnectionState = 'waiting' | 'connected' | 'stopped'
export interface ConnectionView {
  readonly state: ConnectionState
  readonly generation: number
}

const stopped = (): AssayError =>
  new AssayError({
    code: 'engine/stopped',
    message: 'The engine stopped before it answered.',
    remedy: 'It is being started again. Try again in a moment; running jobs continue where they were.',
  })

let current: Connection | null = null
let view: ConnectionView = { state: 'waiting', generation: 0 }
let waiting: (() => void)[] = []
const listeners = new Set<() => void>()

const show = (next: ConnectionView): void => {
  view = next
  for (const listener of [...listeners]) listener()
}

export const connection = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  get: (): ConnectionView => view,
}

const connect = (port: MessagePort, generation: number): Connection => {
  let drop = (): void => undefined
  const gone = new Promise<never>((_, reject) => {
    drop = () => reject(stopped())
  })
  // Nobody may be listening when an idle engine goes.
  gone.catch(() => undefined)
  const client: EngineClient = createORPCClient(new RPCLink({ port }))
  port.addEventListener('close', () => {
    drop()
    if (current?.generation === generation) {
      current = null
      show({ state: 'stopped', generation })
    }
  })
  port.start()
  return { generation, client, gone, drop }
}

const isPortMessage = (data: unknown): data is EnginePortMessage =>
  typeof data === 'object' &&
  data !== null &&
  (data as { type?: unknown }).type === 'assay:engine-port' &&
  typeof (data as { generation?: unknown }).generation === 'number'

export const listenForEngine = (): void => {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source !== window || !isPortMessage(event.data)) return
    const { generation } = event.data
    const port = event.ports[0]
    if (!port || generation <= view.generation) return
    current?.drop()
    current = connect(port, generation)
    show({ state: 'connected', generation })
    const resume = waiting
    waiting = []
    for (const go of resume) go()
  })
}

const connected = async (): Promise<Connection> => {
  while (!current) await new Promise<void>((resolve) => waiting.push(resolve))
  return current
}

/** One call. It waits for an engine, and fails with `engine/stopped` if that engine goes before it answers. */
export const ask = async <T>(call: (client: EngineClient) => Promise<T>): Promise<T> => {
  const connection = await connected()
  return Promise.race([orStopped(connection, call(connection.client)), connection.gone])
}

/** A closed port makes calls fail in words of its own, sometimes before the close is told: both mean the same. */
const orStopped = async <T>(connection: Connection, answer: Promise<T>): Promise<T> => {
  try {
    return await answer
  } catch (error) {
    if (current !== connection || (error as Error).name === 'AbortError') throw stopped()
    throw error
  }
}

/** A stream of one engine; ends with `engine/stopped` when that engine goes. */
export const listen = async <T>(
  call: (client: EngineClient) => Promise<AsyncIterable<T>>,
  each: (value: T) => void,
): Promise<void> => {
  const { client, gone } = await connected()
  const iterator = (await Promise.race([call(client), gone]))[Symbol.asyncIterator]()
  for (;;) {
    const next = await Promise.race([iterator.next(), gone])
    if (next.done) return
    each(next.value)
  }
}
