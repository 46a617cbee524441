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

  constructor(column: InputColumn) {
    const { counts, kind } = column.reference!
    this.column = column
    this.counts = new Float64Array(counts.length + (kind === 'categories' ? 1 : 0))
    this.#categories = new Map(column.categories?.map((value, at) => [value, at]))
  }

  observe(cell: Cell): void {
    const at = this.#binOf(cell)
    if (at === null) this.missing++
    else this.counts[at]!++
  }

  #binOf(cell: Cell): number | null {
    const reference = this.column.reference!
    if (cell === null) return null
    if (reference.kind === 'categories') return this.#categories.get(String(cell)) ?? this.#categories.size
    const value = Number(cell)
    let bin = 0
    while (bin < reference.edges.length && value >= reference.edges[bin]!) bin++
    return bin
  }
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
