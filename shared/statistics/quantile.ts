/**
 * Quantile by linear interpolation between order statistics (Hyndman and Fan 1996, type 7; numpy's default).
 *
 * @param sorted Rising, at least one value, no NaN.
 * @param probability In [0, 1].
 */
export function quantileOfSorted(sorted: Float64Array, probability: number): number {
  const position = probability * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (position - below) * (high - low)
}
