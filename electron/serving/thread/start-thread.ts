/** A thread of the server, as the main one sees it: started from the same script, and dead only when it was told to end. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { FromThread, ToThread } from './messages.ts'

export interface Thread<Question, Ready, Answer> {
  readonly ready: Ready
  /** Questions that wait for their answers. */
  underWay(): number
  /** @param lent memory that goes with the question instead of being copied. @throws what `failed` makes of it */
  ask(question: Question, lent?: ArrayBuffer[]): Promise<Answer>
  /** Tells it to stop, and waits until it has. */
  stop(): Promise<void>
}

export interface ThreadWish {
  /** "The model thread", for whoever reads why the server ended. */
  readonly name: string
  /** The script that starts the thread when its workerData says so. */
  readonly entry: URL
  readonly workerData: object
  /** The code of the error where it refuses to start. */
  readonly code: string
  readonly refusal: string
  /** What a question that failed is to whoever asked. */
  failed(code: string, message: string): Error
  /** It ended without being told to: nothing can be answered any more. */
  onDeath(reason: string): void
}

interface Waiting<Answer> {
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** @throws AssayError with the wish's code */
export async function startThread<Question, Ready, Answer>(wish: ThreadWish): Promise<Thread<Question, Ready, Answer>> {
  const worker = new Worker(fileURLToPath(wish.entry), { workerData: wish.workerData, argv: [], stdout: false })
  const waiting = new Map<number, Waiting<Answer>>()
  let next = 0
  let stopping = false
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const take = (id: number): Waiting<Answer> | undefined => {
    const asked = waiting.get(id)
    waiting.delete(id)
    return asked
  }
  const ready = await new Promise<Ready>((resolve, reject) => {
    const refuse = (message: string) =>
      reject(
        new AssayError({
          code: wish.code,
          message: `${wish.refusal}: ${message}`,
          remedy: 'Release the model again with this version of Assay.',
        }),
      )
    worker.on('message', (message: FromThread<Ready, Answer>) => {
      if (message.type === 'ready') resolve(message.ready)
      else if (message.type === 'refused') refuse(message.message)
      else if (message.type === 'answered') take(message.id)?.resolve(message.answer)
      else take(message.id)?.reject(wish.failed(message.code, message.message))
    })
    worker.once('error', (error) => refuse(error.message))
  })
  worker.once('exit', () => {
    const ended = `${wish.name} ended`
    for (const { reject } of waiting.values()) reject(new Error(ended))
    waiting.clear()
    if (!stopping) wish.onDeath(ended)
  })
  const say = (message: ToThread<Question>, lent: ArrayBuffer[] = []) => worker.postMessage(message, lent)
  return {
    ready,
    underWay: () => waiting.size,
    ask: (question, lent) =>
      new Promise((resolve, reject) => {
        const id = next++
        waiting.set(id, { resolve, reject })
        say({ type: 'ask', id, question }, lent)
      }),
    stop: async () => {
      stopping = true
      say({ type: 'stop' })
      await exited
    },
  }
}
