/** The confusion matrix of K classes and its counts by row and by column. */
import type { Confusion } from '../contract/evidence.ts'
import { largest, mostDetailed } from './class-detail.ts'
import type { Mass } from './metric.ts'

const unnamedLabel = '(not named by the model)'

export interface MulticlassConfusion {
  /** Classes of the table: K, and one more for the classes that the model does not name, where there are such rows. */
  readonly size: number
  /** Classes that the model names, K. */
  readonly named: number
  /** Weight of the rows in each cell, [actual · size + predicted]: their number where each weighs 1. */
  readonly counts: Float64Array
  /** Sums of squared weights, and rows, of each cell; the counts themselves where each row weighs 1. */
  readonly squares: Float64Array
  readonly rows: Float64Array
}

/** @param y Class index, or −1; so is `predicted`. */
export function countConfusion(
  y: Int32Array,
  predicted: Int32Array,
  named: number,
  weight?: Float64Array | null,
): MulticlassConfusion {
  const size = y.some((k) => k < 0) || predicted.some((k) => k < 0) ? named + 1 : named
  const counts = new Float64Array(size * size)
  const squares = weight ? new Float64Array(size * size) : counts
  const rows = weight ? new Float64Array(size * size) : counts
  for (let row = 0; row < y.length; row++) {
    const actual = y[row]! < 0 ? named : y[row]!
    const called = predicted[row]! < 0 ? named : predicted[row]!
    const cell = actual * size + called
    counts[cell]! += weight ? weight[row]! : 1
    if (!weight) continue
    squares[cell]! += weight[row]! ** 2
    rows[cell]!++
  }
  return { size, named, counts, squares, rows }
}

const otherLabel = '(other classes)'

/** The table in rows; of many classes the most frequent, and the others together. */
export function confusionEvidence({ size, rows }: MulticlassConfusion, labels: readonly string[]): Confusion {
  const names = Array.from({ length: size }, (_, k) => labels[k] ?? unnamedLabel)
  const supports = names.map((_, k) => rows.subarray(k * size, (k + 1) * size).reduce((sum, count) => sum + count, 0))
  const kept = largest(supports, mostDetailed)
  const rest = kept.length < size
  const place = new Int32Array(size).fill(kept.length)
  kept.forEach((k, at) => (place[k] = at))
  const shown = kept.length + (rest ? 1 : 0)
  const counts = Array.from({ length: shown }, () => new Array<number>(shown).fill(0))
  for (let cell = 0; cell < rows.length; cell++) {
    if (rows[cell] === 0) continue
    counts[place[Math.floor(cell / size)]!]![place[cell % size]!]! += rows[cell]!
  }
  return { labels: [...kept.map((k) => names[k]!), ...(rest ? [otherLabel] : [])], counts }
}

/** A table's non-empty cells, so that resampling 1000 classes costs what the rows need, not 1M cells. */
export interface Cells {
  readonly actual: Uint32Array
  readonly predicted: Uint32Array
  readonly counts: Float64Array
  readonly squares: Float64Array
  readonly rows: Float64Array
}

/** Cells with a row in them, one behind the other: of many classes most are empty. */
export function nonEmptyCells({ size, counts, squares, rows }: MulticlassConfusion): Cells {
  const at: number[] = []
  for (let cell = 0; cell < counts.length; cell++) if (counts[cell]! > 0) at.push(cell)
  return {
    actual: Uint32Array.from(at, (cell) => Math.floor(cell / size)),
    predicted: Uint32Array.from(at, (cell) => cell % size),
    counts: Float64Array.from(at, (cell) => counts[cell]!),
    squares: Float64Array.from(at, (cell) => squares[cell]!),
    rows: Float64Array.from(at, (cell) => rows[cell]!),
  }
}

export interface Marginals {
  readonly n: number
  /** Rows of each class. */
  readonly support: Float64Array
  /** Rows called each class. */
  readonly predicted: Float64Array
  /** Rows of each class called by it. Two classes that the model does not name need not be the same: never a hit. */
  readonly hits: Float64Array
}

/** @param counts Rows in each of the cells, which may be resampled. */
export function marginals(
  cells: Pick<Cells, 'actual' | 'predicted'>,
  counts: Float64Array,
  { size, named }: Pick<MulticlassConfusion, 'size' | 'named'>,
): Marginals {
  const support = new Float64Array(size)
  const predicted = new Float64Array(size)
  const hits = new Float64Array(size)
  let n = 0
  for (let cell = 0; cell < counts.length; cell++) {
    const rows = counts[cell]!
    const actual = cells.actual[cell]!
    const called = cells.predicted[cell]!
    n += rows
    support[actual]! += rows
    predicted[called]! += rows
    if (actual === called && actual < named) hits[actual]! += rows
  }
  return { n, support, predicted, hits }
}

/** As `Marginals`, for intervals: each part with its squared weights and its rows. */
export interface MarginalMasses {
  readonly all: Mass
  /** Rows called a wrong class, or of a class that the model does not name. */
  readonly wrong: Mass
  readonly support: readonly Mass[]
  readonly predicted: readonly Mass[]
  readonly hits: readonly Mass[]
  /** Rows of the class that are called another. */
  readonly missed: readonly Mass[]
  /** Rows of another class that are called this one. */
  readonly false: readonly Mass[]
  /** Rows that neither are nor are called the class. */
  readonly rest: readonly Mass[]
}

/** Sums of the confusion matrix by class: actual, predicted, hits, and what is left of each. */
export function marginalMasses(cells: Cells, confusion: MulticlassConfusion): MarginalMasses {
  const [sum, squares, rows] = [cells.counts, cells.squares, cells.rows].map((part) =>
    marginals(cells, part, confusion),
  )
  const pick = (of: (table: Marginals) => number): Mass => ({ sum: of(sum!), squares: of(squares!), rows: of(rows!) })
  const each = (of: (table: Marginals, k: number) => number): Mass[] =>
    Array.from(sum!.support, (_, k) => pick((table) => of(table, k)))
  const right = ({ hits }: Marginals): number => hits.reduce((total, value) => total + value, 0)
  return {
    all: pick(({ n }) => n),
    wrong: pick((table) => table.n - right(table)),
    support: each(({ support }, k) => support[k]!),
    predicted: each(({ predicted }, k) => predicted[k]!),
    hits: each(({ hits }, k) => hits[k]!),
    missed: each(({ support, hits }, k) => support[k]! - hits[k]!),
    false: each(({ predicted, hits }, k) => predicted[k]! - hits[k]!),
    rest: each(({ n, support, predicted, hits }, k) => n - support[k]! - predicted[k]! + hits[k]!),
  }
}
