/** Tests that rates of two or more groups are alike. */
import { fisherExactTwoSided } from '../statistics/fisher-exact.ts'
import { chiSquareSurvival } from '../statistics/gamma.ts'
import type { Part } from './group-rates.ts'

export interface RateTest {
  /** Null where every row has the event, or none has: nothing can be told apart. */
  readonly p: number | null
  readonly test: string
}

/** Below this many expected rows in a cell the chi-square distribution is no longer a good likeness (Cochran 1954). */
const leastExpected = 5

/** @param parts Two or more, each of more than 0 rows. */
export function testRates(parts: readonly Part[]): RateTest {
  const n = parts.reduce((sum, part) => sum + part.n, 0)
  const events = parts.reduce((sum, part) => sum + part.events, 0)
  if (events === 0 || events === n) return { p: null, test: 'none: all rows are alike' }
  const fraction = events / n
  const least = Math.min(...parts.map((part) => part.n)) * Math.min(fraction, 1 - fraction)
  if (least >= leastExpected) {
    const statistic = parts.reduce(
      (sum, part) => sum + (part.events - part.n * fraction) ** 2 / (part.n * fraction * (1 - fraction)),
      0,
    )
    return { p: chiSquareSurvival(statistic, parts.length - 1), test: 'Chi-square of homogeneity' }
  }
  let smallest = 1
  let pairs = 0
  for (let i = 0; i < parts.length; i++) {
    for (let j = i + 1; j < parts.length; j++) {
      const first = parts[i]!
      const second = parts[j]!
      const p = fisherExactTwoSided({
        events: first.events,
        n: first.n,
        otherEvents: second.events,
        otherN: second.n,
      })
      smallest = Math.min(smallest, p)
      pairs++
    }
  }
  const test = pairs === 1 ? 'Fisher exact' : 'Fisher exact, the least of all pairs (Bonferroni)'
  return { p: Math.min(1, smallest * pairs), test }
}
