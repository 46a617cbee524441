/** Requests to a scorer process and their answers. A process that dies becomes a coded error. */
import { AssayError, Cancelled } from '../../../shared/contract/errors.ts'
import { fromScorerSchema } from '../../../shared/contract/scorer-messages.ts'
import type { FromScorer, ToScorer } from '../../../shared/contract/scorer-messages.ts'
import { trace } from '../trace.ts'
import type { Launcher, ScorerProcess } from './launcher.ts'

/** Messages after which the scorer has nothing more to say to a request. */
const last = new Set<FromScorer['type']>(['probed', 'loaded', 'tried', 'planned', 'scored', 'predicted'])

export interface AskOptions {
  readonly signal?: AbortSignal
  /** Give up after this long without an answer. */
  readonly timeoutMs?: number
  readonly onMessage?: (message: FromScorer) => void | Promise<void>
}

function crashed(code: number | null): AssayError {
  return new AssayError({
    code: 'score/crashed',
    message: `The scorer process ended unexpectedly${code === null ? '' : ` (exit code ${code})`}.`,
    remedy: 'Resume the run: it goes on from the last finished chunk. If it happens again, score on the CPU.',
    where: { exitCode: code },
  })
}

function timedOut(timeoutMs: number): AssayError {
  return new AssayError({
    code: 'score/timeout',
    message: `The scorer gave no answer within ${timeoutMs / 1000} s.`,
    remedy: 'The model may be too large for this machine, or the device hangs. Try --device cpu.',
  })
}

/** One process, asked one thing after another: starting one takes a quarter of a second. */
export class Scorer {
  readonly #process: ScorerProcess
  #listener: (raw: unknown) => void = () => undefined
  #onExit: (code: number | null) => void = () => undefined
  /** Settles when the process is free for another request. */
  #turn: Promise<void> = Promise.resolve()
  #exited: { readonly code: number | null } | null = null

  private constructor(process: ScorerProcess) {
    this.#process = process
    process.onMessage((raw) => this.#listener(raw))
    process.onExit((code) => {
      this.#exited = { code }
      this.#onExit(code)
    })
  }

  static async start(launcher: Launcher, env?: Readonly<Record<string, string>>): Promise<Scorer> {
    return new Scorer(await launcher.launch(env))
  }

  get alive(): boolean {
    return this.#exited === null
  }

  /** Kills the process: a native crash in its last moments must not matter. */
  stop(): void {
    this.#process.kill()
  }

  /**
   * Requests wait for one another: a process answers one at a time.
   * @throws AssayError score/crashed, score/timeout, or what the scorer reported
   * @throws Cancelled when the signal fires; the process is busy until it has answered, or is stopped
   */
  async ask<T extends FromScorer['type']>(
    request: ToScorer,
    answer: T,
    options: AskOptions = {},
  ): Promise<Extract<FromScorer, { type: T }>> {
    const before = this.#turn
    let free: () => void = () => undefined
    this.#turn = new Promise((resolve) => {
      free = resolve
    })
    await before
    try {
      options.signal?.throwIfAborted()
      if (this.#exited) throw crashed(this.#exited.code)
    } catch (error) {
      free()
      throw error
    }
    trace('scoring', `${request.type} in process ${this.#process.pid}`)
    let timer: NodeJS.Timeout | undefined
    let onAbort: (() => void) | undefined
    try {
      return await new Promise((resolve, reject) => {
        // Messages are handled one after another, so that a chunk is recorded before what follows it is seen.
        let queue: Promise<void> = Promise.resolve()
        let ended = false
        const end = (): void => {
          ended = true
          this.#listener = () => undefined
          this.#onExit = () => undefined
          free()
        }
        this.#listener = (raw) => {
          queue = queue
            .then(async () => {
              const message = fromScorerSchema.parse(raw)
              if (message.type === 'failed') {
                end()
                throw new AssayError(message.error as AssayError)
              }
              await options.onMessage?.(message)
              if (!last.has(message.type)) return
              end()
              if (message.type === answer) resolve(message as Extract<FromScorer, { type: T }>)
              else reject(new Error(`The scorer answered ${message.type} to ${request.type}`))
            })
            .catch(reject)
        }
        this.#onExit = (code) => {
          void queue.then(() => {
            if (!ended) reject(crashed(code))
            end()
          })
        }
        if (options.timeoutMs !== undefined) {
          const { timeoutMs } = options
          timer = setTimeout(() => reject(timedOut(timeoutMs)), timeoutMs)
        }
        onAbort = () => reject(new Cancelled(request.type))
        options.signal?.addEventListener('abort', onAbort, { once: true })
        this.#process.post(request)
      })
    } finally {
      clearTimeout(timer)
      if (onAbort) options.signal?.removeEventListener('abort', onAbort)
    }
  }
}

/** Starts a scorer for some requests and stops it whatever happens. */
export async function withScorer<R>(
  launcher: Launcher,
  work: (scorer: Scorer) => Promise<R>,
  env?: Readonly<Record<string, string>>,
): Promise<R> {
  const scorer = await Scorer.start(launcher, env)
  try {
    return await work(scorer)
  } finally {
    scorer.stop()
  }
}
