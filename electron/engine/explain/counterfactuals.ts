/**
 * Small changes that carry a row to another decision, or a prediction into a range. Values come from the data, so that
 * each change is one that was seen; a beam search over one, two and three changed columns is scored in a handful of
 * calls of the model, and then each number goes back as near to the row's own as the goal allows.
 */
import type {
  Counterfactual,
  CounterfactualRequest,
  Counterfactuals,
} from '../../../shared/contract/explain-turning.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { pick, pickRows } from '../../../shared/explain/given-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { makeRowDistance } from '../../../shared/explain/row-distance.ts'
import type { RowDistance } from '../../../shared/explain/row-distance.ts'
import { valueText } from '../../../shared/explain/value-text.ts'
import { quantileOfSorted } from '../../../shared/statistics/quantile.ts'
import type { Engine } from '../engine.ts'
import { candidatesOf } from './candidates.ts'
import type { Candidates, Change } from './candidates.ts'
import { openDecisions } from './decisions.ts'
import { makeGoal } from './goal.ts'
import type { ReachedGoal } from './goal.ts'
import { withLocalSession } from './local-session.ts'
import type { Predictor } from './predictor.ts'
import { readRow } from './read-rows.ts'

const beam = 40
const mostChanged = 3
/** Halvings of the way back to the row's own value. */
const halvings = 7
/** Rows that say what is plausible, and how many of them say what is usual. */
const plausibleRows = 2000
const usualRows = 100

interface Found {
  readonly changes: readonly Change[]
  readonly score: number
}

const costOf = (changes: readonly Change[]): number => changes.reduce((sum, change) => sum + change.cost, 0)
const columnsOf = (changes: readonly Change[]): string => changes.map((change) => change.column).join()

/** @throws AssayError explain/no-such-row, explain/no-such-column, explain/bad-bound, explain/bad-goal */
export async function findCounterfactuals(engine: Engine, request: CounterfactualRequest): Promise<Counterfactuals> {
  const started = performance.now()
  return withLocalSession(engine, request.id, async ({ subject, columns, predictor, sample }) => {
    const given = await readRow(engine, subject.dataset, columns, request.row)
    const data = await sample()
    const distance = makeRowDistance(data)
    const candidates = candidatesOf(given, data, distance, request)
    const decisions = await openDecisions(engine, request.id, subject)
    const goal = makeGoal(decisions, await predictor.predict(given.columns, 1), request.goal)
    const searched = await search(predictor, given, candidates, goal, request.wanted)
    // Three times as many as are wanted, because some are not plausible.
    const kept = diverse(searched.found, 3 * request.wanted)
    const refined = await refine(predictor, given, candidates, goal, kept)
    const { usual, nearestOf } = await plausibility(predictor, data, distance, goal)
    const judged = refined.map((one) => {
      const nearest = nearestOf(asRows(given, one.changes))
      return { ...one, nearest, plausible: nearest === null ? null : nearest <= usual! }
    })
    const best = diverse(judged, request.wanted)
    return {
      found: best
        .sort((a, b) => costOf(a.changes) - costOf(b.changes))
        .map((one): Counterfactual => ({
          changes: one.changes.map((change) => ({
            column: given.columns[change.column]!.name,
            from: valueText(given.columns[change.column]!.values[0]),
            to: valueText(change.value),
          })),
          score: one.score,
          distance: costOf(one.changes),
          nearest: one.nearest,
          plausible: one.plausible,
        })),
      tried: searched.tried,
      usual,
      elapsedMs: performance.now() - started,
    }
  })
}

async function search(
  predictor: Predictor,
  given: GivenRows,
  { single }: Candidates,
  goal: ReachedGoal,
  wanted: number,
): Promise<{ found: Found[]; tried: number }> {
  let tried = 0
  const found: Found[] = []
  // Changes that reach the goal by themselves: more with them would be idle.
  const enough = new Set<Change>()
  let front: (readonly Change[])[] = [[]]
  const sets = new Set<string>()
  // Different sets of columns are worth more than other values of the same ones.
  for (let changed = 1; changed <= mostChanged && sets.size < wanted; changed++) {
    const next = front.flatMap((list) =>
      single
        .filter((change) => !enough.has(change) && list.every((one) => one.column < change.column))
        .map((change) => [...list, change]),
    )
    if (next.length === 0) break
    const scores = await predictor.predict(apply(given, next), next.length)
    tried += next.length
    const open: { list: readonly Change[]; value: number }[] = []
    next.forEach((changes, k) => {
      if (!goal.isReached(scores, k)) {
        open.push({ list: changes, value: goal.progress(scores, k) - 0.02 * costOf(changes) })
        return
      }
      sets.add(columnsOf(changes))
      if (changes.length === 1) enough.add(changes[0]!)
      found.push({ changes, score: goal.scoreOf(scores, k) })
    })
    front = open
      .sort((a, b) => b.value - a.value)
      .slice(0, beam)
      .map(({ list }) => list)
  }
  return { found, tried }
}

/** Numbers go back towards the row's own by halving the way, as long as the goal stays reached. */
async function refine(
  predictor: Predictor,
  given: GivenRows,
  { valuesBetween, at }: Candidates,
  goal: ReachedGoal,
  found: readonly Found[],
): Promise<Found[]> {
  const current = found.map(({ changes, score }) => ({ changes: [...changes], score }))
  for (let place = 0; place < mostChanged; place++) {
    // Each has the values from its own (excluded) to the change (included): low is known not to do, high to do.
    const ways = current.map(({ changes }) => {
      const values = changes[place] ? valuesBetween(changes[place]!) : []
      return { values, low: -1, high: values.length - 1 }
    })
    for (let step = 0; step < halvings; step++) {
      const open = ways.flatMap((way, k) => (way.high - way.low > 1 ? [k] : []))
      if (open.length === 0) break
      const tries = open.map((k) => {
        const { values, low, high } = ways[k]!
        const middle = (low + high) >> 1
        const changes = [...current[k]!.changes]
        changes[place] = at(changes[place]!.column, values[middle]!)
        return { k, middle, changes }
      })
      const scores = await predictor.predict(
        apply(
          given,
          tries.map(({ changes }) => changes),
        ),
        tries.length,
      )
      tries.forEach(({ k, middle, changes }, t) => {
        if (goal.isReached(scores, t)) {
          ways[k]!.high = middle
          current[k] = { changes, score: goal.scoreOf(scores, t) }
        } else ways[k]!.low = middle
      })
    }
  }
  return current
}

/** How near a changed row is to rows of the data that the model decides as wanted. */
async function plausibility(
  predictor: Predictor,
  data: GivenRows,
  distance: RowDistance,
  goal: ReachedGoal,
): Promise<{ usual: number | null; nearestOf(rows: GivenRows): number | null }> {
  const scores = await predictor.predict(data.columns, data.rows)
  const places: number[] = []
  for (let row = 0; row < data.rows && places.length < plausibleRows; row++) {
    if (goal.isReached(scores, row)) places.push(row)
  }
  if (places.length < 20) return { usual: null, nearestOf: () => null }
  const like = pickRows(data, places)
  const nearest = (rows: GivenRows, row: number, except = -1): number => {
    let best = Infinity
    for (let other = 0; other < like.rows; other++) {
      if (other !== except) best = Math.min(best, distance.between(rows, row, like, other, best))
    }
    return best
  }
  const step = Math.max(1, Math.floor(like.rows / usualRows))
  const own = Float64Array.from({ length: Math.floor(like.rows / step) }, (_, k) => nearest(like, k * step, k * step))
  return { usual: quantileOfSorted(own.sort(), 0.95), nearestOf: (rows) => nearest(rows, 0) }
}

function apply(given: GivenRows, lists: readonly (readonly Change[])[]): GivenColumn[] {
  return given.columns.map((column, place): GivenColumn => {
    const values = pick(column.values, new Uint8Array(lists.length))
    lists.forEach((list, k) => {
      for (const change of list) if (change.column === place) (values as unknown[])[k] = change.value
    })
    return { ...column, values }
  })
}

const asRows = (given: GivenRows, changes: readonly Change[]): GivenRows => ({
  ...given,
  columns: apply(given, [changes]),
})

/** The cheapest of each set of columns first, plausible before not, then the next cheapest. */
function diverse<T extends { readonly changes: readonly Change[]; readonly plausible?: boolean | null }>(
  found: readonly T[],
  wanted: number,
): T[] {
  const unlikely = (one: T): number => (one.plausible === false ? 1 : 0)
  const sorted = [...found].sort(
    (a, b) => unlikely(a) - unlikely(b) || a.changes.length - b.changes.length || costOf(a.changes) - costOf(b.changes),
  )
  const seen = new Set<string>()
  const same = new Set<string>()
  const first: T[] = []
  const rest: T[] = []
  for (const one of sorted) {
    // Two that were refined to the same values are one.
    const exact = one.changes.map((change) => `${change.column}=${String(change.value)}`).join()
    if (same.has(exact)) continue
    same.add(exact)
    const key = columnsOf(one.changes)
    if (seen.has(key)) rest.push(one)
    else first.push(one)
    seen.add(key)
  }
  return [...first, ...rest].slice(0, wanted)
}
