/** One request to a fresh scorer process, its answers, and its end. A process that dies becomes a coded error. */
import { AssayError, Cancelled } from '../../../shared/contract/errors.ts'
import { fromScorerSchema } from '../../../shared/contract/scorer-messages.ts'
import type { FromScorer, ToScorer } from '../../../shared/contract/scorer-messages.ts'
import { trace } from '../trace.ts'
import type { Launcher } from './launcher.ts'

/** Messages after which the scorer has nothing more to say. */
const last = new Set<FromScorer['type']>(['probed', 'loaded', 'tried', 'planned', 'scored'])

export interface AskOptions {
  readonly signal?: AbortSignal
  /** Give up after this long without an answer. */
  readonly timeoutMs?: number
  readonly env?: Readonly<Record<string, string>>
  readonly onMessage?: (message: FromScorer) => void | Promise<void>
}

/**
 * @throws AssayError score/crashed, score/timeout, or what the scorer reported
 * @throws Cancelled when the signal fires
 */
export async function askScorer<T extends FromScorer['type']>(
  launcher: Launcher,
  request: ToScorer,
  answer: T,
  options: AskOptions = {},
): Promise<Extract<FromScorer, { type: T }>> {
  options.signal?.throwIfAborted()
  const scorer = await launcher.launch(options.env)
  trace('scoring', `${request.type} in process ${scorer.pid}`)
  let timer: NodeJS.Timeout | undefined
  let onAbort: (() => void) | undefined
  try {
    return await new Promise((resolve, reject) => {
      // Messages are handled one after another, so that a chunk is recorded before what follows it is seen.
      let queue: Promise<void> = Promise.resolve()
      let ended = false
      scorer.onMessage((raw) => {
        queue = queue
          .then(async () => {
            const message = fromScorerSchema.parse(raw)
            if (message.type === 'failed') throw new AssayError(message.error as AssayError)
            await options.onMessage?.(message)
            if (!last.has(message.type)) return
            ended = true
            if (message.type === answer) resolve(message as Extract<FromScorer, { type: T }>)
            else reject(new Error(`The scorer answered ${message.type} to ${request.type}`))
          })
          .catch(reject)
      })
      scorer.onExit((code) => {
        void queue.then(() => {
          if (ended) return
          reject(
            new AssayError({
              code: 'score/crashed',
              message: `The scorer process ended unexpectedly${code === null ? '' : ` (exit code ${code})`}.`,
              remedy: 'Resume the run: it goes on from the last finished chunk. If it happens again, score on the CPU.',
              where: { exitCode: code },
            }),
          )
        })
      })
      if (options.timeoutMs !== undefined) {
        timer = setTimeout(() => {
          reject(
            new AssayError({
              code: 'score/timeout',
              message: `The scorer gave no answer within ${options.timeoutMs! / 1000} s.`,
              remedy: 'The model may be too large for this machine, or the device hangs. Try --device cpu.',
            }),
          )
        }, options.timeoutMs)
      }
      onAbort = () => reject(new Cancelled(request.type))
      options.signal?.addEventListener('abort', onAbort, { once: true })
      scorer.post(request)
    })
  } finally {
    clearTimeout(timer)
    if (onAbort) options.signal?.removeEventListener('abort', onAbort)
    scorer.kill()
  }
}
