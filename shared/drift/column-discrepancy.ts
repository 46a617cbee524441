/**
 * Maximum mean discrepancy of one column of numbers (Gretton, Borgwardt, Rasch, Schölkopf and Smola 2012) by the Laplace
 * kernel exp(−|x − y| / b). On sorted values its sums over all pairs are two running sums, so all rows are used.
 */
import type { DriftTest } from '../contract/drift-column.ts'
import { plainEffect, undefinedTest } from './test-result.ts'
import type { ValueTable } from './value-table.ts'

/** Quantiles of which the median distance is taken. */
const quantiles = 64

/** Median distance of two rows of both samples together, the usual bandwidth; the mean distance where most are equal; 0 where all are. */
export function bandwidthOf({ values, reference, current, n, m }: ValueTable): number {
  const points: number[] = []
  let rows = 0
  for (let k = 0; k < values.length; k++) {
    rows += reference[k]! + current[k]!
    while (points.length < quantiles && ((points.length + 0.5) / quantiles) * (n + m) <= rows) points.push(values[k]!)
  }
  const distances = points.flatMap((a, i) => points.slice(i + 1).map((b) => b - a))
  const sorted = Float64Array.from(distances).sort()
  const median = sorted[sorted.length >> 1]!
  if (median > 0) return median
  const mean = sorted.reduce((sum, distance) => sum + distance, 0) / sorted.length
  return mean > 0 ? mean : values[values.length - 1]! - values[0]!
}

/** out[i] = Σ_j k(at_i, at_j) weights_j. @param decays exp(−(at_{i + 1} − at_i) / b). */
function applyKernel(weights: Float64Array, decays: Float64Array, out: Float64Array): void {
  let sum = 0
  for (let i = 0; i < weights.length; i++) {
    if (i > 0) sum = (sum + weights[i - 1]!) * decays[i - 1]!
    out[i] = weights[i]! + sum
  }
  sum = 0
  for (let i = weights.length - 2; i >= 0; i--) {
    sum = (sum + weights[i + 1]!) * decays[i]!
    out[i]! += sum
  }
}

/** exp(−x); of neighbours among millions of values by its series, which is as exact there and costs a tenth. */
const decay = (x: number): number => (x < 1e-5 ? 1 - x + (x * x) / 2 : Math.exp(-x))

export const decaysOf = (at: Float64Array, bandwidth: number): Float64Array =>
  Float64Array.from({ length: Math.max(0, at.length - 1) }, (_, i) => decay((at[i + 1]! - at[i]!) / bandwidth))

/** Squared discrepancy of counts in cells, of which `rows` and `others` are in all. */
export function squaredDiscrepancy(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  rows: number,
  others: number,
  decayBefore: (cell: number) => number,
): number {
  let sum = 0
  let squared = 0
  let before = 0
  for (let i = 0; i < first.length; i++) {
    if (i > 0) sum = (sum + before) * decayBefore(i)
    before = first[i]! / rows - second[i]! / others
    squared += before * (before + 2 * sum)
  }
  return Math.max(0, squared)
}

/** The discrepancy itself, from 0 to √2; an interval of it is not known near 0, where the squares are no normal numbers. */
export function columnDiscrepancy(table: ValueTable): DriftTest {
  const bandwidth = bandwidthOf(table)
  if (!(bandwidth > 0)) return undefinedTest('all values are equal')
  const { values, reference, current, n, m } = table
  const statistic = Math.sqrt(
    squaredDiscrepancy(reference, current, n, m, (k) => decay((values[k]! - values[k - 1]!) / bandwidth)),
  )
  return { statistic, p: null, method: 'a distance', effect: plainEffect('maximum mean discrepancy', statistic) }
}

const powerSteps = 30

/** Largest eigenvalue of the centred kernel under the shares, by the power method: the weight of the leading square. */
export function leadingEigenvalue(at: Float64Array, shares: Float64Array, decays: Float64Array): number {
  const mean = (of: Float64Array): number => of.reduce((sum, value, k) => sum + shares[k]! * value, 0)
  const norm = (of: Float64Array): number =>
    Math.sqrt(of.reduce((sum, value, k) => sum + shares[k]! * value * value, 0))
  let vector = Float64Array.from(at)
  const image = new Float64Array(at.length)
  let value = 0
  for (let step = 0; step < powerSteps; step++) {
    const centre = mean(vector)
    const length = norm(vector.map((entry) => entry - centre))
    if (!(length > 0)) return 0
    vector = vector.map((entry) => (entry - centre) / length)
    applyKernel(
      vector.map((entry, k) => entry * shares[k]!),
      decays,
      image,
    )
    const level = mean(image)
    vector = image.map((entry) => entry - level)
    value = norm(vector)
  }
  return value
}
