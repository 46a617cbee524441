/** Bins of a score with as many reference rows each, cut at the threshold too. */
import { sortNumbers } from '../statistics/sort-numbers.ts'

/**
 * @param scores Finite, at least one.
 * @param bins Wanted; fewer where scores are tied.
 * @param cut An edge that must be there, or null.
 * @returns Inner edges, rising; a score at an edge belongs above it.
 */
export function scoreEdges(scores: Float64Array, bins: number, cut: number | null): Float64Array {
  const sorted = sortNumbers(Float64Array.from(scores))
  const edges = new Set<number>()
  for (let bin = 1; bin < bins; bin++) {
    const edge = sorted[Math.floor((bin * sorted.length) / bins)]!
    if (edge > sorted[0]!) edges.add(edge)
  }
  if (cut !== null) edges.add(cut)
  return Float64Array.from(edges).sort()
}

/** Bin of a score: how many edges are at or below it. */
export function binOf(edges: Float64Array, score: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (edges[middle]! <= score) low = middle + 1
    else high = middle
  }
  return low
}

/** Rows in each bin, and those of them with the event. @param events Left out: no labels. */
export function countScores(
  edges: Float64Array,
  scores: Float64Array,
  events?: Uint8Array,
): { readonly rows: Float64Array; readonly events: Float64Array } {
  const rows = new Float64Array(edges.length + 1)
  const found = new Float64Array(edges.length + 1)
  for (let row = 0; row < scores.length; row++) {
    const bin = binOf(edges, scores[row]!)
    rows[bin]!++
    if (events?.[row] === 1) found[bin]!++
  }
  return { rows, events: found }
}

/** Rate of the event in each bin; a bin without rows takes that of the bin before it, or the first that is known. */
export function binRates(events: Float64Array, rows: Float64Array): Float64Array {
  let last = events[rows.findIndex((count) => count > 0)]! / rows.find((count) => count > 0)!
  return rows.map((count, bin) => {
    if (count > 0) last = events[bin]! / count
    return last
  })
}
