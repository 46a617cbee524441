/** Scores rows that come with the request. Explanations ask thousands of times, so sessions stay open between requests. */
import { AssayError } from '../../shared/contract/errors.ts'
import type { FromScorer, GivenColumn, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import type { StreamedChunk } from '../data-plane/stream-columns.ts'
import { makeFeeder } from './feeds.ts'
import type { Feeder } from './feeds.ts'
import { makeScoreColumns } from '../../shared/scoring/outputs.ts'
import { openSession } from './runtime.ts'
import type { Session } from './runtime.ts'
import { batchesOf } from './spans.ts'

interface Open {
  readonly key: string
  readonly session: Session
  readonly feeder: Feeder
}

/** The model and the part of it in front of its trees. */
const most = 2
const open: Open[] = []
/** Rows a call of ONNX Runtime: more gains nothing on the CPU. */
const batchRows = 4096

async function openFor(task: ScoringTask): Promise<Open> {
  const key = JSON.stringify([task.modelPath, task.device, task.threads, task.binding])
  const known = open.find((entry) => entry.key === key)
  if (known) return known
  const session = await openSession(task.modelPath, task.device, task.threads)
  const made = { key, session, feeder: makeFeeder(session, task.binding) }
  open.push(made)
  if (open.length > most) await open.shift()!.session.release()
  return made
}

/** @throws AssayError binding/no-such-column and what scoring throws */
export async function predict(
  task: ScoringTask,
  rows: number,
  given: readonly GivenColumn[],
): Promise<Extract<FromScorer, { type: 'predicted' }>> {
  const { session, feeder } = await openFor(task)
  const chunk: StreamedChunk = {
    rows,
    from: 0,
    columns: feeder.columns.map(({ name, as }) => {
      const column = given.find((entry) => entry.name === name && entry.as === as)
      if (column) return column.values
      throw new AssayError({
        code: 'binding/no-such-column',
        message: `The rows to score have no column "${name}".`,
        remedy: 'This is a fault in Assay. Please report it with this message.',
        where: { column: name, as },
      })
    }),
  }
  const columns = makeScoreColumns(task.binding.output, rows, true)
  for (const batch of batchesOf({ task, session, feeder }, chunk, batchRows)) await batch.score(columns, batch.from)
  return {
    type: 'predicted',
    scores:
      columns.scores?.map((column) => (column instanceof Float64Array ? column : Float64Array.from(column))) ?? null,
    labels: columns.labels ? [...columns.labels] : null,
  }
}
