/** Work that is of use only until somebody's deadline, and only while they wait. */
import { Refusal } from './protocol/refusal.ts'
import type { Caller } from './service.ts'

/** The work goes on, unheard, where it cannot be stopped. @throws Refusal server/timeout, server/cancelled */
export async function withinDeadline<T>(work: Promise<T>, caller: Pick<Caller, 'deadline' | 'signal'>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let onAbort: (() => void) | undefined
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Refusal('server/timeout', 'It was not answered in time.', 'Try again, with fewer rows.')),
          Math.max(1, caller.deadline - performance.now()),
        )
        onAbort = () => reject(new Refusal('server/cancelled', 'The caller went away.', 'Ask again.'))
        caller.signal.addEventListener('abort', onAbort, { once: true })
      }),
    ])
  } finally {
    clearTimeout(timer)
    if (onAbort) caller.signal.removeEventListener('abort', onAbort)
    work.catch(() => undefined)
  }
}
