/** Counts what comes in and goes out, in the bins of the evaluated rows: a drift sketch of constant size. */
import type { Cell } from '../../../shared/serving/cells.ts'
import { binnedDistances } from '../../../shared/drift/binned-distances.ts'
import type { TensorColumn } from '../feeds-cells.ts'
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'

/** The bin of a value among rising edges: how many of them are at or below it. */
function binOf(value: number, edges: Float64Array): number {
  let [from, to] = [0, edges.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (edges[middle]! <= value) from = middle + 1
    else to = middle
  }
  return from
}

/**
 * Rows of a request's tensors that are counted: evenly spaced, each standing for as many as lie between. Counting every
 * value of a large request cost a tenth of its run, and tells next to nothing more of a distribution; neither do more
 * rows a second than these.
 */
export const countedRows = { most: 128, least: 16, aSecond: 8000 } as const

export class ColumnTraffic {
  readonly column: InputColumn
  /** As the column's reference has them; for categories one more at the end, for values that no evaluated row had. */
  readonly counts: Float64Array
  missing = 0
  readonly #categories: ReadonlyMap<string, number>
  /** null for categories. */
  readonly #edges: Float64Array | null

  constructor(column: InputColumn) {
    const { counts, kind } = column.reference!
    this.column = column
    this.counts = new Float64Array(counts.length + (kind === 'categories' ? 1 : 0))
    this.#categories = new Map(column.categories?.map((value, at) => [value, at]))
    this.#edges = column.reference!.kind === 'bins' ? Float64Array.from(column.reference!.edges) : null
  }

  /** @param rows for which the value stands */
  observe(cell: Cell, rows = 1): void {
    const at = this.#binOf(cell)
    if (at === null) this.missing += rows
    else this.counts[at]! += rows
  }

  /** A tensor's column of so many rows, of which `taken` stand for all. NaN is missing. */
  observeTensor(values: TensorColumn, rows: number, taken: number): void {
    const { data, width, offset } = values
    const edges = data instanceof Float32Array || data instanceof Float64Array ? this.#edges : null
    const weight = rows / taken
    for (let k = 0; k < taken; k++) {
      const row = Math.floor(k * weight)
      if (!edges) {
        this.observe(values.at(row), weight)
        continue
      }
      const value = data[row * width + offset] as number
      if (value === value) this.counts[binOf(value, edges)]! += weight
      else this.missing += weight
    }
  }

  #binOf(cell: Cell): number | null {
    if (cell === null || cell !== cell) return null
    if (this.#edges) return binOf(Number(cell), this.#edges)
    return this.#categories.get(String(cell)) ?? this.#categories.size
  }
}

/** Fewer rows say next to nothing about ten bins. */
const fewest = 100

export class Traffic {
  readonly columns: readonly ColumnTraffic[]
  readonly #byColumn: ReadonlyMap<InputColumn, ColumnTraffic>
  /** Rows that may still be counted in full, as of `#since`. */
  #left = countedRows.aSecond as number
  #since = 0

  constructor(inputs: readonly InputColumn[]) {
    this.columns = inputs.filter((column) => column.reference !== null).map((column) => new ColumnTraffic(column))
    this.#byColumn = new Map(this.columns.map((entry) => [entry.column, entry]))
  }

  /** How many rows of a request's tensors to count now. */
  counted(rows: number, now = performance.now()): number {
    const { most, least, aSecond } = countedRows
    this.#left = Math.min(aSecond, this.#left + ((now - this.#since) / 1000) * aSecond)
    this.#since = now
    const taken = Math.min(rows, this.#left >= most ? most : least)
    this.#left = Math.max(0, this.#left - taken)
    return taken
  }

  /** undefined for a column without evaluated rows to hold it against. */
  of(column: InputColumn): ColumnTraffic | undefined {
    return this.#byColumn.get(column)
  }
}

/** Population stability index against the evaluated rows; null while there are too few rows. */
export function stabilityIndex({ column, counts }: ColumnTraffic): number | null {
  const wanted = column.reference!.counts
  const reference = Float64Array.from({ length: counts.length }, (_, k) => wanted[k] ?? 0)
  const n = reference.reduce((sum, count) => sum + count, 0)
  const m = counts.reduce((sum, count) => sum + count, 0)
  if (n === 0 || m < fewest) return null
  return binnedDistances({ reference, current: counts, n, m })[0]!
}
