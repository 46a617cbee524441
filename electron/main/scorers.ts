/**
 * The scorers of one engine, and the servers of releases that are tried: each is a process of its own. Scorers have a port
 * straight to the engine; what servers write is passed on.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannelMain, utilityProcess } from 'electron'
import type { MessagePortMain, UtilityProcess } from 'electron'
import type { FromMain, ToScorerProcess } from '../../shared/contract/process-messages.ts'
import { serverEnvironment, stopWithinMs } from '../../shared/serving/server-start.ts'

const here = dirname(fileURLToPath(import.meta.url))

export class Scorers {
  readonly #tell: (message: FromMain, ports?: MessagePortMain[]) => void
  readonly #running = new Map<string, UtilityProcess>()
  readonly #servers = new Set<string>()
  #stopped = false

  constructor(tell: (message: FromMain, ports?: MessagePortMain[]) => void) {
    this.#tell = tell
  }

  get pids(): number[] {
    return [...this.#running.values()].flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
  }

  launch(id: string, env: Readonly<Record<string, string>>): void {
    const scorer = utilityProcess.fork(join(here, 'scorer.mjs'), [], {
      serviceName: 'Assay scorer',
      stdio: 'inherit',
      env: { ...process.env, ...env, ORT_DISABLE_TELEMETRY: '1' },
    })
    const { port1, port2 } = new MessageChannelMain()
    let launched = false
    const tellLaunched = (pid: number | null): void => {
      if (launched || this.#stopped) return
      launched = true
      this.#tell({ type: 'launched', id, pid }, [port1])
    }
    this.#running.set(id, scorer)
    scorer.once('spawn', () => tellLaunched(scorer.pid ?? null))
    scorer.once('exit', (code) => {
      this.#running.delete(id)
      // One that never started has still to be seen to start and end.
      tellLaunched(null)
      if (!this.#stopped) this.#tell({ type: 'exited', id, code })
    })
    scorer.postMessage({ type: 'port' } satisfies ToScorerProcess, [port2])
  }

  serve(id: string, args: readonly string[], env: Readonly<Record<string, string>>): void {
    const server = utilityProcess.fork(join(here, 'serving.mjs'), [...args], {
      serviceName: 'Assay server',
      stdio: 'pipe',
      // Electron hands V8's flags on to no such process: its young generation grew to 16 MB with them as without.
      env: serverEnvironment(process.env, env),
    })
    this.#running.set(id, server)
    this.#servers.add(id)
    const pass = (piece: Buffer): void => {
      if (!this.#stopped) this.#tell({ type: 'output', id, text: piece.toString() })
    }
    server.stdout?.on('data', pass)
    server.stderr?.on('data', pass)
    server.once('spawn', () => this.#tell({ type: 'launched', id, pid: server.pid ?? null }))
    server.once('exit', (code) => {
      this.#running.delete(id)
      this.#servers.delete(id)
      if (!this.#stopped) this.#tell({ type: 'exited', id, code })
    })
  }

  /** A scorer may be deep in native code, where it hears no request to end. */
  kill(id: string): void {
    const scorer = this.#running.get(id)
    if (this.#servers.has(id) && !this.#stopped) {
      // It answers what is under way first.
      scorer?.kill()
      setTimeout(() => {
        if (this.#running.get(id) === scorer && scorer?.pid !== undefined) killHard(scorer.pid)
      }, stopWithinMs)
      return
    }
    if (scorer?.pid !== undefined) killHard(scorer.pid)
    else scorer?.kill()
  }

  killAll(): void {
    this.#stopped = true
    for (const id of [...this.#running.keys()]) this.kill(id)
  }
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
