/** Reasons for predictions, seen from the server: a thread of its own gives them, one request after another. */
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'
import { scorePlaces } from '../../../shared/explain/score-places.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import type { StreamedColumn } from '../../../shared/scoring/columns.ts'
import type { ScoreColumns } from '../../../shared/scoring/outputs.ts'
import type { ReadRow } from '../../../shared/serving/input-rows.ts'
import { Refusal } from '../protocol/refusal.ts'
import { readColumns } from '../score-rows.ts'
import { startThread } from '../thread/start-thread.ts'
import type { Asked, Given, ReasonsStart } from './messages.ts'

export interface Reasons {
  /**
   * @param outputs the explained output of each row, see `explainedOutput`
   * @param deadline performance.now() after which nobody waits
   * @throws Refusal server/overloaded, server/timeout
   */
  give(read: readonly ReadRow[], outputs: Int32Array, most: number, deadline: number): Promise<Given>
  stop(): Promise<void>
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
  let queued = 0
  const workerData: ReasonsStart = { role: 'reasons', ...start }
  const { ready, ask, stop } = await startThread<Asked, readonly StreamedColumn[], Given>({
    name: 'The thread of reasons',
    entry,
    workerData,
    code: 'release/reasons-refused',
    refusal: 'No reasons can be given for predictions of this model',
    failed: (code, message) => new Refusal(code, message, 'Ask for fewer rows, or without reasons.'),
    onDeath,
  })
  return {
    stop,
    give: async (read, outputs, most, deadline) => {
      if (queued > 0 && queued + read.length > maxQueueRows)
        throw new Refusal('server/overloaded', 'More rows wait for reasons than this server takes.', 'Try again.', {
          retryAfterSeconds: 1,
        })
      const values = readColumns(inputs, ready, read)
      const columns = ready.map((column, k) => ({ ...column, values: values[k]! }))
      const until = Date.now() + deadline - performance.now()
      queued += read.length
      try {
        return await ask({ rows: read.length, columns, outputs, most, until })
      } finally {
        queued -= read.length
      }
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
