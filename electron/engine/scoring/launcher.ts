/**
 * How a scorer process is started. Injected: under Electron main starts a utilityProcess for the engine, under the CLI
 * and in tests it is a child process. The engine sees no difference.
 */
import { fork } from 'node:child_process'

export interface ScorerProcess {
  readonly pid: number | null
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once, with the exit code or null after a signal. */
  onExit(listener: (code: number | null) => void): void
  kill(): void
}

export interface Launcher {
  launch(env?: Readonly<Record<string, string>>): Promise<ScorerProcess>
}

/** Starts scorers as child processes of this one, with the same Node. */
export function childProcessLauncher(scorerPath: string): Launcher {
  return {
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
