/** Does the score only rise, or only fall, as one column rises and the others stay? Row by row, on a grid of values. */
import type { Monotonicity } from '../contract/robustness.ts'
import { proportionMetric } from '../metrics/metric.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'

/** Values at 5 % to 95 % of the column: past its ends there are no rows to speak of. */
const gridProbabilities = [0.05, 0.15, 0.25, 0.35, 0.5, 0.65, 0.75, 0.85, 0.95]

/** @param values The column's known values in any order. Empty where fewer than two places differ. */
export function monotonicityGrid(values: Float64Array, whole: boolean): number[] {
  const sorted = values.filter(Number.isFinite).sort()
  if (sorted.length === 0) return []
  const places = gridProbabilities.map((probability) => {
    const value = quantileOfSorted(sorted, probability)
    return whole ? Math.round(value) : value
  })
  const distinct = [...new Set(places)]
  return distinct.length < 2 ? [] : distinct
}

/** Scores differ by float32's rounding where a model does not move at all. */
const relativeTolerance = 1e-6

/**
 * @param scores Row-major rows × grid: the score of each row moved to each place of the grid.
 * @param expected The direction that it must have; without one, violations are against the mean score's own direction.
 */
export function measureMonotonicity(
  column: string,
  grid: readonly number[],
  scores: Float64Array,
  expected: 'rising' | 'falling' | null,
): Monotonicity {
  const width = grid.length
  const sums = new Float64Array(width)
  const kept: number[] = []
  let least = Infinity
  let largest = -Infinity
  for (let row = 0; row < scores.length / width; row++) {
    const own = scores.subarray(row * width, (row + 1) * width)
    if (!own.every(Number.isFinite)) continue
    kept.push(row)
    own.forEach((score, place) => {
      sums[place]! += score
      least = Math.min(least, score)
      largest = Math.max(largest, score)
    })
  }
  const n = kept.length
  const tolerance = n === 0 ? 0 : relativeTolerance * (largest - least)
  const direction = (expected ?? (sums[width - 1]! >= sums[0]! ? 'rising' : 'falling')) === 'rising' ? 1 : -1
  const counts = { rising: 0, falling: 0, flat: 0, mixed: 0, violations: 0 }
  let largestViolation = 0
  for (const row of kept) {
    let rises = false
    let falls = false
    let against = 0
    for (let place = 1; place < width; place++) {
      const step = scores[row * width + place]! - scores[row * width + place - 1]!
      if (step > tolerance) rises = true
      if (step < -tolerance) falls = true
      against = Math.max(against, -direction * step)
    }
    counts[rises ? (falls ? 'mixed' : 'rising') : falls ? 'falling' : 'flat']++
    if (against > tolerance) counts.violations++
    largestViolation = Math.max(largestViolation, against)
  }
  const share = (count: number) => proportionMetric(count, n, 'no row has a finite score at every place')
  return {
    column,
    rows: n,
    grid: [...grid],
    meanScore: Array.from(sums, (sum) => (n === 0 ? null : sum / n)),
    rising: share(counts.rising),
    falling: share(counts.falling),
    flat: share(counts.flat),
    mixed: share(counts.mixed),
    tolerance,
    expected,
    violations: share(counts.violations),
    largestViolation: n === 0 ? null : counts.violations === 0 ? 0 : largestViolation,
  }
}
