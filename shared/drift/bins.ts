/** Both samples as counts in the same cells: what the binned distances and the tests of categories are made of. */
import type { ValueTable } from './value-table.ts'

export interface BinnedSamples {
  readonly reference: Float64Array
  readonly current: Float64Array
  readonly n: number
  readonly m: number
}

/**
 * Quantile by linear interpolation, with numpy's arithmetic to the last bit: a value that equals an edge must fall into
 * the same bin.
 *
 * @param sorted Rising, no NaN, not empty.
 */
export function sortedQuantile(sorted: Float64Array, probability: number): number {
  const position = (sorted.length - 1) * probability
  const below = Math.floor(position)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  const share = position - below
  const difference = high - low
  return share >= 0.5 ? high - difference * (1 - share) : low + difference * share
}

/** How many of the values are below the limit. @param sorted Rising. */
export function countBelow(sorted: Float64Array, limit: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < limit) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Inner edges of the decile bins of the reference: the distinct deciles without the first and the last. Where only two
 * are distinct the lower one is kept, so that nearly everything is one bin but not all of it.
 *
 * @param reference Rising, not empty.
 */
export function decileEdges(reference: Float64Array): number[] {
  const deciles = Array.from({ length: 11 }, (_, i) => sortedQuantile(reference, i === 10 ? 1 : i * 0.1))
  const distinct = [...new Set(deciles)]
  return distinct.length > 2 ? distinct.slice(1, -1) : distinct.slice(0, 1)
}

/** Counts in (−∞, e₀), [e₀, e₁), …, [eₖ, ∞). @param sorted Rising; so are the edges. */
export function countSorted(sorted: Float64Array, edges: readonly number[]): Float64Array {
  const counts = new Float64Array(edges.length + 1)
  let before = 0
  edges.forEach((edge, bin) => {
    const below = countBelow(sorted, edge)
    counts[bin] = below - before
    before = below
  })
  counts[edges.length] = sorted.length - before
  return counts
}

export const binSamples = (
  reference: Float64Array,
  current: Float64Array,
  edges: readonly number[],
): BinnedSamples => ({
  reference: countSorted(reference, edges),
  current: countSorted(current, edges),
  n: reference.length,
  m: current.length,
})

/** Each distinct value as a cell of its own. */
export const valuesAsCells = ({ reference, current, n, m }: ValueTable): BinnedSamples => ({
  reference: Float64Array.from(reference),
  current: Float64Array.from(current),
  n,
  m,
})

/** Categories of both samples: those of the reference by falling count, then those that it does not have. */
export interface CategoryTable extends BinnedSamples {
  readonly categories: readonly string[]
}

/** Counts side by side: the reference's categories by frequency, then those that the current rows alone have. */
export function alignCategories(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
): CategoryTable {
  const byCount = (counts: ReadonlyMap<string, number>): string[] =>
    [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1))
  const categories = [...byCount(reference), ...byCount(current).filter((name) => !reference.has(name))]
  const rows = (counts: ReadonlyMap<string, number>): Float64Array =>
    Float64Array.from(categories, (name) => counts.get(name) ?? 0)
  const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0)
  const inReference = rows(reference)
  const inCurrent = rows(current)
  return {
    categories,
    reference: inReference,
    current: inCurrent,
    n: total(inReference),
    m: total(inCurrent),
  }
}
