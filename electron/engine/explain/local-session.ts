/**
 * What it takes to explain one row: a scorer, the front of the graph, and the trees. Kept open for some seconds, so that
 * a person who changes values sees the answer at once.
 */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Explanation } from '../../../shared/contract/explain.ts'
import type { StreamedColumn } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'
import { readDataset, readRun } from '../records.ts'
import { Scorer } from '../scoring/ask-scorer.ts'
import { readExplanation } from './explanation-store.ts'
import { readState } from './explanation-state.ts'
import { fedColumns } from '../../../shared/explain/given-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { readEvenly } from './read-rows.ts'
import { openExplainer } from './open-explainer.ts'
import type { Explainer } from './open-explainer.ts'
import { openPredictor } from './predictor.ts'
import type { Predictor } from './predictor.ts'
import { readSubject } from './subject.ts'
import type { Subject } from './subject.ts'

export interface LocalSession {
  readonly subject: Subject
  readonly explanation: Explanation | null
  readonly columns: readonly StreamedColumn[]
  readonly predictor: Predictor
  readonly scorer: Scorer
  /** Rows of the dataset, evenly spaced; read once. */
  sample(): Promise<GivenRows>
  /** null where the run is not explained. */
  readonly explainer: Explainer | null
}

interface Kept {
  readonly key: string
  readonly session: Promise<LocalSession>
  readonly abort: AbortController
  timer: NodeJS.Timeout | undefined
  users: number
}

const idleMs = 20_000
const sampleRows = 5000
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
    // A scorer that died, or a session that did not open, must not stay. What was asked wrongly harms neither.
    if (error instanceof AssayError && error.code.startsWith('explain/')) throw error
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
  await session.explainer?.close()
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
    const predictor = await openPredictor(engine, subject, scorer)
    const columns = fedColumns(subject.version, subject.binding)
    let sample: Promise<GivenRows> | null = null
    return {
      subject,
      explanation,
      scorer,
      columns,
      predictor,
      sample: () => (sample ??= readEvenly(engine, subject.dataset, columns, sampleRows)),
      explainer:
        explanation &&
        (await openExplainer({
          engine,
          subject,
          scorer,
          predictor,
          explained: explanation,
          exact: explanation.stateSha256 === null ? null : await readState(engine, explanation.stateSha256),
          reference: readDataset(engine.workspace.ledger, explanation.reference.datasetId),
          signal,
        })),
    }
  } catch (error) {
    scorer.stop()
    throw error
  }
}
