/** Rows that are scored at one go: a batch of a session, or the batches that a lane runs on its own. */
import { AssayError } from '../../shared/contract/errors.ts'
import type { ScoringTask } from '../../shared/contract/scorer-messages.ts'
import { readOutputs } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { runtimeMessage } from '../../shared/scoring/runtime-message.ts'
import type { StreamedChunk } from '../data-plane/stream-columns.ts'
import type { Feeder } from './feeds.ts'
import type { Session } from './runtime.ts'

export interface Span {
  /** Number of the first row in the dataset. */
  readonly from: number
  readonly rows: number
  /**
   * Scores the rows into the columns, from place `at` on, and gives how many missing texts the model was given. To be
   * called before the next span is asked for, whose rows may lie in the same memory.
   */
  score(into: ScoreColumns, at: number): Promise<number>
}

/** Rows [from, to) of the task's dataset, and where they are cut. */
export interface Cut {
  readonly from: number
  readonly to: number
  readonly batchRows: number
  /** Rows that are read at a time: whole batches. */
  readonly readRows: number
}

export interface Runner {
  /** As `isWide` says. */
  readonly wide: boolean
  /** Spans that may be under way at once. */
  readonly depth: number
  spans(cut: Cut): AsyncIterable<Span> | Iterable<Span>
  release(): Promise<void>
}

/** A model that is open in this thread, and what turns rows into its inputs. */
export interface OpenModel {
  readonly task: Pick<ScoringTask, 'binding'>
  readonly session: Session
  readonly feeder: Feeder
}

/** Whether any score tensor is float64, which float32 columns would cut. */
export function isWide(session: Pick<Session, 'outputMetadata'>, { output }: ScoringTask['binding']): boolean {
  const scores = new Set(output.score ?? [])
  return session.outputMetadata.some((meta) => meta.isTensor && scores.has(meta.name) && meta.type !== 'float32')
}

/** Names of the outputs that the binding reads; the others are not computed where the graph allows it. */
function fetchesOf({ score, label }: ScoringTask['binding']['output']): string[] {
  return [...new Set([...(score ?? []), ...(label === null ? [] : [label])])]
}

/** The batches of a piece of rows, in order; a batch of fixed size is padded with the last row. */
export function* batchesOf(
  { task, session, feeder }: OpenModel,
  piece: StreamedChunk,
  batchRows: number,
): Generator<Span> {
  const { output, fixedBatch } = task.binding
  const fetches = fetchesOf(output)
  const step = fixedBatch ?? batchRows
  for (let at = 0; at < piece.rows; at += step) {
    const rows = Math.min(step, piece.rows - at)
    const batch = fixedBatch ?? rows
    const from = piece.from + at
    const score: Span['score'] = async (into, place) => {
      const before = feeder.missingText()
      // Read before this first waits.
      const feeds = feeder.build(piece, at, rows, batch)
      const missing = feeder.missingText() - before
      readOutputs(await run(session, feeds, fetches, from, rows), output, rows, batch, into, place)
      return missing
    }
    yield { from, rows, score }
  }
}

/** Runs one batch; what ONNX Runtime throws becomes a coded error that names the rows. */
async function run(
  session: Session,
  feeds: ReturnType<Feeder['build']>,
  fetches: string[],
  from: number,
  rows: number,
): ReturnType<Session['run']> {
  try {
    return await session.run(feeds, fetches)
  } catch (error) {
    throw new AssayError({
      code: 'score/run-failed',
      message: `The model failed on rows ${from + 1} to ${from + rows}: ${runtimeMessage(error)}`,
      remedy: 'Check the binding (columns, their order and types) against what the model was trained on.',
      where: { firstRow: from + 1, rows },
    })
  }
}
