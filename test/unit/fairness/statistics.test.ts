import { describe, expect, it } from 'vitest'
import { benjaminiHochberg } from '../../../shared/statistics/benjamini-hochberg.ts'
import { fisherExactGreater, fisherExactTwoSided } from '../../../shared/statistics/fisher-exact.ts'
import { moverDifference, moverRatio } from '../../../shared/statistics/mover.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { studentQuantile, studentTail } from '../../../shared/statistics/student-t.ts'
import { welch, welchInterval, welchTwoSided } from '../../../shared/statistics/welch.ts'
import { wilsonInterval } from '../../../shared/statistics/wilson.ts'

const near = (actual: number, expected: number, relative = 1e-11): void =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.abs(expected))

describe('distributions agree with scipy 1.10.1', () => {
  it('Student’s t, tails and quantiles', () => {
    near(studentTail(2.1, 12.5), 0.028321653601607058)
    near(studentTail(-1, 3), 0.8044988905221148)
    near(studentTail(6.5, 40.2), 4.586417782590314e-8)
    near(studentTail(0.5, 1), 0.3524163823495668)
    near(studentTail(3, 2e6), 0.0013499146511160662, 1e-8)
    near(studentQuantile(0.025, 12.5), 2.169185942709956)
    // scipy's own isf is off by 1e-8 there; its sf at this t gives back 1e-7.
    near(studentQuantile(1e-7, 50), 6.025227832955352, 1e-10)
    near(studentQuantile(0.3, 2.2), 0.6080872286290387)
  })

  it('Fisher’s exact test, one-sided', () => {
    const p = (events: number, n: number, otherEvents: number, otherN: number): number =>
      fisherExactGreater({ events, n, otherEvents, otherN })
    near(p(20, 50, 300, 2000), 2.1926064559373214e-5, 1e-10)
    near(p(3, 10, 15, 20), 0.9973452834022549)
    near(p(1, 5, 400, 5000), 0.34146245323182456)
    near(p(60, 400, 41, 413), 0.01835825704780923, 1e-10)
    expect(p(0, 10, 5, 10)).toBe(1)
  })
})

it('Fisher two-sided is symmetric and never above 1', () => {
  const there = fisherExactTwoSided({ events: 8, n: 40, otherEvents: 2, otherN: 60 })
  const back = fisherExactTwoSided({ events: 2, n: 60, otherEvents: 8, otherN: 40 })
  near(there, back)
  expect(there).toBeLessThan(0.05)
  expect(fisherExactTwoSided({ events: 5, n: 10, otherEvents: 50, otherN: 100 })).toBe(1)
})

it('Newcombe’s interval of a difference is that of his 1998 paper', () => {
  // Newcombe 1998, table II, example (a): 56/70 against 48/80, method 10.
  const estimate = (events: number, n: number) => ({ value: events / n, ...wilsonInterval(events, n) })
  const { low, high } = moverDifference(estimate(56, 70), estimate(48, 80))
  expect(low).toBeCloseTo(0.0524, 4)
  expect(high).toBeCloseTo(0.3339, 4)
})

it('intervals of differences and ratios hold the truth in 93 to 97 % of simulations', () => {
  const random = createRandom(4)
  const draw = (n: number, p: number): number => {
    let events = 0
    for (let i = 0; i < n; i++) if (random.uniform() < p) events++
    return events
  }
  const cases = [
    [200, 0.3, 150, 0.2],
    [80, 0.1, 400, 0.15],
    [1000, 0.02, 1000, 0.03],
  ] as const
  for (const [n, p, m, q] of cases) {
    let difference = 0
    let ratio = 0
    const simulations = 4000
    for (let simulation = 0; simulation < simulations; simulation++) {
      const a = draw(n, p)
      const b = draw(m, q)
      const first = { value: a / n, ...wilsonInterval(a, n) }
      const second = { value: b / m, ...wilsonInterval(b, m) }
      const d = moverDifference(first, second)
      if (d.low <= p - q && p - q <= d.high) difference++
      const r = moverRatio(first, second)
      if (r.low <= p / q && p / q <= r.high) ratio++
    }
    expect(difference / simulations).toBeGreaterThan(0.93)
    expect(difference / simulations).toBeLessThan(0.97)
    expect(ratio / simulations).toBeGreaterThan(0.93)
    expect(ratio / simulations).toBeLessThan(0.98)
  }
})

it('a ratio whose parts touch 0 has an interval that starts at 0', () => {
  const zero = { value: 0, ...wilsonInterval(0, 50) }
  const some = { value: 0.2, ...wilsonInterval(10, 50) }
  const { low, high } = moverRatio(zero, some)
  expect(low).toBe(0)
  expect(high).toBeGreaterThan(0)
  expect(high).toBeLessThan(1)
})

it('Welch’s test agrees with scipy’s ttest_ind(equal_var=False)', () => {
  const moments = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    return { n: values.length, mean, squares: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) }
  }
  const result = welch(moments([1, 2, 3, 4, 7]), moments([2, 2.5, 9, 11, 12, 4]))
  // scipy 1.10.1
  near(result.difference / result.standardError, -1.605126186507649, 1e-9)
  near(welchTwoSided(result), 0.14843245118477105, 1e-9)
  const { low, high } = welchInterval(result)
  expect(low).toBeLessThan(0)
  expect(high).toBeGreaterThan(0)
})

it('Benjamini–Hochberg agrees with R’s p.adjust, and counts tests that are not shown as p = 1', () => {
  const p = [0.01, 0.04, 0.03, 0.005, 0.5]
  const expected = [0.025, 0.05, 0.05, 0.025, 0.5]
  benjaminiHochberg(p).forEach((value, index) => near(value, expected[index]!))
  const more = benjaminiHochberg([...p, ...new Array<number>(95).fill(1)])
  benjaminiHochberg(p, 100).forEach((value, index) => near(value, more[index]!))
})

it('weights of Benjamini–Hochberg move the level between tests and keep its sum', () => {
  const [first, second] = benjaminiHochberg([0.02, 0.02], 2, [1.5, 0.5])
  near(first!, 0.02666666666666667)
  near(second!, 0.04)
})
