/** The worker thread's side: tasks in, answers out, one at a time, until the engine ends it. */
import { parentPort } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'
import { tasks } from './tasks.ts'
import type { TaskAnswer, TaskMessage } from './tasks.ts'

parentPort!.on('message', ({ name, input }: TaskMessage) => {
  let answer: TaskAnswer
  try {
    // Which input belongs to which task is checked where the task is posted.
    answer = { ok: true, result: (tasks[name] as (input: unknown) => unknown)(input) }
  } catch (error) {
    const coded = error instanceof AssayError ? error.toJSON() : null
    answer = { ok: false, error: coded, message: String((error as Error).stack ?? error) }
  }
  parentPort!.postMessage(answer)
})
