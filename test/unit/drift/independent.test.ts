/** Fast versions against slow ones, on samples with and without ties. */
import { describe, expect, it } from 'vitest'
import { binSamples, decileEdges } from '../../../shared/drift/bins.ts'
import { chiSquareMoments } from '../../../shared/drift/chi-square-moments.ts'
import { bandwidthOf } from '../../../shared/drift/column-discrepancy.ts'
import { compareNumbers, numericTests, sortSample } from '../../../shared/drift/compare-column.ts'
import { wassersteinDistance } from '../../../shared/drift/distances.ts'
import { eigenSymmetric } from '../../../shared/drift/eigen.ts'
import { fisherExact } from '../../../shared/drift/fisher-exact.ts'
import { kolmogorovDistance } from '../../../shared/drift/kolmogorov-smirnov.ts'
import { momentsOf } from '../../../shared/drift/sample-moments.ts'
import { buildValueTable } from '../../../shared/drift/value-table.ts'
import { wassersteinBetween } from '../../../shared/drift/wasserstein-between.ts'
import { twoSampleExact } from '../../../shared/statistics/kolmogorov.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'
import { sortNumbers } from '../../../shared/statistics/sort-numbers.ts'
import {
  slowCramerVonMises,
  slowDiscrepancy,
  slowEnergy,
  slowKs,
  slowKsP,
  slowMannWhitney,
  slowPsi,
  slowWasserstein,
} from './slow-versions.ts'

const draws: Record<string, (random: Random) => number> = {
  continuous: (random) => random.normal(),
  'with ties': (random) => Math.floor(random.uniform() * 7),
  'negative and zero': (random) => Math.round(random.normal() * 3) * -0.5,
}

describe.each(Object.entries(draws))('%s', (_, draw) => {
  const random = createRandom(3)
  const x = Array.from({ length: 41 }, () => draw(random))
  const y = Array.from({ length: 29 }, () => draw(random) + (random.uniform() < 0.5 ? 1 : 0))
  const [reference, current] = [Float64Array.from(x).sort(), Float64Array.from(y).sort()]
  const edges = decileEdges(reference)
  const table = buildValueTable(reference, current)
  const bins = binSamples(reference, current, edges)
  const tests = numericTests({ table, bins, moments: momentsOf(reference), currentMoments: momentsOf(current) }, 1)
  const pair = { x, y }

  it('Kolmogorov–Smirnov', () => {
    expect(tests.ks!.statistic).toBeCloseTo(slowKs(pair), 14)
    expect(kolmogorovDistance(reference, current)).toBeCloseTo(slowKs(pair), 14)
  })
  it('Wasserstein', () => {
    expect(wassersteinDistance(table)).toBeCloseTo(slowWasserstein(pair), 12)
    expect(wassersteinBetween(reference, current)).toBeCloseTo(tests.wasserstein!.statistic!, 12)
  })
  it('maximum mean discrepancy', () =>
    expect(tests.mmd!.statistic).toBeCloseTo(slowDiscrepancy(pair, bandwidthOf(table)), 12))
  it('energy', () => expect(tests.energy!.statistic).toBeCloseTo(slowEnergy(pair), 12))
  it('Mann–Whitney', () => expect(tests.mann_whitney!.statistic).toBe(slowMannWhitney(pair)))
  it('Cramér–von Mises', () => expect(tests.cramer_von_mises!.statistic).toBeCloseTo(slowCramerVonMises(pair), 12))
  it('population stability index', () => expect(tests.psi!.statistic).toBeCloseTo(slowPsi(x, y, edges), 12))
})

it.each([
  [3, 4, 0.5],
  [5, 5, 0.6],
  [6, 4, 0.75],
  [1, 7, 0.9],
  [8, 6, 0.3],
])('the exact p of %i and %i rows counts every deal', (n, m, distance) => {
  // Distances come in steps of 1 / lcm: the next one up is what is tested.
  expect(twoSampleExact(n, m, distance)).toBeCloseTo(slowKsP(n, m, Math.round(distance * n * m) / (n * m)), 12)
})

it('sorts numbers of either sign, with zeros of both, infinities and long runs', () => {
  const random = createRandom(1)
  for (const n of [0, 1, 2, 50, 5000]) {
    const values = Float64Array.from({ length: n }, (_, k) =>
      k % 7 === 0 ? 0 : k % 11 === 0 ? -0 : k % 13 === 0 ? Infinity : k % 17 === 0 ? -Infinity : 1e3 * random.normal(),
    )
    const expected = [...values].sort((a, b) => a - b)
    const sorted = sortNumbers(Float64Array.from(values))
    expect(sorted.length).toBe(n)
    sorted.forEach((value, k) => expect(value === expected[k]).toBe(true))
  }
})

it('leaves missing and infinite numbers out, and counts them', () => {
  const { sorted, missing, notFinite } = sortSample(Float64Array.of(3, NaN, -1, Infinity, NaN, 2))
  expect([...sorted]).toEqual([-1, 2, 3])
  expect({ missing, notFinite }).toEqual({ missing: 2, notFinite: 1 })
})

it('says why a column without values, or without spread, has no test', () => {
  const settings = { preset: 'assay', alpha: 0.05, splits: 20, seed: 1 } as const
  const empty = compareNumbers(
    { reference: Float64Array.of(NaN, NaN), current: Float64Array.of(1, 2), chunks: null },
    settings,
  )
  expect(empty.tests).toEqual({})
  expect(empty.reference).toMatchObject({ n: 0, missing: 2, mean: null })
  const flat = compareNumbers(
    { reference: Float64Array.of(5, 5, 5), current: Float64Array.of(5, 5), chunks: null },
    settings,
  )
  for (const name of ['wasserstein', 't', 'mann_whitney', 'anderson_darling', 'chi2', 'energy'] as const) {
    expect(flat.tests[name], name).toMatchObject({ statistic: null, p: null, reason: expect.any(String) })
  }
  expect(flat.tests.ks).toMatchObject({ statistic: 0, p: 1 })
})

it('gives chi-square its exact moments under permutation', () => {
  // Every split of six rows in categories a, a, b, c into samples of two and four.
  const rows = [0, 0, 0, 1, 1, 2]
  const found: number[] = []
  for (let i = 0; i < 6; i++) {
    for (let j = i + 1; j < 6; j++) {
      const first = [0, 0, 0]
      first[rows[i]!]!++
      first[rows[j]!]!++
      found.push(
        [3, 2, 1].reduce((sum, count, k) => {
          const a = (2 * count) / 6
          const b = (4 * count) / 6
          return sum + (first[k]! - a) ** 2 / a + (count - first[k]! - b) ** 2 / b
        }, 0),
      )
    }
  }
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length
  const variance = found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / found.length
  const exact = chiSquareMoments([1, 1, 0], [2, 1, 1], 2, 4)
  expect(exact.mean).toBeCloseTo(mean, 12)
  expect(exact.variance).toBeCloseTo(variance, 12)
})

it('sums the tables of Fisher’s test', () => {
  // Margins 3, 5 and 4, 4: tables with 0 to 3 in the corner have weights 4, 24, 24, 4 of 56.
  expect(fisherExact(3, 0, 1, 4)).toBeCloseTo(8 / 56, 12)
  expect(fisherExact(2, 1, 2, 3)).toBeCloseTo(1, 12)
})

it('finds eigenvectors of a symmetric matrix', () => {
  const random = createRandom(9)
  const size = 6
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = random.normal()
  }
  const { values, vectors } = eigenSymmetric(Float64Array.from(matrix), size)
  values.forEach((value, k) => {
    if (k > 0) expect(value).toBeLessThanOrEqual(values[k - 1]!)
    for (let i = 0; i < size; i++) {
      let product = 0
      for (let j = 0; j < size; j++) product += matrix[i * size + j]! * vectors[k]![j]!
      expect(product).toBeCloseTo(value * vectors[k]![i]!, 10)
    }
  })
})
