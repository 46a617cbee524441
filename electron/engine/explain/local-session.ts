/**
 * What it takes to explain one row: a scorer, the front of the graph, and the trees. Kept open for some seconds, so that
 * a person who changes values sees the answer at once.
 */
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Explanation } from '../../../shared/contract/explain.ts'
import type { StreamedColumn } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'
import { readRun } from '../records.ts'
import { Scorer } from '../scoring/ask-scorer.ts'
import { readExplanation } from './explanation-store.ts'
import { readState } from './explanation-state.ts'
import { openFront } from './front.ts'
import type { Front } from './front.ts'
import { fedColumns } from '../../../shared/explain/given-rows.ts'
import { openPredictor } from './predictor.ts'
import type { Predictor } from './predictor.ts'
import { RowPool } from './row-pool.ts'
import { playersOf } from '../../../shared/explain/graph/exact-core.ts'
import { readSubject } from './subject.ts'
import type { ExactCore } from '../../../shared/explain/graph/exact-core.ts'
import type { Subject } from './subject.ts'

export interface LocalSession {
  readonly subject: Subject
  readonly explanation: Explanation | null
  readonly columns: readonly StreamedColumn[]
  readonly predictor: Predictor
  readonly scorer: Scorer
  readonly exact: {
    readonly core: ExactCore
    readonly front: Front
    readonly pool: RowPool
    readonly base: Float64Array
    readonly players: number
  } | null
}

interface Kept {
  readonly key: string
  readonly session: Promise<LocalSession>
  readonly abort: AbortController
  timer: NodeJS.Timeout | undefined
  users: number
}

const idleMs = 20_000
const kept = new WeakMap<Engine, Kept>()

/** Opens a session, or goes on with the one that is open for this run and explanation. */
export async function withLocalSession<T>(
  engine: Engine,
  id: RunId,
  work: (session: LocalSession) => Promise<T>,
): Promise<T> {
  const key = `${id} ${readRun(engine.workspace.ledger, id).evidenceSha256 ?? ''}`
  let entry = kept.get(engine)
  if (entry?.key !== key) {
    if (entry && entry.users === 0) void closeEntry(engine, entry)
    const abort = new AbortController()
    entry = { key, session: openSession(engine, id, abort.signal), abort, timer: undefined, users: 0 }
    kept.set(engine, entry)
  }
  const mine = entry
  clearTimeout(mine.timer)
  mine.users++
  try {
    return await work(await mine.session)
  } catch (error) {
    // A scorer that died, or a session that did not open, must not stay.
    if (kept.get(engine) === mine) kept.delete(engine)
    void closeEntry(engine, mine)
    throw error
  } finally {
    mine.users--
    if (kept.get(engine) !== mine) void closeEntry(engine, mine)
    else {
      mine.timer = setTimeout(() => void closeEntry(engine, mine), idleMs)
      mine.timer.unref()
    }
  }
}

async function closeEntry(engine: Engine, entry: Kept): Promise<void> {
  clearTimeout(entry.timer)
  if (kept.get(engine) === entry) kept.delete(engine)
  const session = await entry.session.catch(() => null)
  if (!session) return
  session.scorer.stop()
  await session.exact?.pool.close()
  await session.exact?.front.close()
}

/** Ends what is kept open; a command line must, or its process would stay. */
export async function closeLocalSession(engine: Engine): Promise<void> {
  const entry = kept.get(engine)
  if (entry) await closeEntry(engine, entry)
}

async function openSession(engine: Engine, id: RunId, signal: AbortSignal): Promise<LocalSession> {
  const subject = await readSubject(engine, id)
  const explanation = subject.run.evidenceSha256 === null ? null : await readExplanation(engine, id)
  const scorer = await Scorer.start(engine.launcher)
  try {
    return {
      subject,
      explanation,
      scorer,
      columns: fedColumns(subject.version, subject.binding),
      predictor: await openPredictor(engine, subject, scorer),
      exact: await openExact(engine, subject, explanation, scorer, signal),
    }
  } catch (error) {
    scorer.stop()
    throw error
  }
}

async function openExact(
  engine: Engine,
  subject: Subject,
  explanation: Explanation | null,
  scorer: Scorer,
  signal: AbortSignal,
): Promise<LocalSession['exact']> {
  const { core } = subject
  if (!core || !explanation?.stateSha256) return null
  const front = await openFront(engine, subject, core, scorer)
  const players = playersOf(core, front.width, subject.columns)
  const explained =
    core.kind === 'trees'
      ? { kind: 'trees' as const, ensemble: core.ensemble }
      : { kind: 'linear' as const, linear: core.linear }
  const data = { explainRows: { ...explained, players: { count: players.count, ofInput: players.ofInput } } }
  const pool = new RowPool(engine.workerPath, 1, data, signal)
  const base = await pool.begin(await readState(engine, explanation.stateSha256))
  return { core, front, pool, base, players: players.count }
}
