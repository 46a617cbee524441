/** Explains rows held in memory as the run's rows were explained: by the trees or the linear operator, or by sampling. */
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Explanation } from '../../../shared/contract/explain.ts'
import { playersOf } from '../../../shared/explain/graph/exact-core.ts'
import type { ExactCore } from '../../../shared/explain/graph/exact-core.ts'
import { fedColumns } from '../../../shared/explain/given-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { affordableSamples, explainBySampling } from '../../../shared/explain/sampling/sampled-rows.ts'
import type { Engine } from '../engine.ts'
import type { Scorer } from '../scoring/ask-scorer.ts'
import { sampledBackground } from './attribute-rows.ts'
import { openFront } from './front.ts'
import type { Front } from './front.ts'
import type { Predictor } from './predictor.ts'
import { readEvenly } from './read-rows.ts'
import { RowPool } from './row-pool.ts'
import type { Reference } from './row-worker.ts'
import type { Subject } from './subject.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

/** As if so many rows were explained at once: one row alone is not given the time of all of them. */
const leastShared = 20

export interface Attributions {
  readonly base: Float64Array
  /** Output k of row r at k × rows + r. */
  readonly margins: Float64Array
  /** Output k, player p, row r at (k × players + p) × rows + r. */
  readonly values: Float64Array
  /** Standard errors of `values`, where they are sampled. */
  readonly errors: Float64Array | null
}

export interface Explainer {
  explain(rows: GivenRows): Promise<Attributions>
  close(): Promise<void>
}

export interface ExplainerRequest {
  readonly engine: Engine
  readonly subject: Subject
  readonly scorer: Scorer
  readonly predictor: Predictor
  readonly explained: Pick<Explanation, 'method' | 'seed'>
  /** Covers, means or background of an exact method; null where rows are sampled. */
  readonly exact: Reference | null
  /** Whose rows absent columns take their values from, where rows are sampled. */
  readonly reference: Dataset
  readonly signal: AbortSignal
}

export async function openExplainer(request: ExplainerRequest): Promise<Explainer> {
  const { subject, exact } = request
  return exact && subject.core ? openExact(request, subject.core, exact) : openSampled(request)
}

async function openExact(request: ExplainerRequest, core: ExactCore, reference: Reference): Promise<Explainer> {
  const { engine, subject, scorer, signal } = request
  const front = await openFront(engine, subject, core, scorer)
  const players = playersOf(core, front.width, subject.columns)
  const explained =
    core.kind === 'trees'
      ? { kind: 'trees' as const, ensemble: core.ensemble }
      : { kind: 'linear' as const, linear: core.linear }
  const data = { explainRows: { ...explained, players: { count: players.count, ofInput: players.ofInput } } }
  const pool = new RowPool(engine.workerPath, 1, data, signal)
  const base = await pool.begin(reference)
  const isWide = core.kind === 'linear' || core.ensemble.wide
  return {
    explain: async (rows) => {
      const inputs = await coreInputs(front, scorer, rows)
      const columns = inputs.map((column) => (isWide ? Float64Array.from(column) : Float32Array.from(column)))
      const { values, margins } = await pool.explain({ rows: rows.rows, columns })
      return { base, margins, values, errors: null }
    },
    close: async () => {
      await pool.close()
      await front.close()
    },
  }
}

async function coreInputs(front: Front, scorer: Scorer, rows: GivenRows): Promise<ArrayLike<number>[]> {
  if (front.task) {
    const request = { type: 'predict' as const, task: front.task, rows: rows.rows, columns: [...rows.columns] }
    return [...(await scorer.ask(request, 'predicted')).scores!]
  }
  return front.direct!.map(({ name }) => {
    const { values } = rows.columns.find((entry) => entry.name === name)!
    return mapTo(Float64Array, values as ArrayLike<number | bigint>, Number)
  })
}

async function openSampled(request: ExplainerRequest): Promise<Explainer> {
  const { engine, subject, predictor, explained, reference, signal } = request
  const { method, seed } = explained
  const sampler = method === 'kernel' ? 'kernel' : 'permutation'
  let background: GivenRows | null = null
  return {
    explain: async (rows) => {
      background ??= await readEvenly(
        engine,
        reference,
        fedColumns(subject.version, subject.binding),
        sampledBackground,
      )
      const found = await explainBySampling({
        method: method === 'exact' ? method : sampler,
        names: predictor.names,
        predict: (columns, n) => predictor.predict(columns, n, signal),
        columns: subject.columns,
        rows,
        background,
        seed,
        most: affordableSamples(sampler, subject.columns.length, Math.max(leastShared, rows.rows)),
        context: { signal, progress: () => undefined },
      })
      return { base: found.base, margins: found.scores, values: found.values, errors: found.errors }
    },
    close: async () => undefined,
  }
}
