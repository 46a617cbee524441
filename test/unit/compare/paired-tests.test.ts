import { describe, expect, it } from 'vitest'
import { aucInfluence, averagePrecisionInfluence } from '../../../shared/comparison/row-influence.ts'
import { judgeDifferences } from '../../../shared/comparison/judge-difference.ts'
import { mcnemar } from '../../../shared/comparison/mcnemar.ts'
import { pairedDelong } from '../../../shared/comparison/paired-delong.ts'
import { normalEstimate } from '../../../shared/comparison/paired-estimate.ts'
import { rankGroups } from '../../../shared/metrics/ranked-groups.ts'
import { holm } from '../../../shared/statistics/holm.ts'
import { pairedDifferenceInterval, pairedScore } from '../../../shared/statistics/paired-proportions.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { fairCoinProbability, signTest } from '../../../shared/statistics/sign-test.ts'
import { casesPresent, numbers, readColumns, readExpected } from '../metrics/read-case.ts'
import { twoSidedNormal } from '../../../shared/statistics/erfc.ts'

/** Of expected.json: one classifier against the other. */
interface TelcoPair extends Readonly<Record<'mcnemar_chi2_corrected' | 'mcnemar_p' | 'mcnemar_exact_p', number>> {
  readonly table: readonly (readonly number[])[]
}

function delongOf(y: Uint8Array, other: Float64Array, reference: Float64Array) {
  return pairedDelong(y, aucInfluence(y, rankGroups(y, other)), aucInfluence(y, rankGroups(y, reference)))
}

/** DeLong et al. 1988 as they wrote it: every pair of a positive and a negative row. */
function slowDelong(y: Uint8Array, scores: readonly Float64Array[]): { difference: number; variance: number } {
  const positives = [...y.keys()].filter((row) => y[row] === 1)
  const negatives = [...y.keys()].filter((row) => y[row] === 0)
  const kernel = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0)
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const v10 = scores.map((s) => positives.map((i) => mean(negatives.map((j) => kernel(s[i]!, s[j]!)))))
  const v01 = scores.map((s) => negatives.map((j) => mean(positives.map((i) => kernel(s[i]!, s[j]!)))))
  const covariance = (a: readonly number[], b: readonly number[]) => {
    const [ma, mb] = [mean(a), mean(b)]
    return a.reduce((sum, value, k) => sum + (value - ma) * (b[k]! - mb), 0) / (a.length - 1)
  }
  const part = (v: readonly (readonly number[])[], rows: number) =>
    (covariance(v[0]!, v[0]!) + covariance(v[1]!, v[1]!) - 2 * covariance(v[0]!, v[1]!)) / rows
  return {
    difference: mean(v10[0]!) - mean(v10[1]!),
    variance: part(v10, positives.length) + part(v01, negatives.length),
  }
}

describe('paired DeLong', () => {
  it('equals every pair of rows counted one by one, ties included', () => {
    const random = createRandom(4)
    const n = 120
    const y = Uint8Array.from({ length: n }, () => (random.uniform() < 0.4 ? 1 : 0))
    const other = Float64Array.from(y, (one) => Math.round(4 * (one + random.normal())) / 4)
    const reference = Float64Array.from(other, (score) => Math.round(4 * (score + random.normal())) / 4)
    const { difference, variance } = slowDelong(y, [other, reference])
    const found = delongOf(y, other, reference)
    expect(found.difference.value).toBeCloseTo(difference, 13)
    expect(found.zAt!(0)).toBeCloseTo(difference / Math.sqrt(variance), 11)
  })

  it('two equal rankings never differ, and there is nothing to test', () => {
    const y = Uint8Array.of(0, 1, 0, 1, 1, 0)
    const score = Float64Array.of(0.1, 0.8, 0.4, 0.3, 0.9, 0.2)
    const found = delongOf(y, score, score)
    expect(found.difference).toMatchObject({ value: 0, low: null, reason: 'the two never differ' })
    expect(found.zAt).toBeNull()
  })

  it('is undefined, with a reason, where a class has no rows', () => {
    const found = delongOf(Uint8Array.of(1, 1), Float64Array.of(0.1, 0.2), Float64Array.of(0.2, 0.1))
    expect(found.difference).toMatchObject({ value: null, reason: 'a class has no rows' })
  })

  it.skipIf(!casesPresent)('is pROC 1.18.0’s on telco_churn, to 1e-9', () => {
    const columns = readColumns('telco_churn')
    const y = Uint8Array.from(columns['Churn']!, (value) => (value === 'Yes' || value === '1' ? 1 : 0))
    const expected = readExpected<{ delong_gb_vs_rf: { Z: number; p: number } }>(
      'telco_churn',
      'expected_r.json',
    ).delong_gb_vs_rf
    const z = delongOf(y, numbers(columns['gb_p_yes']!), numbers(columns['rf_p_yes']!)).zAt!(0)
    expect(Math.abs(z / expected.Z - 1)).toBeLessThan(1e-9)
    expect(Math.abs(twoSidedNormal(z) / expected.p - 1)).toBeLessThan(1e-9)
  })
})

describe('influence of average precision', () => {
  it('is what taking a row out changes, times −1', () => {
    const random = createRandom(8)
    const n = 4000
    const y = Uint8Array.from({ length: n }, () => (random.uniform() < 0.3 ? 1 : 0))
    const score = Float64Array.from(y, (one) => one + random.normal())
    const whole = averagePrecisionInfluence(y, rankGroups(y, score))!
    for (const row of [0, 17, 400, 3999]) {
      const keep = (_: unknown, at: number) => at !== row
      const left = averagePrecisionInfluence(y.filter(keep), rankGroups(y.filter(keep), score.filter(keep)))!
      expect(left.value - whole.value).toBeCloseTo(-whole.influence[row]!, 6)
    }
  })
})

describe('McNemar', () => {
  it.skipIf(!casesPresent)('is scikit-learn’s table and statsmodels’ p-values on telco_churn, to 1e-9', () => {
    const columns = readColumns('telco_churn')
    const expected = readExpected<{ compare_gb_rf: TelcoPair }>('telco_churn').compare_gb_rf
    const truth = columns['Churn']!
    const right = (labels: readonly string[]) =>
      Uint8Array.from(labels, (label, row) =>
        Number(label === '1' || label === 'Yes') === Number(truth[row] === '1' || truth[row] === 'Yes') ? 1 : 0,
      )
    const found = mcnemar(right(columns['gb_label']!), right(columns['rf_label']!))
    expect([
      [found.bothRight, found.onlyReference],
      [found.onlyOther, found.bothWrong],
    ]).toEqual(expected.table)
    expect(Math.abs(found.chiSquareCorrected! / expected.mcnemar_chi2_corrected - 1)).toBeLessThan(1e-9)
    expect(Math.abs(found.correctedP! / expected.mcnemar_p - 1)).toBeLessThan(1e-9)
    expect(Math.abs(found.exactP / expected.mcnemar_exact_p - 1)).toBeLessThan(1e-9)
  })

  it('has no chi-square where no row is discordant, and an exact p of 1', () => {
    const right = Uint8Array.of(1, 0, 1)
    expect(mcnemar(right, right)).toMatchObject({ chiSquare: null, correctedP: null, exactP: 1, bothRight: 2 })
  })
})

describe('exact test of a fair coin', () => {
  it('is the sum of Pascal’s triangle', () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k)
    for (const [a, b] of [
      [0, 7],
      [3, 9],
      [12, 13],
      [20, 31],
      [5, 5],
    ] as const) {
      const n = a + b
      let tail = 0
      for (let k = 0; k <= Math.min(a, b); k++) tail += choose(n, k) / 2 ** n
      expect(Math.abs(signTest(a, b) / Math.min(1, 2 * tail) - 1)).toBeLessThan(1e-12)
      expect(Math.abs(fairCoinProbability(a, n) / (choose(n, a) / 2 ** n) - 1)).toBeLessThan(1e-12)
    }
  })

  it('holds at a million throws: scipy.stats.binomtest 1.10.1 says 0.3180365408403385', () => {
    expect(Math.abs(signTest(500_000, 501_000) / 0.3180365408403385 - 1)).toBeLessThan(1e-9)
  })
})

describe('score interval of paired proportions', () => {
  /** Tango's statistic with the restricted estimate found by maximising the likelihood on a grid. */
  function slowScore(b: number, c: number, n: number, delta: number): number {
    let best = 0
    let most = -Infinity
    const top = (1 - Math.abs(delta)) / 2
    for (let step = 1; step < 200_000; step++) {
      const q = (step / 200_000) * top + Math.max(0, -delta)
      const rest = 1 - 2 * q - delta
      if (q <= 0 || q + delta <= 0 || rest <= 0) continue
      const likelihood = b * Math.log(q + delta) + c * Math.log(q) + (n - b - c) * Math.log(rest)
      if (likelihood > most) [most, best] = [likelihood, q]
    }
    return (b - c - n * delta) / Math.sqrt(n * (2 * best + delta * (1 - delta)))
  }

  it.each([
    [12, 2, 50],
    [53, 57, 2113],
    [4, 9, 30],
  ])('%d against %d of %d: the estimate under each difference is the likeliest', (b, c, n) => {
    for (const delta of [-0.2, -0.05, 0.1, 0.3]) {
      const slow = slowScore(b, c, n, delta)
      expect(Math.abs(pairedScore({ onlyFirst: b, onlySecond: c, n }, delta) / slow - 1)).toBeLessThan(1e-4)
    }
  })

  it('at no difference it is McNemar’s, and its ends are where the score is ±1.96', () => {
    const counts = { onlyFirst: 57, onlySecond: 53, n: 2113 }
    expect(pairedScore(counts, 0)).toBeCloseTo(4 / Math.sqrt(110), 12)
    const { low, high } = pairedDifferenceInterval(counts)
    expect(pairedScore(counts, low)).toBeCloseTo(1.959964, 6)
    expect(pairedScore(counts, high)).toBeCloseTo(-1.959964, 6)
  })

  it('keeps a width where nothing is discordant', () => {
    const { low, high } = pairedDifferenceInterval({ onlyFirst: 0, onlySecond: 0, n: 50 })
    expect(low).toBeLessThan(-0.05)
    expect(high).toBeCloseTo(-low, 12)
  })
})

describe('Holm', () => {
  it('is R’s p.adjust, and leaves out what was not tested', () => {
    expect(holm([0.01, 0.04, null, 0.03])).toEqual([0.03, 0.06, null, 0.06])
    expect(holm([0.9, 0.8])).toEqual([1, 1])
  })
})

describe('verdicts', () => {
  const estimate = (value: number, standardError: number) =>
    normalEstimate({ value, standardError, n: 1000, method: 'test' })
  const judge = (value: number, better: 'higher' | 'lower', margin = 0.01, standardError = 0.004) =>
    judgeDifferences({ estimates: [estimate(value, standardError)], better, margin })[0]!

  it('worse by less than the margin, surely: worse, not inferior, of no consequence', () => {
    const found = judge(-0.004, 'higher', 0.02, 0.001)
    expect(found.verdict).toBe('worse')
    expect(found.nonInferiority!.verdict).toBe('non-inferior')
    expect(found.rope!.verdict).toBe('equivalent')
  })

  it('the direction of a loss is the other way round', () => {
    expect(judge(0.05, 'lower')).toMatchObject({
      verdict: 'worse',
      nonInferiority: { verdict: 'inferior' },
      rope: { verdict: 'worse' },
    })
    expect(judge(-0.05, 'lower')).toMatchObject({
      verdict: 'better',
      nonInferiority: { verdict: 'non-inferior' },
      rope: { verdict: 'better' },
    })
  })

  it('an interval that straddles the margin says nothing', () => {
    const found = judge(-0.008, 'higher')
    expect(found.nonInferiority!.verdict).toBe('inconclusive')
    expect(found.rope!.verdict).toBe('undecided')
  })

  it('non-inferiority holds exactly where the lower end of the interval is above −margin', () => {
    for (let value = -0.02; value < 0.02; value += 0.0007) {
      const found = judge(value, 'higher')
      expect(found.nonInferiority!.verdict === 'non-inferior').toBe(found.difference.low! > -0.01)
    }
  })

  it('probabilities of the region add to 1 and are those of the normal posterior', () => {
    const { rope } = judge(0.004, 'higher')
    expect(rope!.worse + rope!.equivalent + rope!.better).toBeCloseTo(1, 12)
    // P(N(0.004, 0.004) > 0.01) = 1 − Φ(1.5)
    expect(rope!.better).toBeCloseTo(0.06680720126885807, 9)
  })

  it('p-values of several are corrected together', () => {
    const found = judgeDifferences({
      estimates: [estimate(0.009, 0.004), estimate(0.009, 0.004), estimate(0.009, 0.004)],
      better: 'higher',
      margin: undefined,
    })
    expect(found[0]!.pValue).toBeLessThan(0.05)
    expect(found.map(({ verdict }) => verdict)).toEqual(Array(3).fill('no difference shown'))
  })
})
