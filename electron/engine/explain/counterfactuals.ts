/**
 * Small changes that carry a row to the other side of the decision. Values come from the data, so that each change is one
 * that was seen; a beam search over one, two and three changed columns is scored in a handful of calls of the model.
 */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Counterfactual } from '../../../shared/contract/explain.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { quantileOfSorted } from '../../../shared/statistics/quantile.ts'
import { valueText } from '../../../shared/explain/value-text.ts'
import type { Engine } from '../engine.ts'
import { pick } from '../../../shared/explain/given-rows.ts'
import { readEvenly, readRow } from './read-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { withLocalSession } from './local-session.ts'
import { scorePlaces } from '../../../shared/explain/score-places.ts'
import { readEvidence } from '../evaluation/evidence-store.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

const sampleRows = 5000
const gridSize = 16
const beam = 40
const mostChanged = 3

interface Change {
  readonly column: number
  readonly value: unknown
  readonly cost: number
}

export interface CounterfactualRequest {
  readonly id: RunId
  readonly row: number
  readonly fixed: readonly string[]
  readonly wanted: number
}

/** @throws AssayError explain/counterfactual-regression, explain/no-such-row */
export async function findCounterfactuals(
  engine: Engine,
  { id, row, fixed, wanted }: CounterfactualRequest,
): Promise<{ found: Counterfactual[]; tried: number }> {
  return withLocalSession(engine, id, async ({ subject, columns, predictor }) => {
    const { output } = subject.binding
    if (givesOneNumber(output.task)) {
      throw new AssayError({
        code: 'explain/counterfactual-regression',
        message: 'A regression has no decision that a change could turn.',
        remedy: 'Change values in the what-if editor instead.',
      })
    }
    const given = await readRow(engine, subject.dataset, columns, row)
    const data = await readEvenly(engine, subject.dataset, columns, sampleRows)
    const threshold = await decisionThreshold(engine, id)
    const [positive = 0] = scorePlaces(subject.binding.output)
    const decide = (scores: readonly Float64Array[], k: number): number => {
      if (output.task === 'binary') return scores[positive]![k]! >= threshold ? 1 : 0
      let best = 0
      for (let c = 1; c < scores.length; c++) if (scores[c]![k]! > scores[best]![k]!) best = c
      return best
    }
    const before = await predictor.predictAll(given.columns, 1)
    const decided = decide(before, 0)
    // How far a candidate has come: the score of the side that it should reach.
    const progress = (scores: readonly Float64Array[], k: number): number => {
      if (output.task === 'binary') return decided === 1 ? -scores[positive]![k]! : scores[positive]![k]!
      return -scores[decided]![k]!
    }
    const single = candidates(given, data, new Set(fixed))
    let tried = 0
    const found: { changes: readonly Change[]; score: number; cost: number }[] = []
    // Changes that turn the decision by themselves: more with them would be idle.
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
      const scores = await predictor.predictAll(apply(given, next), next.length)
      tried += next.length
      const open: { list: readonly Change[]; value: number }[] = []
      next.forEach((list, k) => {
        const cost = list.reduce((sum, change) => sum + change.cost, 0)
        if (decide(scores, k) === decided) open.push({ list, value: progress(scores, k) - 0.02 * cost })
        else {
          sets.add(columnsOf(list))
          if (list.length === 1) enough.add(list[0]!)
          found.push({
            changes: list,
            cost,
            score: scores[output.task === 'binary' ? positive : decide(scores, k)]![k]!,
          })
        }
      })
      front = open
        .sort((a, b) => b.value - a.value)
        .slice(0, beam)
        .map(({ list }) => list)
    }
    return { found: diverse(found, wanted).map((one) => describe(given, one)), tried }
  })
}

async function decisionThreshold(engine: Engine, id: RunId): Promise<number> {
  const { evidence } = await readEvidence(engine, id)
  return evidence.detail.kind === 'binary' ? evidence.detail.threshold : 0.5
}

const columnsOf = (changes: readonly Change[]): string => changes.map((change) => change.column).join()

/** Every change of one column to a value of the data, with its cost. */
function candidates(given: GivenRows, data: GivenRows, fixed: ReadonlySet<string>): Change[] {
  return given.columns.flatMap((column, place): Change[] => {
    if (fixed.has(column.name) || column.as === 'blob') return []
    const own = column.values[0] as unknown
    const seen = data.columns[place]!.values
    if (column.as === 'string') {
      const distinct = new Set(seen as (string | null)[])
      return [...distinct]
        .filter((value) => value !== null && value !== own)
        .slice(0, gridSize)
        .map((value) => ({ column: place, value, cost: 1 }))
    }
    const sorted = Float64Array.from(seen as ArrayLike<number | bigint>, Number)
      .filter(Number.isFinite)
      .sort()
    if (sorted.length < 2) return []
    // The middle half of the data as the unit of a change.
    const spread = quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25) || sorted.at(-1)! - sorted[0]! || 1
    const values = new Set(
      Array.from({ length: gridSize }, (_, k) => sorted[Math.round((k / (gridSize - 1)) * (sorted.length - 1))]!),
    )
    const from = Number(own)
    return [...values]
      .filter((value) => value !== from)
      .map((value) => ({
        column: place,
        value: column.as === 'bigint' ? BigInt(value) : value,
        cost: Number.isFinite(from) ? Math.abs(value - from) / spread : 1,
      }))
  })
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

/** The cheapest of each set of columns first, then the next cheapest. */
function diverse<T extends { readonly changes: readonly Change[]; readonly cost: number }>(
  found: readonly T[],
  wanted: number,
): T[] {
  const sorted = [...found].sort((a, b) => a.changes.length - b.changes.length || a.cost - b.cost)
  const seen = new Set<string>()
  const first: T[] = []
  const rest: T[] = []
  for (const one of sorted) {
    const key = columnsOf(one.changes)
    if (seen.has(key)) rest.push(one)
    else first.push(one)
    seen.add(key)
  }
  return [...first, ...rest].slice(0, wanted).sort((a, b) => a.cost - b.cost)
}

function describe(
  given: GivenRows,
  { changes, score, cost }: { changes: readonly Change[]; score: number; cost: number },
): Counterfactual {
  return {
    changes: changes.map((change) => ({
      column: given.columns[change.column]!.name,
      from: valueText(given.columns[change.column]!.values[0]),
      to: valueText(change.value),
    })),
    score,
    distance: cost,
  }
}
