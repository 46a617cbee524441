/** What a sample of a column looks like by itself. */
import type { DriftHistogram, DriftSample } from '../contract/drift-column.ts'
import { countBelow, sortedQuantile } from './bins.ts'
import type { Moments } from './sample-moments.ts'

const probabilities = [0.05, 0.25, 0.5, 0.75, 0.95]
const histogramBins = 30

export interface SortedSample {
  /** Rising, finite. */
  readonly sorted: Float64Array
  readonly missing: number
  readonly notFinite: number
}

const without = { mean: null, deviation: null, min: null, max: null, quantiles: null }

export const describeCategories = (
  counts: { readonly n: number; readonly distinct: number },
  missing: number,
): DriftSample => ({ n: counts.n, missing, notFinite: 0, distinct: counts.distinct, ...without })

/** @param moments Null where the sample has no number. */
export function describeNumbers(
  { sorted, missing, notFinite }: SortedSample,
  moments: Moments | null,
  distinct: number,
): DriftSample {
  const n = sorted.length
  if (moments === null) return { n, missing, notFinite, distinct, ...without }
  return {
    n,
    missing,
    notFinite,
    distinct,
    mean: moments.mean,
    deviation: n > 1 ? Math.sqrt(moments.squares / (n - 1)) : null,
    min: sorted[0]!,
    max: sorted[n - 1]!,
    quantiles: probabilities.map((probability) => sortedQuantile(sorted, probability)),
  }
}

/** Equal widths over the middle 99 % of both samples; what lies beyond counts in the outer bins. */
export function histogramOf(reference: Float64Array, current: Float64Array): DriftHistogram | null {
  if (reference.length === 0 || current.length === 0) return null
  const from = Math.min(sortedQuantile(reference, 0.005), sortedQuantile(current, 0.005))
  const to = Math.max(sortedQuantile(reference, 0.995), sortedQuantile(current, 0.995))
  if (!(to > from) || !Number.isFinite(to - from)) return null
  const width = (to - from) / histogramBins
  const edges = Array.from({ length: histogramBins + 1 }, (_, i) => (i === histogramBins ? to : from + i * width))
  const count = (sorted: Float64Array): number[] => {
    const below = edges.slice(1, -1).map((edge) => countBelow(sorted, edge))
    return [...below, sorted.length].map((rows, bin) => rows - (bin === 0 ? 0 : below[bin - 1]!))
  }
  return { edges, reference: count(reference), current: count(current) }
}
