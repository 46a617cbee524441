import type { Histogram } from '../contract/evidence.ts'
import type { ScoredGroups } from './ranked-groups.ts'

/**
 * Counts in bins of equal width.
 *
 * @param values Finite.
 * @param seriesOf The series of row i, an index into `labels`.
 * @param range Ends of the first and last bin; from the least to the largest value where left out.
 * @param bins How many, at least 1.
 */
export function histogram(
  values: Float32Array | Float64Array,
  seriesOf: (row: number) => number,
  labels: readonly string[],
  bins: number,
  range?: readonly [number, number],
): Histogram {
  let ends = range
  if (!ends) {
    let [low, high] = [Infinity, -Infinity]
    for (const value of values) {
      if (value < low) low = value
      if (value > high) high = value
    }
    ends = values.length === 0 ? [0, 1] : [low, high]
  }
  const table = emptyHistogram(labels, bins, ends)
  const binOf = binning(table.edges)
  for (let row = 0; row < values.length; row++) table.series[seriesOf(row)]!.counts[binOf(values[row]!)]!++
  return table
}

/** As `histogram`, of the negative and the positive rows' scores. */
export function groupHistogram(
  groups: ScoredGroups,
  labels: readonly [string, string],
  bins: number,
  range?: readonly [number, number],
): Histogram {
  const { threshold } = groups
  const size = threshold.length
  const { positives, negatives } = groups.counts ?? groups
  const table = emptyHistogram(labels, bins, range ?? (size === 0 ? [0, 1] : [threshold[size - 1]!, threshold[0]!]))
  const binOf = binning(table.edges)
  const [without, withEvent] = [table.series[0]!.counts, table.series[1]!.counts]
  for (let g = 0; g < size; g++) {
    const bin = binOf(threshold[g]!)
    without[bin]! += negatives[g]!
    withEvent[bin]! += positives[g]!
  }
  return table
}

/** One value only gets a range of width 1 around it. */
function emptyHistogram(labels: readonly string[], bins: number, range: readonly [number, number]): Histogram {
  const [low, high] = range[0] === range[1] ? [range[0] - 0.5, range[1] + 0.5] : range
  const width = high / bins - low / bins
  return {
    edges: Array.from({ length: bins + 1 }, (_, edge) => (edge === bins ? high : low + edge * width)),
    series: labels.map((label) => ({ label, counts: new Array<number>(bins).fill(0) })),
  }
}

function binning(edges: readonly number[]): (value: number) => number {
  const bins = edges.length - 1
  const low = edges[0]!
  const width = edges[bins]! / bins - low / bins
  return (value) => Math.max(0, Math.min(Math.floor((value - low) / width), bins - 1))
}
