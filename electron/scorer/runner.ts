/** Where batches run: in this thread, or in several threads with a session each (lanes.ts). */
import type { ScoringPlan, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import type { StreamedChunk, StreamedColumn } from '../data-plane/stream-columns.ts'
import { makeFeeder } from './feeds.ts'
import { openLanes } from './lanes.ts'
import { piecesOf } from './pieces.ts'
import { openSession } from './runtime.ts'
import { batchesOf, isWide } from './spans.ts'
import type { Runner, Span } from './spans.ts'

export type RunnerKind = Pick<ScoringPlan, 'device' | 'threads' | 'lanes'>

/** The runner that can also be given rows. */
export interface SessionRunner extends Runner {
  readonly columns: readonly StreamedColumn[]
  batchesOf(piece: StreamedChunk, batchRows: number): Iterable<Span>
}

export async function openSessionRunner(task: ScoringTask, kind: Omit<RunnerKind, 'lanes'>): Promise<SessionRunner> {
  const session = await openSession(task.modelPath, kind.device, kind.threads)
  const feeder = makeFeeder(session, task.binding)
  const model = { task, session, feeder }
  return {
    wide: isWide(session, task.binding),
    depth: 1,
    columns: feeder.columns,
    batchesOf: (piece, batchRows) => batchesOf(model, piece, batchRows),
    async *spans({ batchRows, ...request }) {
      for await (const piece of piecesOf({ task, columns: feeder.columns, ...request })) {
        yield* batchesOf(model, piece, batchRows)
      }
    },
    release: () => session.release(),
  }
}

/** Lanes read for themselves; where they cannot, one session of as many threads as a lane gives the same scores. */
async function openRunner(task: ScoringTask, kind: RunnerKind): Promise<Runner> {
  const lanes = kind.lanes > 1 ? await openLanes(task, kind.lanes) : null
  return lanes ?? openSessionRunner(task, kind)
}

let kept: { readonly key: string; readonly runner: Runner } | null = null
const keyOf = (task: ScoringTask, { device, threads, lanes }: RunnerKind): string =>
  JSON.stringify([task.modelPath, task.dataPath, task.numbersPath, task.binding, device, threads, lanes])

/** Keeps a runner for the next request: planning opened it, scoring goes on with it. */
export async function keepRunner(task: ScoringTask, kind: RunnerKind, runner: Runner): Promise<void> {
  await kept?.runner.release()
  kept = { key: keyOf(task, kind), runner }
}

/** The kept runner, if it is of this kind, or a new one. */
export async function takeRunner(task: ScoringTask, kind: RunnerKind): Promise<Runner> {
  const known = kept
  kept = null
  if (known?.key === keyOf(task, kind)) return known.runner
  await known?.runner.release()
  return openRunner(task, kind)
}
