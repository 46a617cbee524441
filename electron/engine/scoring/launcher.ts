/**
 * How a scorer process is started. Injected: under Electron main starts a utilityProcess for the engine, under the CLI
 * and in tests it is a child process. The engine sees no difference.
 */
import { fork, spawn } from 'node:child_process'
import { dirname, extname, join } from 'node:path'
import { localFlags, serverEnvironment, stopWithinMs } from '../../../shared/serving/server-start.ts'

export interface ScorerProcess {
  readonly pid: number | null
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once, with the exit code or null after a signal. */
  onExit(listener: (code: number | null) => void): void
  kill(): void
}

/** The server of a release: a program that says on its standard output how it fares. */
export interface ServerProcess {
  readonly pid: number | null
  /** Pieces of what it writes, errors too. */
  onOutput(listener: (text: string) => void): void
  /** Called once, with the exit code or null after a signal. */
  onExit(listener: (code: number | null) => void): void
  /** Asks it to answer what is under way and end; it is killed when it does not. */
  stop(): void
}

export interface Launcher {
  launch(env?: Readonly<Record<string, string>>): Promise<ScorerProcess>
  serve(args: readonly string[], env: Readonly<Record<string, string>>): Promise<ServerProcess>
}

/** The server beside the scorer: a bundle in dist, the source in tests. */
const servingPath = (scorerPath: string): string =>
  extname(scorerPath) === '.ts'
    ? join(dirname(scorerPath), '..', 'serving', 'main.ts')
    : join(dirname(scorerPath), 'serving.mjs')

/** Starts scorers as child processes of this one, with the same Node. */
export function childProcessLauncher(scorerPath: string): Launcher {
  return {
    serve: async (args, env) => {
      const child = spawn(process.execPath, [...localFlags, servingPath(scorerPath), ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: serverEnvironment(process.env, env),
      })
      return {
        pid: child.pid ?? null,
        onOutput: (listener) => {
          for (const stream of [child.stdout, child.stderr])
            stream.on('data', (piece: Buffer) => listener(piece.toString()))
        },
        onExit: (listener) => {
          child.once('error', () => listener(null))
          child.once('exit', listener)
        },
        stop: () => {
          child.kill('SIGTERM')
          setTimeout(() => child.kill('SIGKILL'), stopWithinMs).unref()
        },
      }
    },
    launch: async (env = {}) => {
      const child = fork(scorerPath, [], {
        // Typed arrays and NaN survive the structured clone; JSON would turn NaN to null.
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: { ...process.env, ORT_DISABLE_TELEMETRY: '1', ELECTRON_RUN_AS_NODE: '1', ...env },
      })
      let lastWords = ''
      child.stderr?.on('data', (piece: Buffer) => {
        lastWords = (lastWords + piece.toString()).slice(-2000)
        if (process.env['TRACE']) process.stderr.write(piece)
      })
      return {
        pid: child.pid ?? null,
        post: (message) => {
          if (child.connected) child.send(message as object)
        },
        onMessage: (listener) => child.on('message', listener),
        onExit: (listener) => child.once('exit', listener),
        kill: () => child.kill('SIGKILL'),
      }
    },
  }
}
