/**
 * A small regression tree that imitates a model's score (Craven and Shavlik 1996), and how well it does so on rows that
 * it was not grown on: a picture of the model that fits on a page, with its fidelity.
 */
import type { Metric } from '../contract/evidence.ts'
import { z95 } from '../statistics/normal.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { mapTo } from '../statistics/map-to.ts'

export interface SurrogateColumn {
  readonly name: string
  /** Numbers (NaN where missing) or texts; as many as there are rows. */
  readonly values: ArrayLike<number> | readonly (string | null)[]
  readonly isNumber: boolean
}

export interface SurrogateNode {
  readonly depth: number
  /** null at a leaf. */
  readonly column: string | null
  /** What the rows of the first branch have, for example "at most 12" or "one of a, b"; empty at a leaf. */
  readonly test: string
  readonly n: number
  readonly mean: number
}

export interface Surrogate {
  readonly fidelity: Metric
  readonly depth: number
  /** Depth first: a node, its first branch, its second. */
  readonly nodes: SurrogateNode[]
}

interface Grown {
  readonly node: Omit<SurrogateNode, 'depth'>
  readonly goesFirst: ((row: number) => boolean) | null
  readonly branches: readonly Grown[]
}

const cutPoints = 32
const mostCategories = 64

/**
 * @param scores One a row.
 * @param depth Levels of tests.
 * @returns null where the scores do not vary.
 */
export function growSurrogate(columns: readonly SurrogateColumn[], scores: Float64Array, depth = 4): Surrogate | null {
  // Every second row grows the tree, the others judge it.
  const grow = [...scores.keys()].filter((row) => row % 2 === 0)
  const judge = [...scores.keys()].filter((row) => row % 2 === 1)
  if (judge.length < 20) return null
  const mean = meanOf(scores, grow)
  if (judgeBy(judge, scores, () => mean, null) === null) return null
  const least = Math.max(10, Math.ceil(grow.length / 100))
  const tree = growNode(columns, scores, grow, depth, least)
  const nodes: SurrogateNode[] = []
  const list = (grown: Grown, at: number): void => {
    nodes.push({ depth: at, ...grown.node })
    for (const branch of grown.branches) list(branch, at + 1)
  }
  list(tree, 0)
  const predict = (row: number): number => {
    let at = tree
    while (at.goesFirst) at = at.branches[at.goesFirst(row) ? 0 : 1]!
    return at.node.mean
  }
  return {
    fidelity: judgeBy(judge, scores, predict, 'delta method over rows not used to grow the tree')!,
    depth: Math.max(...nodes.map((node) => node.depth)),
    nodes,
  }
}

function meanOf(scores: Float64Array, rows: readonly number[]): number {
  let sum = 0
  for (const row of rows) sum += scores[row]!
  return sum / rows.length
}

/** R² with its interval from the rows' influences on it; null where the scores do not vary. */
function judgeBy(
  rows: readonly number[],
  scores: Float64Array,
  predict: (row: number) => number,
  method: string | null,
): Metric | null {
  const n = rows.length
  const mean = meanOf(scores, rows)
  let error = 0
  let spread = 0
  for (const row of rows) {
    error += (scores[row]! - predict(row)) ** 2 / n
    spread += (scores[row]! - mean) ** 2 / n
  }
  if (!(spread > 1e-24)) return null
  const ratio = error / spread
  let squares = 0
  for (const row of rows) {
    const influence = ((scores[row]! - predict(row)) ** 2 - ratio * (scores[row]! - mean) ** 2) / spread
    squares += influence * influence
  }
  const half = z95 * Math.sqrt(squares / n / Math.max(1, n - 1))
  return { value: 1 - ratio, low: 1 - ratio - half, high: Math.min(1, 1 - ratio + half), n, method }
}

function growNode(
  columns: readonly SurrogateColumn[],
  scores: Float64Array,
  rows: readonly number[],
  left: number,
  least: number,
): Grown {
  const mean = meanOf(scores, rows)
  const leaf = (): Grown => ({
    node: { column: null, test: '', n: rows.length, mean },
    goesFirst: null,
    branches: [],
  })
  if (left === 0 || rows.length < 2 * least) return leaf()
  let best: { gain: number; column: SurrogateColumn; test: string; goesFirst: (row: number) => boolean } | null = null
  for (const column of columns) {
    const found = column.isNumber
      ? bestCut(column.values as ArrayLike<number>, scores, rows, mean, least)
      : bestSet(column.values as readonly (string | null)[], scores, rows, mean, least)
    if (found && (!best || found.gain > best.gain)) best = { ...found, column }
  }
  if (!best || best.gain <= 1e-12 * rows.length) return leaf()
  const first = rows.filter(best.goesFirst)
  const second = rows.filter((row) => !best.goesFirst(row))
  return {
    node: { column: best.column.name, test: best.test, n: rows.length, mean },
    goesFirst: best.goesFirst,
    branches: [first, second].map((part) => growNode(columns, scores, part, left - 1, least)),
  }
}

interface Split {
  readonly gain: number
  readonly test: string
  readonly goesFirst: (row: number) => boolean
}

/** The gain in explained squares of a split into n and the rest, from the first part's sum of deviations. */
const gainOf = (n: number, sum: number, rows: number): number => (sum * sum) / n + (sum * sum) / (rows - n)

/** Missing numbers go with the second branch. */
function bestCut(
  values: ArrayLike<number>,
  scores: Float64Array,
  rows: readonly number[],
  mean: number,
  least: number,
): Split | null {
  const sorted = mapTo(Float64Array, rows, (row) => values[row]!)
    .filter(Number.isFinite)
    .sort()
  if (sorted.length < 2) return null
  const cuts = [
    ...new Set(Array.from({ length: cutPoints }, (_, k) => quantileOfSorted(sorted, (k + 0.5) / cutPoints))),
  ]
  const counts = new Float64Array(cuts.length)
  const sums = new Float64Array(cuts.length)
  for (const row of rows) {
    const value = values[row]!
    let place = 0
    while (place < cuts.length && !(value <= cuts[place]!)) place++
    if (place === cuts.length) continue
    counts[place]!++
    sums[place]! += scores[row]! - mean
  }
  let best: { gain: number; cut: number } | null = null
  let n = 0
  let sum = 0
  cuts.forEach((cut, k) => {
    n += counts[k]!
    sum += sums[k]!
    if (n < least || rows.length - n < least) return
    const gain = gainOf(n, sum, rows.length)
    if (!best || gain > best.gain) best = { gain, cut }
  })
  if (!best) return null
  const { gain, cut } = best as { gain: number; cut: number }
  return { gain, test: `at most ${Number(cut.toPrecision(5))}`, goesFirst: (row) => values[row]! <= cut }
}

/** Categories in the order of their mean score: the best set is one of its beginnings (Breiman et al. 1984). */
function bestSet(
  values: readonly (string | null)[],
  scores: Float64Array,
  rows: readonly number[],
  mean: number,
  least: number,
): Split | null {
  const groups = new Map<string, { n: number; sum: number }>()
  for (const row of rows) {
    const key = values[row] ?? ''
    const group = groups.get(key) ?? { n: 0, sum: 0 }
    group.n++
    group.sum += scores[row]! - mean
    groups.set(key, group)
  }
  if (groups.size < 2 || groups.size > mostCategories) return null
  const ordered = [...groups].sort(([, a], [, b]) => a.sum / a.n - b.sum / b.n)
  let best: { gain: number; size: number } | null = null
  let n = 0
  let sum = 0
  ordered.slice(0, -1).forEach(([, group], k) => {
    n += group.n
    sum += group.sum
    if (n < least || rows.length - n < least) return
    const gain = gainOf(n, sum, rows.length)
    if (!best || gain > best.gain) best = { gain, size: k + 1 }
  })
  if (!best) return null
  const { gain, size } = best as { gain: number; size: number }
  const names = ordered.slice(0, size).map(([name]) => name)
  const set = new Set(names)
  const shown = names.slice(0, 6).map((name) => (name === '' ? 'missing' : name))
  return {
    gain,
    test: `${names.length === 1 ? '' : 'one of '}${shown.join(', ')}${names.length > 6 ? ' …' : ''}`,
    goesFirst: (row) => set.has(values[row] ?? ''),
  }
}
