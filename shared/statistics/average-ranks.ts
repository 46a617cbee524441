import { argsort } from './argsort.ts'

/**
 * Ranks from 1, where equal values share the mean of their ranks (as scipy.stats.rankdata, method 'average').
 *
 * @param values No NaN.
 */
export function averageRanks(values: Float64Array): Float64Array {
  const order = argsort(values)
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}
