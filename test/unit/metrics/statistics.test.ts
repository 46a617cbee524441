import { describe, expect, it } from 'vitest'
import { argsort } from '../../../shared/statistics/argsort.ts'
import { compensatedSum } from '../../../shared/statistics/mean.ts'
import { normalCdf, normalQuantile } from '../../../shared/statistics/normal.ts'
import { drawPoisson } from '../../../shared/statistics/poisson.ts'
import { quantileOfSorted } from '../../../shared/statistics/quantile.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { meanOfProportionsInterval, wilsonInterval, wilsonNearLimits } from '../../../shared/statistics/wilson.ts'

describe('random numbers', () => {
  it('repeat for a seed and differ between seeds', () => {
    const draw = (seed: number): number[] => {
      const random = createRandom(seed)
      return Array.from({ length: 5 }, () => random.uniform())
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  it.each([0.3, 1, 8, 29.5, 30, 400])('Poisson numbers with mean %d have that mean and variance', (mean) => {
    const random = createRandom(5)
    const n = 40_000
    const values = Array.from({ length: n }, () => drawPoisson(random, mean))
    const average = values.reduce((sum, value) => sum + value, 0) / n
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / n
    expect(Math.abs(average - mean)).toBeLessThan(4 * Math.sqrt(mean / n))
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.06)
  })
})

describe('normal distribution', () => {
  it('has the quantiles of scipy.stats.norm.ppf 1.10.1', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14)
    expect(normalQuantile(0.5)).toBe(0)
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 13)
    expect(normalQuantile(1e-20)).toBeCloseTo(-9.262340089798408, 12)
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity])
  })

  it('has a distribution function that undoes the quantile', () => {
    for (const p of [1e-12, 1e-5, 0.02, 0.3, 0.5, 0.8, 0.999, 0.9999999]) {
      expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-7)
    }
    expect([normalCdf(-40), normalCdf(40)]).toEqual([0, 1])
  })
})

describe('intervals', () => {
  it('Wilson is that of statsmodels proportion_confint', () => {
    const { low, high } = wilsonInterval(8, 10)
    expect(low).toBeCloseTo(0.4901624715366418, 12)
    expect(high).toBeCloseTo(0.9433178485456247, 12)
    expect(wilsonInterval(0, 10).low).toBe(0)
    expect(wilsonInterval(10, 10).high).toBe(1)
  })

  it('Wilson is widened where three or fewer succeed or fail, as Brown, Cai and DasGupta have it', () => {
    // Lower limits of 1, 2 and 3 of 100: ½ χ² with 2, 4 and 6 degrees of freedom at 5 %, by 100.
    const limits = [0.0005129329, 0.0035536151, 0.0081769145]
    limits.forEach((limit, k) => {
      expect(wilsonNearLimits(k + 1, 100).low).toBeCloseTo(limit, 9)
      expect(wilsonNearLimits(99 - k, 100).high).toBeCloseTo(1 - limit, 9)
    })
    for (const successes of [0, 4, 50, 96, 100]) {
      expect(wilsonNearLimits(successes, 100)).toEqual(wilsonInterval(successes, 100))
    }
  })

  it('the mean of one proportion has its Wilson interval', () => {
    const one = meanOfProportionsInterval([{ successes: 8, n: 10 }])
    expect(one.low).toBeCloseTo(wilsonInterval(8, 10).low, 12)
    expect(one.high).toBeCloseTo(wilsonInterval(8, 10).high, 12)
  })
})

describe('order and sums', () => {
  it.each(['Float32Array', 'Float64Array'])('argsort sorts %s as a stable comparator does', (type) => {
    const random = createRandom(3)
    const numbers = Array.from({ length: 5000 }, (_, i) =>
      // Adding 0 turns −0 into 0.
      i % 5 === 0 ? Math.round(random.normal()) + 0 : random.normal() * 10 ** Math.round(random.normal() * 8),
    )
    numbers.splice(0, 5, 0, -Infinity, Infinity, Number.MIN_VALUE, 1e-40)
    const values = type === 'Float32Array' ? Float32Array.from(numbers) : Float64Array.from(numbers)
    const expected = numbers.map((_, i) => i).sort((a, b) => Math.sign(values[a]! - values[b]!) || a - b)
    expect([...argsort(values)]).toEqual(expected)
  })

  it('quantiles are those of numpy', () => {
    const sorted = Float64Array.of(1, 2, 4, 8)
    expect([0, 0.25, 0.5, 0.9, 1].map((p) => quantileOfSorted(sorted, p))).toEqual([1, 1.75, 3, 6.800000000000001, 8])
  })

  it('a compensated sum keeps what a plain one loses', () => {
    const values = [1, 1e100, 1, -1e100]
    expect(compensatedSum(4, (i) => values[i]!)).toBe(2)
  })
})
