/** Waits for the log line by which the container's program says that it serves. */
import type { ChildProcess } from 'node:child_process'
import { z } from 'zod'
import { AssayError } from '../../../shared/contract/errors.ts'

const startedSchema = z.object({ event: z.literal('serving'), port: z.number(), grpcPort: z.number() })

export function proofFailed(what: string, text: string): AssayError {
  const last = text.trim().split('\n').at(-1) ?? ''
  return new AssayError({
    code: 'release/proof-failed',
    message: `The server of the release ${what}: ${last.slice(0, 500)}`,
    remedy: 'Look at the reason that it gives.',
  })
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

const startMs = 30_000

export interface StartedServer {
  readonly rest: string
  readonly grpc: string
  stop(): void
}

/** Waits until the process says that it serves. @throws AssayError release/proof-failed */
export function awaitServing(child: ChildProcess, stop: () => void, withinMs = startMs): Promise<StartedServer> {
  let out = ''
  let errors = ''
  return new Promise((resolve, reject) => {
    const fail = (what: string, text: string): void => {
      clearTimeout(timer)
      stop()
      reject(proofFailed(what, text))
    }
    const timer = setTimeout(() => fail('did not start', errors || out), withinMs)
    child.once('error', (error) => fail('did not start', error.message))
    child.once('exit', () => fail('ended', errors || out))
    child.stderr?.on('data', (piece: Buffer) => (errors = (errors + piece.toString()).slice(-4000)))
    child.stdout?.on('data', (piece: Buffer) => {
      out = (out + piece.toString()).slice(-20_000)
      for (const line of out.split('\n')) {
        const parsed = startedSchema.safeParse(parseLine(line))
        if (!parsed.success) continue
        clearTimeout(timer)
        const { port, grpcPort } = parsed.data
        resolve({ rest: `http://127.0.0.1:${port}`, grpc: `127.0.0.1:${grpcPort}`, stop })
      }
    })
  })
}
