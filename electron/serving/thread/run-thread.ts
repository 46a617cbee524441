/** A thread of the server, from inside: it opens what it holds, and answers one question after another. */
import { parentPort } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'
import { runtimeMessage } from '../../../shared/scoring/runtime-message.ts'
import type { FromThread, ToThread } from './messages.ts'

export interface OpenedThread<Question, Ready, Answer> {
  readonly ready: Ready
  /** @returns the answer, and memory that goes with it instead of being copied */
  answer(question: Question): Promise<{ readonly answer: Answer; readonly lent?: ArrayBuffer[] }>
  close(): Promise<void>
}

/** @param open what it throws is why the thread refuses to start */
export async function runThread<Question, Ready, Answer>(
  open: () => Promise<OpenedThread<Question, Ready, Answer>>,
): Promise<void> {
  const port = parentPort!
  const say = (message: FromThread<Ready, Answer>, lent: ArrayBuffer[] = []) => port.postMessage(message, lent)
  let opened: OpenedThread<Question, Ready, Answer>
  try {
    opened = await open()
  } catch (error) {
    return say({ type: 'refused', message: runtimeMessage(error) })
  }
  const answer = async (id: number, question: Question): Promise<void> => {
    try {
      const { answer, lent } = await opened.answer(question)
      say({ type: 'answered', id, answer }, lent)
    } catch (error) {
      const code = error instanceof AssayError ? error.code : 'server/internal'
      say({ type: 'failed', id, code, message: runtimeMessage(error) })
    }
  }
  let queue: Promise<void> = Promise.resolve()
  port.on('message', (message: ToThread<Question>) => {
    queue = queue.then(async () => {
      if (message.type === 'ask') return answer(message.id, message.question)
      await opened.close()
      port.close()
    })
  })
  say({ type: 'ready', ready: opened.ready })
}
