/** Every drift number in the reference cases beside the checkout, by scipy 1.10.1, to 1e-9 relative. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import type { DriftTest, DriftTestName } from '../../../shared/contract/drift.ts'
import { binSamples, decileEdges, sortedQuantile } from '../../../shared/drift/bins.ts'
import { compareCategories, numericTests } from '../../../shared/drift/compare-column.ts'
import { wassersteinDistance } from '../../../shared/drift/distances.ts'
import { momentsOf } from '../../../shared/drift/sample-moments.ts'
import { buildValueTable } from '../../../shared/drift/value-table.ts'
import { oneSampleSurvival } from '../../../shared/statistics/kolmogorov.ts'

const folder = fileURLToPath(new URL('../../../../shared/cases', import.meta.url))
const present = existsSync(folder)
if (!present) console.warn(`Skipped: no reference cases at ${folder}`)

type Rows = Record<string, string>[]
const tables = new Map<string, Rows>()
function read(name: string, file: string): Rows {
  const path = `${folder}/${name}/${file}`
  const known = tables.get(path)
  if (known) return known
  const { data } = Papa.parse<Record<string, string>>(readFileSync(path, 'utf8'), {
    header: true,
    skipEmptyLines: true,
  })
  tables.set(path, data)
  return data
}

const isMissing = (text: string | undefined): boolean => text === undefined || text.trim() === '' || text === 'NaN'
const numbers = (rows: Rows, column: string): Float64Array =>
  Float64Array.from(
    rows.filter((row) => !isMissing(row[column])),
    (row) => Number(row[column]),
  ).sort()
function counts(rows: Rows, column: string): Map<string, number> {
  const found = new Map<string, number>()
  for (const row of rows) if (!isMissing(row[column])) found.set(row[column]!, (found.get(row[column]!) ?? 0) + 1)
  return found
}

/* eslint-disable @typescript-eslint/no-explicit-any -- documents of different shapes, read by this test alone */
/** Relative alone for p-values, which go down to 1e-151; a distance of 6e-5 is a difference of numbers near 1. */
function near(actual: number | null | undefined, expected: number, what: string): void {
  const distance = Math.abs((actual ?? NaN) - expected)
  const rounding = what.includes('_p') ? 0 : 1e-15
  expect(distance, `${what}: ${actual} is not ${expected}`).toBeLessThanOrEqual(1e-9 * Math.abs(expected) + rounding)
}

function checkNumbers(train: Float64Array, now: Float64Array, expected: any, what: string): number {
  let checked = 0
  const check = (key: string, actual: number | null | undefined): void => {
    near(actual, expected[key], `${what} ${key}`)
    checked++
  }
  const table = buildValueTable(train, now)
  const edges = decileEdges(train)
  expect(edges, `${what} edges`).toEqual(expected.inner_edges)
  const bins = binSamples(train, now, edges)
  bins.reference.forEach((rows, k) => near(rows / table.n, expected.train_fraction[k], `${what} train fraction ${k}`))
  bins.current.forEach((rows, k) => near(rows / table.m, expected.current_fraction[k], `${what} current fraction ${k}`))
  const samples = { train: momentsOf(train), current: momentsOf(now) }
  const tests = numericTests({ table, bins, moments: samples.train, currentMoments: samples.current }, 1) as Record<
    DriftTestName,
    DriftTest
  >
  check('psi', tests.psi.statistic)
  check('js_distance', tests.js.statistic)
  near(tests.js.statistic! ** 2, expected.js_divergence, `${what} js_divergence`)
  check('ks', tests.ks.statistic)
  check('ks_p', tests.ks.p)
  check('ks_p_asymp', oneSampleSurvival(Math.round((table.n * table.m) / (table.n + table.m)), tests.ks.statistic!))
  check('wasserstein', wassersteinDistance(table))
  check('wasserstein_std', tests.wasserstein.statistic)
  check('mannwhitney_u', tests.mann_whitney.statistic)
  check('mannwhitney_p', tests.mann_whitney.p)
  for (const side of ['train', 'current'] as const) {
    const { n, mean, squares } = samples[side]
    expect(n).toBe(expected[side].n)
    near(mean, expected[side].mean, `${what} ${side} mean`)
    near(Math.sqrt(squares / (n - 1)), expected[side].std_ddof1, `${what} ${side} deviation`)
    near(sortedQuantile(side === 'train' ? train : now, 0.5), expected[side].median, `${what} median`)
  }
  return checked
}

function checkCategories(train: Rows, current: Rows, column: string, expected: any, what: string): number {
  const compared = compareCategories(
    {
      reference: counts(train, column),
      current: counts(current, column),
      missing: { reference: 0, current: 0 },
      chunks: null,
    },
    { preset: 'assay', alpha: 0.05, splits: 0, seed: 1 },
  )
  const { psi, js, chi2 } = compared.tests
  near(psi?.statistic, expected.psi, `${what} psi`)
  near(js?.statistic, expected.js_distance, `${what} js_distance`)
  near(js!.statistic! ** 2, expected.js_divergence, `${what} js_divergence`)
  near(chi2?.statistic, expected.chi2, `${what} chi2`)
  near(chi2?.p, expected.chi2_p, `${what} chi2_p`)
  expect(compared.bins.categories!.length - 1).toBe(expected.chi2_dof)
  return 6
}

const files = { train_vs_holdout: 'holdout.csv', train_vs_shifted: 'holdout_shifted.csv' } as const
describe.skipIf(!present)('drift numbers of the reference cases', () => {
  it.each(['telco_churn', 'wine_quality', 'california_gbr', 'bike_xgb'])('%s', (name) => {
    const expected = JSON.parse(readFileSync(`${folder}/${name}/expected.json`, 'utf8')).drift
    const train = read(name, 'train.csv')
    let checked = 0
    for (const [comparison, file] of Object.entries(files)) {
      const current = read(name, file)
      for (const [column, wanted] of Object.entries<any>(expected[comparison])) {
        const what = `${name} ${comparison} ${column}`
        checked +=
          wanted.kind === 'numeric'
            ? checkNumbers(numbers(train, column), numbers(current, column), wanted, what)
            : checkCategories(train, current, column, wanted, what)
      }
    }
    expect(checked).toBeGreaterThan(100)
  })
})
