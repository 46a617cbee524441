import type { DriftTest } from '../contract/drift-column.ts'
import { oneSampleSurvival, twoSampleExact } from '../statistics/kolmogorov.ts'
import { normalEffect } from './test-result.ts'
import type { ValueTable } from './value-table.ts'

/** Up to this many rows in either sample p is exact, as scipy's ks_2samp with method 'auto'. */
const exactUpTo = 10_000

/**
 * Largest distance between the two empirical distribution functions, with its two-sided p-value: exact up to 10,000 rows,
 * past that from the distribution of one sample of nm / (n + m) rows, as scipy's 'asymp'. With ties p is conservative.
 * The interval of the distance is the normal one at the value where it is largest (Raghavachari 1973), from 0 on where p
 * is above 0.05: there the largest difference is largely chance.
 *
 * @param table At least one row in each sample.
 */
export function kolmogorovSmirnov({ reference, current, n, m }: ValueTable): DriftTest {
  let below = 0
  let belowCurrent = 0
  let distance = 0
  let variance = 0
  for (let k = 0; k < reference.length; k++) {
    below += reference[k]!
    belowCurrent += current[k]!
    const f = below / n
    const g = belowCurrent / m
    if (Math.abs(f - g) <= distance) continue
    distance = Math.abs(f - g)
    variance = (f * (1 - f)) / n + (g * (1 - g)) / m
  }
  const { p, method } = pValue(distance, n, m)
  const how = 'normal at the largest difference'
  const effect = normalEffect('largest difference', distance, Math.sqrt(variance), how, [0, 1])
  return { statistic: distance, p, method, effect: p > 0.05 ? { ...effect, low: 0 } : effect }
}

/** Also for a chunk of a timeline, whose distance comes from a merge of two sorted arrays. */
export function pValue(distance: number, n: number, m: number): { readonly p: number; readonly method: string } {
  if (Math.max(n, m) <= exactUpTo) return { p: Math.min(1, twoSampleExact(n, m, distance)), method: 'exact' }
  const effective = Math.max(1, Math.round((n * m) / (n + m)))
  return { p: oneSampleSurvival(effective, distance), method: `one sample of ${effective} rows (nm / (n + m))` }
}

/** The distance alone. @param reference Rising, no NaN, not empty; so is `current`. */
export function kolmogorovDistance(reference: Float64Array, current: Float64Array): number {
  let i = 0
  let j = 0
  let distance = 0
  while (i < reference.length && j < current.length) {
    const value = Math.min(reference[i]!, current[j]!)
    while (i < reference.length && reference[i] === value) i++
    while (j < current.length && current[j] === value) j++
    distance = Math.max(distance, Math.abs(i / reference.length - j / current.length))
  }
  return distance
}
