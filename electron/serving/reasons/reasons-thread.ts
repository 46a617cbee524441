/**
 * The thread that gives reasons. Attributions are arithmetic of its own, and for graphs without trees thousands of runs
 * of the model: neither may hold up the thread that answers, nor the sessions that score.
 */
import { workerData } from 'node:worker_threads'
import type { Binding } from '../../../shared/contract/model.ts'
import { makeReasoner } from '../../../shared/explain/reason-codes.ts'
import type { Reasoner, ReasonsRuntime } from '../../../shared/explain/reason-codes.ts'
import { scorePlaces } from '../../../shared/explain/score-places.ts'
import type { StreamedColumn } from '../../../shared/scoring/columns.ts'
import { makeScoreColumns, readOutputs } from '../../../shared/scoring/outputs.ts'
import { Refusal } from '../protocol/refusal.ts'
import { runThread } from '../thread/run-thread.ts'
import { openGraph } from './graph.ts'
import type { Graph } from './graph.ts'
import type { Asked, Given, ReasonsStart } from './messages.ts'

/** Stops the work of a request that nobody waits for any more: between two runs of the model. */
class Clock {
  until = Infinity

  check(): void {
    if (Date.now() > this.until)
      throw new Refusal('server/timeout', 'The reasons were not found in time.', 'Ask for fewer rows.')
  }
}

/** @param graph the one that is run: what lies in front of the trees, else the model */
function runtimeOf({ output }: Binding, clock: Clock, graph: () => Graph): ReasonsRuntime {
  return {
    predict: async (columns, rows) => {
      clock.check()
      const scores = makeScoreColumns(output, rows, true)
      await graph().run(columns, rows, (outputs, from, taken, batch) =>
        readOutputs(outputs, output, taken, batch, scores, from),
      )
      return scorePlaces(output).map((place) => Float64Array.from(scores.scores![place]!))
    },
    runFront: async (columns, rows) => {
      clock.check()
      let values = new Float64Array(0)
      let width = 0
      await graph().run(columns, rows, (outputs, from, taken, batch) => {
        const { data } = Object.values(outputs)[0]!
        if (width === 0) {
          width = data.length / batch
          values = new Float64Array(rows * width)
        }
        for (let k = 0; k < taken * width; k++) values[from * width + k] = Number(data[k])
      })
      return { width, values }
    },
  }
}

/** Trees and linear operators are read, not run. */
async function openReasoner({ model, binding, file }: ReasonsStart, clock: Clock): Promise<Reasoner> {
  let graph: Graph | null = null
  const reasoner = makeReasoner(
    model,
    binding,
    file,
    runtimeOf(binding, clock, () => graph!),
  )
  const run = reasoner.front?.bytes ?? (file.reference.kind === 'rows' ? model : null)
  if (run) graph = await openGraph(run, binding)
  return reasoner
}

export const runReasonsThread = (): Promise<void> =>
  runThread<Asked, readonly StreamedColumn[], Given>(async () => {
    const clock = new Clock()
    const reasoner = await openReasoner(workerData as ReasonsStart, clock)
    return {
      ready: reasoner.columns,
      answer: async ({ rows, columns, outputs, most, until }) => {
        const since = performance.now()
        clock.until = until
        clock.check()
        // All numbered alike: what is sampled for a row does not depend on where it stands among others.
        const reasons = await reasoner.reasons(
          { rows, columns, numbers: new Float64Array(rows) },
          most,
          (row) => outputs[row]!,
        )
        return { answer: { reasons, milliseconds: performance.now() - since } }
      },
      close: async () => undefined,
    }
  })
