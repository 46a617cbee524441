/** The server's own log: one JSON object a line on standard output, for people and collectors alike. */
import { AssayError } from '../../../shared/contract/errors.ts'

const levels = { debug: 0, info: 1, warn: 2, error: 3 } as const
export type Level = keyof typeof levels

export type Log = (level: Level, event: string, fields?: Readonly<Record<string, unknown>>) => void

export function makeLog(least: Level, write: (line: string) => void): Log {
  return (level, event, fields = {}) => {
    if (levels[level] < levels[least]) return
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`)
  }
}

/** For commands whose standard output is their result. */
export const logToStderr = makeLog('info', (line) => void process.stderr.write(line))

/** An error's fields: what a reader of the log needs to find it. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (error instanceof AssayError) return { ...error.toJSON() }
  return { message: String((error as Error)?.message ?? error), stack: String((error as Error)?.stack ?? '') }
}
