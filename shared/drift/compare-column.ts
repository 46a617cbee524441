/** Everything about one column that does not depend on the others: tests, effects, learnt limits, bins, timeline. */
import type { DriftBins, DriftColumn, DriftTest, DriftTestName, LearntDistance } from '../contract/drift-column.ts'
import type { DriftOptions } from '../contract/drift-request.ts'
import { sortNumbers } from '../statistics/sort-numbers.ts'
import { alignCategories, binSamples, countBelow, decileEdges, valuesAsCells } from './bins.ts'
import type { BinnedSamples, CategoryTable } from './bins.ts'
import { binnedDistances } from './binned-distances.ts'
import { binnedTests } from './binned-tests.ts'
import { chunkCategories, chunkNumbers } from './chunk-column.ts'
import type { CategoryChunks, ChunkFigures, NumberChunks } from './chunk-column.ts'
import { columnDiscrepancy } from './column-discrepancy.ts'
import { describeCategories, describeNumbers, histogramOf } from './describe-sample.ts'
import type { SortedSample } from './describe-sample.ts'
import { energyDistance, wasserstein, welchT } from './distances.ts'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { judgeDistance, learnBinned, learnNumeric } from './learn-distances.ts'
import type { LearntName, NullDistances } from './learn-distances.ts'
import { andersonDarling, cramerVonMises, mannWhitney } from './rank-tests.ts'
import { momentsOf } from './sample-moments.ts'
import type { Moments } from './sample-moments.ts'
import { selectTest } from './select-test.ts'
import { buildValueTable } from './value-table.ts'
import type { ValueTable } from './value-table.ts'
import { mapTo } from '../statistics/map-to.ts'

/** A column before the correction over all of them. */
export type ComparedColumn = Pick<
  DriftColumn,
  'kind' | 'reference' | 'current' | 'tests' | 'learnt' | 'unseen' | 'bins' | 'histogram'
> & {
  readonly test: DriftTestName
  readonly chunks: ChunkFigures | null
  /** Size of the shift as a population stability index, which decides between drifted and slight. */
  readonly size: number
}

export type CompareSettings = Pick<DriftOptions, 'preset' | 'alpha' | 'splits' | 'seed'>

/** Up to this many distinct numbers chi-square and G are taken over the values, past it over the decile bins. */
const valuesAtMost = 20
/** Categories that a document lists by name. */
const listedCategories = 50
const listedExamples = 10

export interface NumberColumn {
  /** One number a row in row order, NaN where it is missing; the memory is used up. */
  readonly reference: Float64Array
  readonly current: Float64Array
  readonly chunks: NumberChunks | null
}

/** Sorted numbers of a sample, and what was left out. */
export function sortSample(values: Float64Array): SortedSample {
  let kept = 0
  let missing = 0
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    if (Number.isNaN(value)) missing++
    else if (Number.isFinite(value)) values[kept++] = value
  }
  const notFinite = values.length - missing - kept
  return { sorted: sortNumbers(values.subarray(0, kept)), missing, notFinite }
}

/**
 * All of one column of numbers, but for what depends on other columns.
 *
 * @param column NaN is missing; both arrays are sorted in place
 */
export function compareNumbers(column: NumberColumn, settings: CompareSettings): ComparedColumn {
  // Before the rows lose their order.
  const split = column.chunks?.prepare(column.reference, column.current) ?? null
  const reference = sortSample(column.reference)
  const current = sortSample(column.current)
  const table = buildValueTable(reference.sorted, current.sorted)
  const test = selectTest(settings.preset, { kind: 'numeric', distinct: table.values.length, referenceRows: table.n })
  const moments = momentsOrNull(reference.sorted)
  const currentMoments = momentsOrNull(current.sorted)
  const edges = moments === null ? [] : decileEdges(reference.sorted)
  const bins = binSamples(reference.sorted, current.sorted, edges)
  const defined = moments !== null && currentMoments !== null
  const nulls = defined ? learnNumbers({ table, bins, moments, currentMoments }, settings) : {}
  const tests = defined ? numericTests({ table, bins, moments, currentMoments }, settings.seed) : {}
  return {
    kind: 'numeric',
    test,
    reference: describeNumbers(reference, moments, table.distinct.reference),
    current: describeNumbers(current, currentMoments, table.distinct.current),
    ...withLearnt(tests, nulls, settings),
    unseen: unseenNumbers(reference.sorted, current.sorted),
    bins: { edges, categories: null, reference: [...bins.reference], current: [...bins.current] },
    histogram: histogramOf(reference.sorted, current.sorted),
    size: defined ? Math.max(tests.psi?.statistic ?? 0, indexOfHalves(table)) : 0,
    chunks: split && defined ? chunkNumbers(split, { test, sorted: reference.sorted, edges, table, nulls }) : null,
  }
}

/**
 * The index of two cells, at or below the value where the distribution functions differ most and above it. Decile bins
 * see nothing inside a value that most of the reference has: with 0 there and nothing below, 0 and 1 are one bin.
 */
function indexOfHalves({ values, reference, current, n, m }: ValueTable): number {
  let below = 0
  let belowCurrent = 0
  let [most, split, splitCurrent] = [0, n, m]
  for (let k = 0; k < values.length; k++) {
    below += reference[k]!
    belowCurrent += current[k]!
    const gap = Math.abs(below / n - belowCurrent / m)
    if (gap > most) [most, split, splitCurrent] = [gap, below, belowCurrent]
  }
  const halves = (rows: number, of: number): Float64Array => Float64Array.of(rows, of - rows)
  return binnedDistances({ reference: halves(split, n), current: halves(splitCurrent, m), n, m })[0]!
}

const momentsOrNull = (sorted: Float64Array): Moments | null => (sorted.length === 0 ? null : momentsOf(sorted))

export interface NumericSamples {
  readonly table: ValueTable
  readonly bins: BinnedSamples
  /** Of the reference. */
  readonly moments: Moments
  readonly currentMoments: Moments
}

/** Every test of two samples that both have a value; of few distinct values the tests of counts go by value. */
export function numericTests(
  { table, bins, moments, currentMoments }: NumericSamples,
  seed: number,
): Partial<Record<DriftTestName, DriftTest>> {
  const binned = binnedTests(bins, seed, 'bins')
  const few = table.values.length <= valuesAtMost
  const { chi2, g, z, fisher } = few ? binnedTests(valuesAsCells(table), seed, 'values') : binned
  return {
    ks: kolmogorovSmirnov(table),
    wasserstein: wasserstein(table, moments),
    ...binned,
    ...(chi2 ? { chi2 } : {}),
    ...(g ? { g } : {}),
    ...(z ? { z } : {}),
    ...(fisher ? { fisher } : {}),
    anderson_darling: andersonDarling(table),
    cramer_von_mises: cramerVonMises(table),
    energy: energyDistance(table, moments, currentMoments),
    mmd: columnDiscrepancy(table),
    mann_whitney: mannWhitney(table),
    t: welchT(moments, currentMoments),
  }
}

function learnNumbers({ table, bins, moments }: NumericSamples, { splits, seed }: CompareSettings): NullDistances {
  if (splits < 2) return {}
  const deviation = Math.sqrt(moments.squares / moments.n)
  return { ...learnBinned(bins, splits, seed), ...learnNumeric(table, deviation, splits, seed) }
}

/** Distances get the p-value that random splits of the rows give them. */
function withLearnt(
  tests: Partial<Record<DriftTestName, DriftTest>>,
  nulls: NullDistances,
  { alpha, splits }: CompareSettings,
): Pick<ComparedColumn, 'tests' | 'learnt'> {
  const learnt: Partial<Record<DriftTestName, LearntDistance>> = {}
  const complete = { ...tests }
  for (const [name, known] of Object.entries(nulls) as [LearntName, NonNullable<NullDistances[LearntName]>][]) {
    const test = tests[name]
    if (!test || test.statistic === null) continue
    const judged = judgeDistance(name, test.statistic, known, alpha)
    learnt[name] = judged
    complete[name] = { ...test, p: judged.p, method: `fitted to ${splits} random splits of the rows of both` }
  }
  return { tests: complete, learnt }
}

/** Current rows outside the range of the reference. */
function unseenNumbers(reference: Float64Array, current: Float64Array): ComparedColumn['unseen'] {
  if (reference.length === 0 || current.length === 0) return { n: 0, examples: [] }
  const least = current[0]!
  const most = current[current.length - 1]!
  const below = countBelow(current, reference[0]!)
  let above = current.length
  while (above > below && current[above - 1]! > reference[reference.length - 1]!) above--
  return {
    n: below + current.length - above,
    examples: [...(below > 0 ? [`down to ${least}`] : []), ...(above < current.length ? [`up to ${most}`] : [])],
  }
}

export interface CategoryColumn {
  readonly reference: ReadonlyMap<string, number>
  readonly current: ReadonlyMap<string, number>
  readonly missing: { readonly reference: number; readonly current: number }
  readonly chunks: CategoryChunks | null
}

/** All of one column of categories, from their counts, but for what depends on other columns. */
export function compareCategories(column: CategoryColumn, settings: CompareSettings): ComparedColumn {
  const table = alignCategories(column.reference, column.current)
  const defined = table.n > 0 && table.m > 0
  const test = selectTest(settings.preset, {
    kind: 'categorical',
    distinct: table.categories.length,
    referenceRows: table.n,
  })
  const nulls = defined && settings.splits >= 2 ? learnBinned(table, settings.splits, settings.seed) : {}
  const tests = defined ? binnedTests(byName(table), settings.seed, 'categories') : {}
  const unseen = table.categories.filter((name) => !column.reference.has(name))
  return {
    kind: 'categorical',
    test,
    reference: describeCategories({ n: table.n, distinct: column.reference.size }, column.missing.reference),
    current: describeCategories({ n: table.m, distinct: column.current.size }, column.missing.current),
    ...withLearnt(tests, nulls, settings),
    unseen: {
      n: unseen.reduce((sum, name) => sum + column.current.get(name)!, 0),
      examples: unseen.slice(0, listedExamples),
    },
    bins: listCategories(table),
    histogram: null,
    size: tests.psi?.statistic ?? 0,
    chunks: column.chunks && defined ? chunkCategories(column.chunks, { test, table, nulls }) : null,
  }
}

/** In the order of the names: the share that Z is about is that of the later name of two. */
function byName(table: CategoryTable): BinnedSamples {
  const order = [...table.categories.keys()].sort((a, b) => (table.categories[a]! < table.categories[b]! ? -1 : 1))
  return {
    n: table.n,
    m: table.m,
    reference: mapTo(Float64Array, order, (k) => table.reference[k]!),
    current: mapTo(Float64Array, order, (k) => table.current[k]!),
  }
}

function listCategories({ categories, reference, current }: CategoryTable): DriftBins {
  const cut = categories.length > listedCategories ? listedCategories - 1 : categories.length
  const rest = (counts: Float64Array): number => counts.subarray(cut).reduce((sum, rows) => sum + rows, 0)
  const others = categories.length - cut
  return {
    edges: null,
    categories: [...categories.slice(0, cut), ...(others > 0 ? [`${others} others`] : [])],
    reference: [...reference.subarray(0, cut), ...(others > 0 ? [rest(reference)] : [])],
    current: [...current.subarray(0, cut), ...(others > 0 ? [rest(current)] : [])],
  }
}
