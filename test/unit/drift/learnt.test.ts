/** The law that learnt limits are read from: its leading square, and its tail. */
import { describe, expect, it } from 'vitest'
import { driftOptionsSchema } from '../../../shared/contract/drift-request.ts'
import { compareNumbers } from '../../../shared/drift/compare-column.ts'
import { learnNumeric } from '../../../shared/drift/learn-distances.ts'
import { buildValueTable } from '../../../shared/drift/value-table.ts'
import { leadingSquareSurvival, upperQuantile } from '../../../shared/statistics/leading-square-tail.ts'
import { twoSidedNormal } from '../../../shared/statistics/erfc.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

describe('learnt limits', () => {
  it('the leading squares are those of theory where it has them: uniform numbers', () => {
    const n = 4000
    const even = Float64Array.from({ length: n }, (_, k) => (k + 0.5) / n)
    const { wasserstein, energy } = learnNumeric(buildValueTable(even, even.slice()), Math.sqrt(1 / 12), 50, 1)
    // Eigenvalues of the Brownian bridge are 1 / (π j)²; the mean's variance in squared deviations is 1.
    expect(energy!.lead).toBeCloseTo((2 * (2 / n)) / Math.PI ** 2, 7)
    expect(wasserstein!.lead).toBeCloseTo(2 / n, 6)
    expect(energy!.mean / (2 * (2 / n))).toBeCloseTo(1 / 6, 1)
  })

  it('the mean discrepancy of unchanged numbers is exceeded as often as said, and a narrower column is found', () => {
    const settings = driftOptionsSchema.parse({ preset: 'learnt', splits: 100 })
    const random = createRandom(21)
    const draw = (rows: number, width = 1) => Float64Array.from({ length: rows }, () => width * random.normal())
    const p = (current: Float64Array): number =>
      compareNumbers({ reference: draw(300), current, chunks: null }, settings).tests.mmd!.p!
    const times = 400
    const found = Array.from({ length: times }, () => p(draw(200)))
    for (const rate of [0.05, 0.01]) {
      const share = found.filter((one) => one <= rate).length / times
      expect(share, `${rate}`).toBeLessThanOrEqual(rate + 3 * Math.sqrt((rate * (1 - rate)) / times))
    }
    expect(p(draw(200, 0.6))).toBeLessThan(1e-3)
  })

  it('one square alone has the normal’s tail, and a quantile is where the tail says', () => {
    const survival = leadingSquareSurvival({ lead: 2, mean: 2, variance: 8 })
    for (const z of [0.3, 1, 2, 5, 10]) expect(survival(2 * z * z) / twoSidedNormal(z)).toBeCloseTo(1, 9)
    expect(upperQuantile(survival, 0.05, 2)).toBeCloseTo(2 * 1.959963984540054 ** 2, 8)
  })

  it('a sum of squares of falling weight is exceeded as often as said, into the tail', () => {
    const weights = Array.from({ length: 30 }, (_, j) => 1 / (j + 1) ** 2)
    const mean = weights.reduce((a, b) => a + b)
    const survival = leadingSquareSurvival({ lead: 1, mean, variance: 2 * weights.reduce((a, b) => a + b * b) })
    const random = createRandom(4)
    const draws = 60_000
    const found = Float64Array.from({ length: draws }, () =>
      weights.reduce((sum, w) => sum + w * random.normal() ** 2, 0),
    )
    for (const rate of [0.2, 0.05, 0.01, 0.002]) {
      const limit = upperQuantile(survival, rate, mean)
      const above = found.reduce((sum, q) => sum + (q > limit ? 1 : 0), 0) / draws
      expect(Math.abs(above - rate), `${rate}`).toBeLessThan(0.06 * rate + 4 * Math.sqrt(rate / draws))
    }
  })
})
