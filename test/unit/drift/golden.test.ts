/** Statistics and p-values against scipy 1.10.1 (golden.json, written by golden.py). */
import { describe, expect, it } from 'vitest'
import type { DriftTest, DriftTestName } from '../../../shared/contract/drift-column.ts'
import { binnedTests } from '../../../shared/drift/binned-tests.ts'
import { binSamples, decileEdges } from '../../../shared/drift/bins.ts'
import { numericTests } from '../../../shared/drift/compare-column.ts'
import { wassersteinDistance } from '../../../shared/drift/distances.ts'
import { momentsOf } from '../../../shared/drift/sample-moments.ts'
import { buildValueTable } from '../../../shared/drift/value-table.ts'
import { chiSquareSurvival, studentTwoSided } from '../../../shared/statistics/gamma.ts'
import { twoSidedNormal } from '../../../shared/statistics/erfc.ts'
import { oneSampleSurvival } from '../../../shared/statistics/kolmogorov.ts'
import golden from './golden.json' with { type: 'json' }

type Tests = Record<DriftTestName, DriftTest>

function near(actual: number | null, expected: number, what: string, relative = 1e-9): void {
  expect(actual, what).not.toBeNull()
  expect(Math.abs(actual! - expected), `${what}: ${actual} is not ${expected}`).toBeLessThanOrEqual(
    relative * Math.abs(expected),
  )
}

describe('numbers', () => {
  it.each(Object.entries(golden.numbers))('%s', (name, expected) => {
    const reference = Float64Array.from(expected.reference).sort()
    const current = Float64Array.from(expected.current).sort()
    const table = buildValueTable(reference, current)
    const bins = binSamples(reference, current, decileEdges(reference))
    const samples = { table, bins, moments: momentsOf(reference), currentMoments: momentsOf(current) }
    const tests = numericTests(samples, 1) as Tests
    near(tests.ks.statistic, expected.ks[0]!, 'ks')
    near(tests.ks.p, expected.ks[1]!, 'ks p')
    near(wassersteinDistance(table), expected.wasserstein, 'wasserstein')
    near(tests.energy.statistic, expected.energy, 'energy')
    near(tests.anderson_darling.statistic, expected.anderson_darling, 'anderson-darling')
    near(tests.cramer_von_mises.statistic, expected.cramer_von_mises[0]!, 'cramér–von mises', 1e-8)
    // scipy's series stops at terms of 1e-7 and takes 1 − cdf; ours keeps the tail.
    expect(Math.abs(tests.cramer_von_mises.p! - expected.cramer_von_mises[1]!)).toBeLessThan(1e-8)
    near(tests.mann_whitney.statistic, expected.mann_whitney[0]!, 'mann-whitney')
    near(tests.mann_whitney.p, expected.mann_whitney[1]!, 'mann-whitney p')
    near(tests.t.statistic, expected.t[0]!, 't', 1e-8)
    near(tests.t.p, expected.t[1]!, 't p', 1e-8)
    // scipy interpolates seven critical values and stops at 0.001 and 0.25.
    const { p } = tests.anderson_darling
    if (expected.anderson_darling_p > 0.001 && expected.anderson_darling_p < 0.25) {
      near(p, expected.anderson_darling_p, 'anderson-darling p', 0.06)
    } else expect(expected.anderson_darling_p === 0.25 ? p! >= 0.24 : p! <= 0.0011, `${name} ${p}`).toBe(true)
  })
})

describe('categories', () => {
  it.each(Object.entries(golden.counts))('%s', (_, expected) => {
    const [reference, current] = expected.table.map((row) => Float64Array.from(row)) as [Float64Array, Float64Array]
    const sum = (counts: Float64Array): number => counts.reduce((total, rows) => total + rows, 0)
    const tests = binnedTests({ reference, current, n: sum(reference), m: sum(current) }, 1, 'categories') as Tests
    near(tests.chi2.statistic, expected.chi2[0]!, 'chi2')
    // Where the expected counts are too small for chi-square, p has the exact moments instead.
    if (tests.chi2.method.startsWith('chi-square')) near(tests.chi2.p, expected.chi2[1]!, 'chi2 p')
    near(tests.g.statistic, expected.g[0]!, 'g')
    if (tests.g.p !== null) near(tests.g.p, expected.g[1]!, 'g p')
    near(tests.js.statistic, expected.js, 'js')
    near(tests.hellinger.statistic, expected.hellinger, 'hellinger')
    near(tests.tvd.statistic, expected.tvd, 'tvd')
    if (expected.kl !== null) near(tests.kl.statistic, expected.kl, 'kl')
    if (!('fisher' in expected)) return
    near(tests.fisher.p, expected.fisher, 'fisher p')
    near(tests.z.statistic, expected.z[0]!, 'z')
    near(tests.z.p, expected.z[1]!, 'z p')
  })
})

it('tails keep their digits', () => {
  for (const [x, degrees, p] of golden.tails.chi2) near(chiSquareSurvival(x!, degrees!), p!, `chi2 ${x} ${degrees}`)
  for (const [t, degrees, p] of golden.tails.t) near(studentTwoSided(t!, degrees!), p!, `t ${t} ${degrees}`)
  for (const [z, p] of golden.tails.normal) near(twoSidedNormal(z!), p!, `normal ${z}`)
  for (const [n, d, p] of golden.tails.kstwo) near(oneSampleSurvival(n!, d!), p!, `kstwo ${n} ${d}`)
})
