/** Counts what comes in and goes out, in the bins of the evaluated rows: a drift sketch of constant size. */
import type { Cell } from '../../../shared/serving/cells.ts'
import { binnedDistances } from '../../../shared/drift/binned-distances.ts'
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'

/**
 * The bin of a value among rising edges: how many of them are at or below it. A table over equal steps says where to
 * start looking, so that a value costs a few nanoseconds, whatever the number of edges.
 */
class Bins {
  readonly #edges: Float64Array
  readonly #low: number
  readonly #scale: number
  /** By step: edges that lie in earlier steps. */
  readonly #before: Uint16Array

  constructor(edges: readonly number[]) {
    this.#edges = Float64Array.from(edges)
    this.#low = edges[0] ?? 0
    const span = (edges.at(-1) ?? 0) - this.#low
    this.#scale = span > 0 && Number.isFinite(span) ? steps / span : 0
    this.#before = Uint16Array.from(
      { length: steps + 1 },
      (_, step) => edges.filter((edge) => this.#step(edge) < step).length,
    )
  }

  /** Never falls where the value rises, so that edges of earlier steps are below it. */
  #step(value: number): number {
    return ((value - this.#low) * this.#scale) | 0
  }

  of(value: number): number {
    const edges = this.#edges
    if (!(value >= edges[0]!)) return 0
    if (value >= edges[edges.length - 1]!) return edges.length
    let bin = this.#before[this.#step(value)]!
    while (value >= edges[bin]!) bin++
    return bin
  }
}

const steps = 256

export class ColumnTraffic {
  readonly column: InputColumn
  /** As the column's reference has them; for categories one more at the end, for values that no evaluated row had. */
  readonly counts: Float64Array
  missing = 0
  readonly #categories: ReadonlyMap<string, number>
  /** null for categories. */
  readonly #bins: Bins | null

  constructor(column: InputColumn) {
    const { counts, kind } = column.reference!
    this.#bins = column.reference!.kind === 'bins' ? new Bins(column.reference!.edges) : null
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
    const { counts } = this
    const bins = this.#bins
    for (let row = 0, at = offset; row < rows; row++, at += width) {
      const value = data[at]!
      if (value !== value) this.missing++
      else if (bins) counts[bins.of(value)]!++
      else this.observe(value)
    }
  }

  #binOf(cell: Cell): number | null {
    if (cell === null || cell !== cell) return null
    if (this.#bins) return this.#bins.of(Number(cell))
    return this.#categories.get(String(cell)) ?? this.#categories.size
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
