/** Cuts a column into a few values or ranges, and names the conditions that a search may put on it. */
import type { Condition } from '../contract/slices.ts'

/** A condition as a range of codes, so that its rows are counted by adding up codes. */
export interface Predicate {
  readonly condition: Condition
  /** First and last code, both included. */
  readonly first: number
  readonly last: number
}

export interface CutColumn {
  readonly column: string
  readonly kind: 'number' | 'category'
  /** Codes run from 0 to `codes` − 1. */
  readonly codes: number
  /** Inner edges of a column of numbers, rising: code i holds edges[i − 1] ≤ value < edges[i]. */
  readonly edges: readonly number[]
  /** Values of a column of categories with a code of their own, by code. */
  readonly values: readonly string[]
  /** Code of other values than those; −1 where there are none. */
  readonly other: number
  /** Code of rows without a value; −1 where there are none. */
  readonly missing: number
  readonly predicates: readonly Predicate[]
  readonly note: string
}

/** Ranges of a column of numbers hold about a fifth of the rows each. */
const numberBins = 5
/** The share of rows below each inner edge. */
export const binProbabilities = Array.from({ length: numberBins - 1 }, (_, edge) => (edge + 1) / numberBins)
/** Categories past these are told apart by nobody; they count as "other". */
export const mostCategories = 12
/** A column of numbers with up to so many distinct values is a column of categories. */
export const fewNumbers = 8

/** Rounds edges to the coarsest power of ten that moves none by more than a tenth of the gap to its neighbours. */
function roundEdges(edges: readonly number[]): number[] {
  const gaps = edges.slice(1).map((edge, index) => edge - edges[index]!)
  const gap = Math.min(...gaps, ...(gaps.length === 0 ? [Math.abs(edges[0] ?? 1) || 1] : []))
  const power = Math.floor(Math.log10(gap / 5))
  if (!Number.isFinite(power)) return [...edges]
  // Multiplying by a whole number and dividing again keeps 0.1 from becoming 0.1000…01.
  const round = (edge: number): number =>
    power < 0 ? Math.round(edge * 10 ** -power) / 10 ** -power : Math.round(edge / 10 ** power) * 10 ** power
  return edges.map(round)
}

/**
 * @param quantiles Values at `binProbabilities`, rising.
 * @param least The least value: an edge at it would cut nothing off.
 */
export function cutNumbers(
  column: string,
  quantiles: readonly number[],
  least: number,
  hasMissing: boolean,
): CutColumn | null {
  const distinct = [...new Set(quantiles)].filter((edge) => edge > least && Number.isFinite(edge))
  const edges = [...new Set(roundEdges(distinct))].filter((edge) => edge > least)
  if (edges.length === 0 && !hasMissing) return null
  const bins = edges.length + 1
  const missing = hasMissing ? bins : -1
  const range = (first: number, last: number): Predicate => ({
    condition: {
      kind: 'range',
      column,
      from: first === 0 ? null : edges[first - 1]!,
      to: last === bins - 1 ? null : edges[last]!,
      orMissing: false,
    },
    first,
    last,
  })
  const predicates: Predicate[] = []
  if (bins > 1) {
    for (let bin = 0; bin < bins; bin++) predicates.push(range(bin, bin))
    for (let end = 1; end < bins - 1; end++) predicates.push(range(0, end))
    for (let start = 1; start < bins - 1; start++) predicates.push(range(start, bins - 1))
  }
  if (hasMissing) predicates.push({ condition: { kind: 'missing', column }, first: missing, last: missing })
  return {
    column,
    kind: 'number',
    codes: bins + (hasMissing ? 1 : 0),
    edges,
    values: [],
    other: -1,
    missing,
    predicates,
    note: edges.length === 0 ? 'one value, and missing' : `cut at ${edges.join(', ')}`,
  }
}

/**
 * @param top The most frequent values with their rows, most frequent first.
 * @param distinct How many distinct values there are in all.
 */
export function cutCategories(
  column: string,
  top: readonly string[],
  distinct: number,
  hasMissing: boolean,
): CutColumn | null {
  const values = top.slice(0, mostCategories)
  const others = Math.max(0, distinct - values.length)
  const other = others > 0 ? values.length : -1
  const missing = hasMissing ? values.length + (others > 0 ? 1 : 0) : -1
  const codes = values.length + (others > 0 ? 1 : 0) + (hasMissing ? 1 : 0)
  if (codes < 2) return null
  return {
    column,
    kind: 'category',
    codes,
    edges: [],
    values,
    other,
    missing,
    predicates: [
      ...values.map((value, code) => ({
        condition: { kind: 'equals', column, value } as const,
        first: code,
        last: code,
      })),
      ...(hasMissing ? [{ condition: { kind: 'missing', column } as const, first: missing, last: missing }] : []),
    ],
    note: others > 0 ? `the ${values.length} most frequent of ${distinct} values` : `${values.length} values`,
  }
}
