/**
 * A column over time: the deciding test's statistic of each chunk of rows against the whole reference, for the
 * reference's own chunks as well, which shows how much it varies by itself.
 */
import type { DriftTestName } from '../contract/drift-column.ts'
import { chiSquareSurvival } from '../statistics/gamma.ts'
import { sortNumbers } from '../statistics/sort-numbers.ts'
import { binnedDistanceNames, binnedDistances } from './binned-distances.ts'
import { twoProportions } from './binned-tests.ts'
import { countSorted } from './bins.ts'
import type { BinnedSamples, CategoryTable } from './bins.ts'
import { kolmogorovDistance, pValue } from './kolmogorov-smirnov.ts'
import { isLearnt, judgeDistance, rescale } from './learn-distances.ts'
import type { NullDistances } from './learn-distances.ts'
import { wassersteinBetween } from './wasserstein-between.ts'
import type { ValueTable } from './value-table.ts'

export interface ChunkFigure {
  readonly n: number
  readonly missing: number
  readonly statistic: number | null
  readonly p: number | null
}

export interface ChunkFigures {
  readonly reference: readonly ChunkFigure[]
  readonly current: readonly ChunkFigure[]
}

/** Which chunk each row belongs to: 0 to `chunks` − 1, or −1 where the row has no time. */
export interface ChunkOfRows {
  readonly chunks: number
  readonly of: (row: number) => number
}

/** The numbers of each chunk, sorted, with the count of missing ones. */
interface SplitSide {
  readonly sorted: Float64Array[]
  readonly missing: number[]
}

export class NumberChunks {
  readonly #reference: ChunkOfRows
  readonly #current: ChunkOfRows

  constructor(reference: ChunkOfRows, current: ChunkOfRows) {
    this.#reference = reference
    this.#current = current
  }

  prepare(reference: Float64Array, current: Float64Array): { reference: SplitSide; current: SplitSide } {
    return { reference: splitSide(reference, this.#reference), current: splitSide(current, this.#current) }
  }
}

function splitSide(values: Float64Array, { chunks, of }: ChunkOfRows): SplitSide {
  const sizes = new Uint32Array(chunks)
  const missing = new Array<number>(chunks).fill(0)
  for (let row = 0; row < values.length; row++) {
    const chunk = of(row)
    if (chunk < 0) continue
    if (Number.isFinite(values[row])) sizes[chunk]!++
    else if (Number.isNaN(values[row])) missing[chunk]!++
  }
  const parts = Array.from(sizes, (size) => new Float64Array(size))
  sizes.fill(0)
  for (let row = 0; row < values.length; row++) {
    const chunk = of(row)
    if (chunk >= 0 && Number.isFinite(values[row])) parts[chunk]![sizes[chunk]!++] = values[row]!
  }
  return { sorted: parts.map((part) => sortNumbers(part)), missing }
}

export interface NumberContext {
  readonly test: DriftTestName
  /** The whole reference, rising. */
  readonly sorted: Float64Array
  readonly edges: readonly number[]
  readonly table: ValueTable
  readonly nulls: NullDistances
}

export function chunkNumbers(
  split: { readonly reference: SplitSide; readonly current: SplitSide },
  context: NumberContext,
): ChunkFigures {
  const whole = countSorted(context.sorted, context.edges)
  const figures = (side: SplitSide): ChunkFigure[] =>
    side.sorted.map((chunk, index) => ({
      n: chunk.length,
      missing: side.missing[index]!,
      ...(chunk.length === 0 ? { statistic: null, p: null } : numberFigure(chunk, whole, context)),
    }))
  return { reference: figures(split.reference), current: figures(split.current) }
}

type Figure = Pick<ChunkFigure, 'statistic' | 'p'>

function numberFigure(chunk: Float64Array, whole: Float64Array, context: NumberContext): Figure {
  const { test, sorted, table } = context
  if (test === 'ks') {
    const statistic = kolmogorovDistance(sorted, chunk)
    return { statistic, p: pValue(statistic, sorted.length, chunk.length).p }
  }
  const sizes = { n: table.n, m: table.m }
  if (test === 'wasserstein') {
    const statistic = wassersteinBetween(sorted, chunk)
    return statistic === null
      ? { statistic, p: null }
      : learntFigure(test, statistic, chunk.length, sizes, context.nulls)
  }
  const cells = { reference: whole, current: countSorted(chunk, context.edges), n: sorted.length, m: chunk.length }
  return binnedFigure(test, cells, sizes, context.nulls)
}

/** p of a distance by the splits of the whole column, for this chunk's number of rows. */
function learntFigure(
  test: DriftTestName,
  statistic: number,
  rows: number,
  { n, m }: { readonly n: number; readonly m: number },
  nulls: NullDistances,
): Figure {
  const known = isLearnt(test) ? nulls[test] : undefined
  if (!known || !isLearnt(test)) return { statistic, p: null }
  return { statistic, p: judgeDistance(test, statistic, rescale(known, test, n, m, rows), 0.05).p }
}

function binnedFigure(
  test: DriftTestName,
  cells: BinnedSamples,
  sizes: { readonly n: number; readonly m: number },
  nulls: NullDistances,
): Figure {
  if (test === 'chi2') return chiSquareFigure(cells)
  if (test === 'z') {
    const { statistic, p } = twoProportions(cells)
    return { statistic, p }
  }
  const index = (binnedDistanceNames as readonly string[]).indexOf(test)
  if (index < 0) return { statistic: null, p: null }
  return learntFigure(test, binnedDistances(cells)[index]!, cells.m, sizes, nulls)
}

function chiSquareFigure({ reference, current, n, m }: BinnedSamples): Figure {
  let statistic = 0
  let filled = 0
  for (let k = 0; k < reference.length; k++) {
    const both = reference[k]! + current[k]!
    if (both === 0) continue
    filled++
    statistic += (n * m * (reference[k]! / n - current[k]! / m) ** 2) / both
  }
  return filled < 2 ? { statistic: null, p: null } : { statistic, p: chiSquareSurvival(statistic, filled - 1) }
}

/** Counts of each category in each chunk: category to one count a chunk. */
export interface CategoryChunks {
  readonly reference: readonly CategoryChunk[]
  readonly current: readonly CategoryChunk[]
}
export interface CategoryChunk {
  readonly counts: ReadonlyMap<string, number>
  readonly missing: number
}

export function chunkCategories(
  chunks: CategoryChunks,
  {
    test,
    table,
    nulls,
  }: { readonly test: DriftTestName; readonly table: CategoryTable; readonly nulls: NullDistances },
): ChunkFigures {
  const figures = (side: readonly CategoryChunk[]): ChunkFigure[] =>
    side.map(({ counts, missing }) => {
      const current = Float64Array.from(table.categories, (name) => counts.get(name) ?? 0)
      const rows = current.reduce((sum, count) => sum + count, 0)
      const cells = { reference: table.reference, current, n: table.n, m: rows }
      const figure = rows === 0 ? { statistic: null, p: null } : binnedFigure(test, cells, table, nulls)
      return { n: rows, missing, ...figure }
    })
  return { reference: figures(chunks.reference), current: figures(chunks.current) }
}
