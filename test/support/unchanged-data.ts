/** Pairs of samples in which nothing has changed: seven columns with missing values, numbers and categories. */
import type { DriftOptions } from '../../shared/contract/drift-request.ts'
import { compareCategories, compareNumbers } from '../../shared/drift/compare-column.ts'
import type { ComparedColumn } from '../../shared/drift/compare-column.ts'
import { decideColumns } from '../../shared/drift/decide.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import type { Random } from '../../shared/statistics/random.ts'

type Draw = (random: Random) => number
/** Normal, exponential, eight values, a long tail. */
export const numbers: readonly Draw[] = [
  (random) => random.normal(),
  (random) => -Math.log(1 - random.uniform()),
  (random) => Math.floor(random.uniform() * 8),
  (random) => Math.exp(1.5 * random.normal()),
]
/** Two categories, twelve with rare ones, sixty. */
const categories: readonly Draw[] = [
  (random) => (random.uniform() < 0.3 ? 0 : 1),
  (random) => Math.floor(12 * random.uniform() ** 3),
  (random) => Math.floor(60 * random.uniform() ** 2),
]

export const sample = (draw: Draw, random: Random, rows: number): Float64Array =>
  Float64Array.from({ length: rows }, () => (random.uniform() < 0.03 ? NaN : draw(random)))

function counts(values: Float64Array): { counts: Map<string, number>; missing: number } {
  const found = new Map<string, number>()
  let missing = 0
  for (const value of values) {
    if (Number.isNaN(value)) missing++
    else found.set(`c${value}`, (found.get(`c${value}`) ?? 0) + 1)
  }
  return { counts: found, missing }
}

export function unchanged(random: Random, options: DriftOptions, n: number, m: number): ComparedColumn[] {
  return [
    ...numbers.map((draw) =>
      compareNumbers({ reference: sample(draw, random, n), current: sample(draw, random, m), chunks: null }, options),
    ),
    ...categories.map((draw) => {
      const reference = counts(sample(draw, random, n))
      const current = counts(sample(draw, random, m))
      return compareCategories(
        {
          reference: reference.counts,
          current: current.counts,
          missing: { reference: reference.missing, current: current.missing },
          chunks: null,
        },
        options,
      )
    }),
  ]
}

/**
 * Share of unchanged pairs in which any column is called drifted, even slightly, by each of the corrections: the columns
 * are compared once for all of them.
 */
export function alarmRates(
  options: DriftOptions,
  corrections: readonly DriftOptions['correction'][],
  pairs: number,
  n: number,
  m: number,
): number[] {
  const random = createRandom(11)
  const alarms = corrections.map(() => 0)
  for (let pair = 0; pair < pairs; pair++) {
    const columns = unchanged(random, options, n, m)
    corrections.forEach((correction, which) => {
      const { drifted, slight } = decideColumns(columns, { ...options, correction }).counts
      if (drifted + slight > 0) alarms[which]!++
    })
  }
  return alarms.map((count) => count / pairs)
}
