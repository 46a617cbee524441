/** A thread of the server, as the main one sees it: started from the same script, and dead only when it was told to end. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'

export interface Thread<Ready, To> {
  readonly ready: Ready
  say(message: To, lent?: ArrayBuffer[]): void
  /** Tells it to stop with `{ type: 'stop' }`, and waits until it has. */
  stop(): Promise<void>
}

export interface ThreadWish<From> {
  /** The script that starts the thread when its workerData says so. */
  readonly entry: URL
  readonly workerData: object
  /** Gets every message but the first, which is `ready` or `refused`. */
  take(message: From): void
  /** It ended: nothing that was asked will be answered. @param asked whether it was told to */
  ended(asked: boolean): void
  /** The code of the error where it refuses to start. */
  readonly code: string
  readonly refusal: string
}

/** @throws AssayError with the wish's code */
export async function startThread<
  From extends { readonly type: string },
  To extends { readonly type: string },
  Ready extends From,
>(wish: ThreadWish<From>): Promise<Thread<Ready, To | { readonly type: 'stop' }>> {
  const worker = new Worker(fileURLToPath(wish.entry), { workerData: wish.workerData, argv: [], stdout: false })
  let stopping = false
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const ready = await new Promise<Ready>((resolve, reject) => {
    const refuse = (message: string) =>
      reject(
        new AssayError({
          code: wish.code,
          message: `${wish.refusal}: ${message}`,
          remedy: 'Release the model again with this version of Assay.',
        }),
      )
    worker.on('message', (message: From) => {
      if (message.type === 'ready') resolve(message as Ready)
      else if (message.type === 'refused') refuse((message as unknown as { message: string }).message)
      else wish.take(message)
    })
    worker.once('error', (error) => refuse(error.message))
  })
  worker.once('exit', () => wish.ended(stopping))
  const say = (message: To | { readonly type: 'stop' }, lent: ArrayBuffer[] = []) => worker.postMessage(message, lent)
  return {
    ready,
    say,
    stop: async () => {
      stopping = true
      say({ type: 'stop' })
      await exited
    },
  }
}
