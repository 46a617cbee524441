/**
 * Starts the engine, starts it again when it crashes, and hands windows and engine the two ends of a port. Also forks the
 * scorers that the engine asks for, since only main may fork a utilityProcess.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannelMain, app, utilityProcess } from 'electron'
import type { UtilityProcess, WebContents } from 'electron'
import type { EngineState } from '../../shared/contract/bridge.ts'
import { fromEngineSchema } from '../../shared/contract/process-messages.ts'
import type { FromMain, ToEngine } from '../../shared/contract/process-messages.ts'
import { sendPort, sendToWindow } from './events.ts'
import { Scorers } from './scorers.ts'

const here = dirname(fileURLToPath(import.meta.url))
type Grant = Extract<ToEngine, { type: 'grant' }>

/** Five crashes within a minute are a fault that another start will not mend. */
const crashesAllowed = 5
const crashWindowMs = 60_000
const firstDelayMs = 250

export class Engine {
  #workspace: string
  #process: UtilityProcess | null = null
  #scorers: Scorers | null = null
  #generation = 0
  #state: EngineState = 'starting'
  #afterCrash = false
  #crashTimes: number[] = []
  #restart: NodeJS.Timeout | null = null
  #quitting = false
  /** Windows whose page is loaded and waits for, or has, a port. */
  readonly #windows = new Set<WebContents>()
  /** All of them, because an engine that is started again has to learn them again. */
  readonly #grants: Grant[] = []

  constructor(workspace: string) {
    this.#workspace = workspace
  }

  get workspace(): string {
    return this.#workspace
  }

  get pid(): number | null {
    return this.#process?.pid ?? null
  }

  get scorerPids(): number[] {
    return this.#scorers?.pids ?? []
  }

  start(): void {
    if (this.#restart) clearTimeout(this.#restart)
    this.#restart = null
    this.#generation++
    const engine = utilityProcess.fork(join(here, 'engine.mjs'), [], {
      serviceName: 'Assay engine',
      stdio: 'inherit',
      env: { ...process.env, ASSAY_WORKSPACE: this.#workspace, ORT_DISABLE_TELEMETRY: '1' },
    })
    const scorers = new Scorers((message: FromMain, ports) => engine.postMessage(message, ports))
    this.#process = engine
    this.#scorers = scorers
    engine.on('message', (data: unknown) => {
      const message = fromEngineSchema.parse(data)
      if (message.type === 'launch') scorers.launch(message.id, message.env ?? {})
      else if (message.type === 'serve') scorers.serve(message.id, message.args, message.env)
      else scorers.kill(message.id)
    })
    engine.once('spawn', () => this.#show(this.#afterCrash ? 'restarted' : 'ready'))
    engine.once('exit', (code) => {
      // Nobody is left to record what they would still score.
      scorers.killAll()
      if (this.#process !== engine) return
      this.#process = null
      this.#scorers = null
      if (!this.#quitting) this.#startAgain(code)
    })
    // Messages wait in the new process's queue until it listens.
    for (const grant of this.#grants) engine.postMessage(grant)
    for (const contents of this.#windows) this.#connect(contents)
  }

  /** A page was loaded: it gets the state and a port, and another one with each engine that follows. */
  addWindow(contents: WebContents): void {
    if (!this.#windows.has(contents)) contents.once('destroyed', () => this.#windows.delete(contents))
    this.#windows.add(contents)
    if (this.#state === 'failed') {
      this.#crashTimes = []
      this.#show('starting')
      return this.start()
    }
    sendToWindow(contents, 'assay:engine-state', this.#state)
    if (this.#process) this.#connect(contents)
  }

  grant(grant: Grant): void {
    this.#grants.push(grant)
    this.#process?.postMessage(grant)
  }

  /** Stops the engine, so that the old workspace's lock is given back, and starts it on another folder. */
  async openWorkspace(folder: string): Promise<void> {
    await this.#stop()
    this.#workspace = folder
    this.#crashTimes = []
    this.#afterCrash = false
    this.#show('starting')
    // The pages are about to be loaded anew, and are given their port then.
    this.#windows.clear()
    this.start()
  }

  quit(): void {
    this.#quitting = true
    this.#scorers?.killAll()
    this.#process?.kill()
  }

  #connect(contents: WebContents): void {
    const { port1, port2 } = new MessageChannelMain()
    this.#process?.postMessage({ type: 'connect' } satisfies ToEngine, [port1])
    sendPort(contents, { type: 'assay:engine-port', generation: this.#generation }, port2)
  }

  async #stop(): Promise<void> {
    const engine = this.#process
    this.#process = null
    this.#scorers?.killAll()
    this.#scorers = null
    if (this.#restart) clearTimeout(this.#restart)
    if (!engine) return
    const exited = new Promise<void>((resolve) => void engine.once('exit', () => resolve()))
    engine.kill()
    await exited
  }

  #startAgain(code: number): void {
    const now = Date.now()
    this.#afterCrash = true
    this.#crashTimes = [...this.#crashTimes.filter((time) => now - time < crashWindowMs), now]
    const crashes = this.#crashTimes.length
    if (crashes >= crashesAllowed) {
      process.stderr.write(
        `The engine ended with ${code} for the ${crashes}th time in a minute; it is not started again.\n`,
      )
      return this.#show('failed')
    }
    this.#show('starting')
    this.#restart = setTimeout(() => this.start(), firstDelayMs * 2 ** (crashes - 1))
  }

  #show(state: EngineState): void {
    this.#state = state
    for (const contents of this.#windows) sendToWindow(contents, 'assay:engine-state', state)
  }
}

export function setUpEngine(workspace: string): Engine {
  const engine = new Engine(workspace)
  app.on('will-quit', () => engine.quit())
  engine.start()
  return engine
}
