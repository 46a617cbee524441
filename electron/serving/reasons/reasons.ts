/** Reasons for predictions, seen from the server: a thread of its own gives them, one request after another. */
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'
import type { ReasonCode } from '../../../shared/explain/reasons.ts'
import { scorePlaces } from '../../../shared/explain/score-places.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import type { ScoreColumns } from '../../../shared/scoring/outputs.ts'
import type { ReadRow } from '../../../shared/serving/input-rows.ts'
import { Refusal } from '../protocol/refusal.ts'
import { startThread } from '../model/thread.ts'
import { readColumns } from '../score-rows.ts'
import type { Asked, FromReasons, ReasonsStart, ToReasons } from './messages.ts'

export interface Given {
  readonly reasons: readonly (readonly ReasonCode[])[]
  readonly milliseconds: number
}

export interface Reasons {
  /**
   * @param outputs the explained output of each row, see `explainedOutput`
   * @param deadline performance.now() after which nobody waits
   * @throws Refusal server/overloaded, server/timeout
   */
  give(read: readonly ReadRow[], outputs: Int32Array, most: number, deadline: number): Promise<Given>
  stop(): Promise<void>
}

interface Waiting {
  readonly rows: number
  resolve(given: Given): void
  reject(error: Error): void
}

/**
 * @param maxQueueRows rows that may wait; past them requests are refused
 * @throws AssayError release/reasons-refused
 */
export async function startReasons(
  entry: URL,
  start: Omit<ReasonsStart, 'role'>,
  inputs: readonly InputColumn[],
  maxQueueRows: number,
  onDeath: (reason: string) => void,
): Promise<Reasons> {
  const waiting = new Map<number, Waiting>()
  let next = 0
  let queued = 0
  const take = (id: number): Waiting | undefined => {
    const asked = waiting.get(id)
    waiting.delete(id)
    queued -= asked?.rows ?? 0
    return asked
  }
  const workerData: ReasonsStart = { role: 'reasons', ...start }
  const { ready, say, stop } = await startThread<FromReasons, ToReasons, Extract<FromReasons, { type: 'ready' }>>({
    entry,
    workerData,
    code: 'release/reasons-refused',
    refusal: 'No reasons can be given for predictions of this model',
    take: (message) => {
      if (message.type === 'gave') take(message.id)?.resolve(message)
      else if (message.type === 'failed')
        take(message.id)?.reject(new Refusal(message.code, message.message, 'Ask for fewer rows, or without reasons.'))
    },
    ended: (asked) => {
      for (const entry of waiting.values()) entry.reject(new Error('The thread of reasons ended'))
      waiting.clear()
      if (!asked) onDeath('The thread of reasons ended')
    },
  })
  const give = (asked: Asked): Promise<Given> =>
    new Promise((resolve, reject) => {
      const id = next++
      queued += asked.rows
      waiting.set(id, { rows: asked.rows, resolve, reject })
      say({ type: 'reasons', id, ...asked })
    })
  return {
    stop,
    give: async (read, outputs, most, deadline) => {
      if (queued > 0 && queued + read.length > maxQueueRows)
        throw new Refusal('server/overloaded', 'More rows wait for reasons than this server takes.', 'Try again.', {
          retryAfterSeconds: 1,
        })
      const values = readColumns(inputs, ready.columns, read)
      const columns = ready.columns.map((column, k) => ({ ...column, values: values[k]! }))
      const until = Date.now() + deadline - performance.now()
      return give({ rows: read.length, columns, outputs, most, until })
    },
  }
}

/** The output that a row's reasons speak of, by its place: the likeliest class, or the only one that is explained. */
export function explainedOutputs({ scores }: ScoreColumns, rows: number, output: OutputBinding): Int32Array {
  const places = scorePlaces(output)
  return Int32Array.from({ length: rows }, (_, row) =>
    places.reduce((best, place, k) => (scores![place]![row]! > scores![places[best]!]![row]! ? k : best), 0),
  )
}
