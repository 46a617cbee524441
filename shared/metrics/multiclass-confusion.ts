/** The confusion matrix of K classes and its counts by row and by column. */
import type { Confusion } from '../contract/evidence.ts'

export const unnamedLabel = '(not named by the model)'

export interface MulticlassConfusion {
  /** Classes of the table: K, and one more for the classes that the model does not name, where there are such rows. */
  readonly size: number
  /** Classes that the model names, K. */
  readonly named: number
  /** counts[actual · size + predicted]. */
  readonly counts: Float64Array
}

/** @param y Class index, or −1; so is `predicted`. */
export function countConfusion(y: Int32Array, predicted: Int32Array, named: number): MulticlassConfusion {
  const size = y.some((k) => k < 0) || predicted.some((k) => k < 0) ? named + 1 : named
  const counts = new Float64Array(size * size)
  for (let row = 0; row < y.length; row++) {
    const actual = y[row]! < 0 ? named : y[row]!
    const called = predicted[row]! < 0 ? named : predicted[row]!
    counts[actual * size + called]!++
  }
  return { size, named, counts }
}

export function confusionEvidence({ size, counts }: MulticlassConfusion, labels: readonly string[]): Confusion {
  return {
    labels: Array.from({ length: size }, (_, k) => labels[k] ?? unnamedLabel),
    counts: Array.from({ length: size }, (_, k) => Array.from(counts.subarray(k * size, (k + 1) * size))),
  }
}

/** A table's non-empty cells, so that resampling 1000 classes costs what the rows need, not 1M cells. */
export interface Cells {
  readonly actual: Uint32Array
  readonly predicted: Uint32Array
  readonly counts: Float64Array
}

export function nonEmptyCells({ size, counts }: MulticlassConfusion): Cells {
  const at: number[] = []
  for (let cell = 0; cell < counts.length; cell++) if (counts[cell]! > 0) at.push(cell)
  return {
    actual: Uint32Array.from(at, (cell) => Math.floor(cell / size)),
    predicted: Uint32Array.from(at, (cell) => cell % size),
    counts: Float64Array.from(at, (cell) => counts[cell]!),
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
export function marginals(cells: Cells, counts: Float64Array, { size, named }: MulticlassConfusion): Marginals {
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
