import type { Histogram } from '../contract/evidence.ts'

/**
 * Counts in bins of equal width.
 *
 * @param values Finite.
 * @param seriesOf The series of row i, an index into `labels`.
 * @param range Ends of the first and last bin; from the least to the largest value where left out. One value only
 *   gets a range of width 1 around it.
 * @param bins How many, at least 1.
 */
export function histogram(
  values: Float32Array | Float64Array,
  seriesOf: (row: number) => number,
  labels: readonly string[],
  bins: number,
  range?: readonly [number, number],
): Histogram {
  let [low, high] = range ?? [Infinity, -Infinity]
  if (!range) {
    for (const value of values) {
      if (value < low) low = value
      if (value > high) high = value
    }
    if (values.length === 0) [low, high] = [0, 1]
    if (low === high) [low, high] = [low - 0.5, high + 0.5]
  }
  const width = high / bins - low / bins
  const series = labels.map((label) => ({ label, counts: new Array<number>(bins).fill(0) }))
  for (let row = 0; row < values.length; row++) {
    const bin = Math.floor((values[row]! - low) / width)
    series[seriesOf(row)]!.counts[Math.max(0, Math.min(bin, bins - 1))]!++
  }
  const edges = Array.from({ length: bins + 1 }, (_, edge) => (edge === bins ? high : low + edge * width))
  return { edges, series }
}
