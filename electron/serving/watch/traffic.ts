/** Counts what comes in and goes out, in the bins of the evaluated rows: a drift sketch of constant size. */
import type { Cell } from '../../../shared/serving/cells.ts'
import { binnedDistances } from '../../../shared/drift/binned-distances.ts'
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'

export class ColumnTraffic {
  readonly column: InputColumn
  /** As the column's reference has them; for categories one more at the end, for values that no evaluated row had. */
  readonly counts: Float64Array
  missing = 0
  readonly #categories: ReadonlyMap<string, number>
  /** Empty for categories. */
  readonly #edges: Float64Array

  constructor(column: InputColumn) {
    const { counts, kind } = column.reference!
    this.#edges = Float64Array.from(column.reference!.kind === 'bins' ? column.reference!.edges : [])
    this.column = column
    this.counts = new Float64Array(counts.length + (kind === 'categories' ? 1 : 0))
    this.#categories = new Map(column.categories?.map((value, at) => [value, at]))
  }

  observe(cell: Cell): void {
    const at = this.#binOf(cell)
    if (at === null) this.missing++
    else this.counts[at]!++
  }

  /** The same for many: every `width`-th value from `offset` on. NaN is missing. */
  observeNumbers(data: Float32Array | Float64Array, rows: number, width: number, offset: number): void {
    if (this.#edges.length === 0) {
      for (let row = 0; row < rows; row++) this.observe(data[row * width + offset]!)
      return
    }
    const { counts } = this
    for (let row = 0, at = offset; row < rows; row++, at += width) {
      const value = data[at]!
      if (value !== value) this.missing++
      else counts[binOf(this.#edges, value)]!++
    }
  }

  #binOf(cell: Cell): number | null {
    if (cell === null || cell !== cell) return null
    if (this.#edges.length === 0) return this.#categories.get(String(cell)) ?? this.#categories.size
    return binOf(this.#edges, Number(cell))
  }
}

/** Edges at or below the value: the number of its bin. */
function binOf(edges: Float64Array, value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (value >= edges[middle]!) low = middle + 1
    else high = middle
  }
  return low
}

/** Fewer rows say next to nothing about ten bins. */
const fewest = 100

export class Traffic {
  readonly columns: readonly ColumnTraffic[]

  constructor(inputs: readonly InputColumn[]) {
    this.columns = inputs.filter((column) => column.reference !== null).map((column) => new ColumnTraffic(column))
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
