/**
 * A small tree as a baseline: at most four levels of tests, each the one that leaves the least Gini impurity or squared
 * error (Breiman, Friedman, Olshen and Stone 1984). Columns are cut into at most 64 ranges once, so that a node costs one
 * pass over its rows.
 */
import { createRandom } from '../statistics/random.ts'
import type { Baseline, BaselineInput } from './baselines.ts'
import type { Design, DesignRows } from './linear-design.ts'

const levels = 4
const mostRanges = 64
/** Rows that the edges of the ranges are taken from. */
const edgeRows = 20_000
const leastRows = 20
const leastShare = 0.005

/** The code of each row in one column: 0 where it is missing or unknown. */
interface CodedColumn {
  readonly codes: Uint8Array
  readonly size: number
  /** Whether codes have an order. */
  readonly ordered: boolean
}

/** A test of one column, or a leaf. */
interface Node {
  readonly column: number
  /** 1 for each code that goes to the first branch. */
  readonly first: Uint8Array
  readonly branches: readonly [Node, Node] | null
  /** Means of the answers, one an output. */
  readonly means: Float64Array
}

/** The value of a number column in a row, NaN where it is missing, from its slot. */
const numberAt = (rows: DesignRows, slot: number): number => (rows.index[slot]! < 0 ? NaN : rows.value[slot]!)

/** First slot of each column: a number that may be missing takes two. */
function slotsOf({ columns }: Design): number[] {
  let slot = 0
  return columns.map((column) => {
    const own = slot
    slot += column.kind === 'number' && column.missing ? 2 : 1
    return own
  })
}

/** Rising edges: a value's code is 1 and the number of edges that are not above it. */
function edgesOf(train: DesignRows, slots: number, slot: number): Float64Array {
  const random = createRandom(1)
  const share = edgeRows / train.rows
  const values = Float64Array.from({ length: train.rows }, (_, row) => row)
    .filter(() => share >= 1 || random.uniform() < share)
    .map((row) => numberAt(train, row * slots + slot))
    .filter(Number.isFinite)
    .sort()
  const edges = Array.from(
    { length: mostRanges - 2 },
    (_, k) => values[Math.floor(((k + 1) * values.length) / mostRanges)]!,
  )
  return Float64Array.from(new Set(edges.filter((edge) => edge > values[0]!)))
}

function codeRows(design: Design, rows: DesignRows, edges: readonly (Float64Array | null)[]): CodedColumn[] {
  const slots = slotsOf(design)
  return design.columns.map((column, at) => {
    const codes = new Uint8Array(rows.rows)
    const own = edges[at] ?? null
    for (let row = 0, slot = slots[at]!; row < rows.rows; row++, slot += design.slots) {
      if (own === null) {
        const index = rows.index[slot]!
        if (index >= 0) codes[row] = index - design.starts[at]! + 1
        continue
      }
      const value = numberAt(rows, slot)
      if (Number.isNaN(value)) continue
      let low = 0
      for (let high = own.length; low < high;) {
        const middle = (low + high) >> 1
        if (own[middle]! <= value) low = middle + 1
        else high = middle
      }
      codes[row] = low + 1
    }
    const size = own === null ? (column.kind === 'category' ? column.levels.length : 0) + 1 : own.length + 2
    return { codes, size, ordered: own !== null }
  })
}

/** What each row adds to which output: classes add 1 to their own, values themselves to the only one. */
interface Answers {
  readonly outputs: number
  readonly at: (row: number) => number
  readonly by: (row: number) => number
}

interface Split {
  readonly column: number
  readonly first: Uint8Array
  readonly gain: number
}

class Grower {
  readonly columns: readonly CodedColumn[]
  readonly answers: Answers
  readonly least: number
  readonly #sums: Float64Array
  readonly #counts = new Float64Array(256)

  constructor(columns: readonly CodedColumn[], answers: Answers, least: number) {
    this.columns = columns
    this.answers = answers
    this.least = least
    this.#sums = new Float64Array(256 * answers.outputs)
  }

  grow(rows: Uint32Array, left: number): Node {
    const { outputs, at, by } = this.answers
    const totals = new Float64Array(outputs)
    for (const row of rows) totals[at(row)]! += by(row)
    const leaf: Node = {
      column: -1,
      first: new Uint8Array(0),
      branches: null,
      means: totals.map((sum) => sum / rows.length),
    }
    if (left === 0 || rows.length < 2 * this.least) return leaf
    let best: Split | null = null
    this.columns.forEach((_, column) => {
      const found = this.#bestOf(column, rows, totals)
      if (found && (!best || found.gain > best.gain)) best = found
    })
    if (!best) return leaf
    const { column, first } = best as Split
    const { codes } = this.columns[column]!
    const goesFirst = (row: number): boolean => first[codes[row]!] === 1
    const branches = [
      this.grow(rows.filter(goesFirst), left - 1),
      this.grow(
        rows.filter((row) => !goesFirst(row)),
        left - 1,
      ),
    ] as const
    return { column, first, branches, means: leaf.means }
  }

  /** Codes in their order, or by the share of the most frequent output, cut in two where the sides differ most. */
  #bestOf(column: number, rows: Uint32Array, totals: Float64Array): Split | null {
    const { outputs, at, by } = this.answers
    const { codes, size, ordered } = this.columns[column]!
    const sums = this.#sums.fill(0, 0, size * outputs)
    const counts = this.#counts.fill(0, 0, size)
    for (const row of rows) {
      const code = codes[row]!
      counts[code]!++
      sums[code * outputs + at(row)]! += by(row)
    }
    const main = totals.indexOf(Math.max(...totals))
    const present = Array.from({ length: size }, (_, code) => code).filter((code) => counts[code]! > 0)
    const rate = (code: number): number => sums[code * outputs + main]! / counts[code]!
    const order = ordered ? present : present.sort((a, b) => rate(a) - rate(b))
    const n = rows.length
    const firstSums = new Float64Array(outputs)
    let firstN = 0
    let best = { gain: 1e-9 * n, codes: 0 }
    for (let taken = 0; taken + 1 < order.length; taken++) {
      const code = order[taken]!
      firstN += counts[code]!
      for (let k = 0; k < outputs; k++) firstSums[k]! += sums[code * outputs + k]!
      if (firstN < this.least || n - firstN < this.least) continue
      let gain = 0
      for (let k = 0; k < outputs; k++) {
        const apart = firstSums[k]! - (totals[k]! * firstN) / n
        gain += (apart * apart * n) / (firstN * (n - firstN))
      }
      if (gain > best.gain) best = { gain, codes: taken + 1 }
    }
    if (best.codes === 0) return null
    const first = new Uint8Array(size)
    for (const code of order.slice(0, best.codes)) first[code] = 1
    return { column, first, gain: best.gain }
  }
}

/** Grows a tree on the training rows and predicts the others; shares in a leaf are drawn a little to those of all rows. */
export function fitTree({ task, design, train, trainClasses, trainValues, classes, rows }: BaselineInput): Baseline {
  const slots = slotsOf(design)
  const edges = design.columns.map((column, at) =>
    column.kind === 'number' ? edgesOf(train, design.slots, slots[at]!) : null,
  )
  const regression = task === 'regression'
  const answers: Answers = regression
    ? { outputs: 1, at: () => 0, by: (row) => trainValues![row]! }
    : { outputs: classes, at: (row) => trainClasses![row]!, by: () => 1 }
  const least = Math.max(leastRows, Math.ceil(leastShare * train.rows))
  const grower = new Grower(codeRows(design, train, edges), answers, least)
  const root = grower.grow(
    Uint32Array.from({ length: train.rows }, (_, row) => row),
    levels,
  )
  if (root.branches === null) return { scores: null, reason: 'no test of a feature tells the rows apart' }
  const coded = codeRows(design, rows, edges)
  const width = answers.outputs
  const scores = new Float64Array(rows.rows * width)
  // One row's weight for the shares of all rows, so that no class has a probability of 0.
  const pull = regression ? 0 : 1 / (least + 1)
  for (let row = 0; row < rows.rows; row++) {
    let node = root
    while (node.branches) node = node.branches[node.first[coded[node.column]!.codes[row]!] === 1 ? 0 : 1]
    for (let k = 0; k < width; k++) scores[row * width + k] = (1 - pull) * node.means[k]! + pull * root.means[k]!
  }
  return { scores, reason: null }
}
