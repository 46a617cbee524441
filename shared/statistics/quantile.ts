import { argsort } from './argsort.ts'

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

/**
 * Lower weighted quantile: the least value at which the weight of all values up to it is at least `probability` of the
 * whole (numpy's inverted_cdf; scikit-learn's sample-weighted median).
 *
 * @param values At least one, no NaN.
 * @param weight One a value, more than 0.
 */
export function weightedQuantile(values: Float64Array, weight: Float64Array, probability: number): number {
  const order = argsort(values)
  const total = weight.reduce((sum, each) => sum + each, 0)
  let seen = 0
  for (const row of order) {
    seen += weight[row]!
    if (seen >= probability * total) return values[row]!
  }
  return values[order[order.length - 1]!]!
}
