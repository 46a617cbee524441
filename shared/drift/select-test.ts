import type { DriftTestName } from '../contract/drift-column.ts'
import type { DriftPreset } from '../contract/drift-request.ts'

export interface ColumnFacts {
  readonly kind: 'numeric' | 'categorical'
  /** Distinct values of both samples together. */
  readonly distinct: number
  /** Rows of the reference with a value: Evidently drops the others before it counts. */
  readonly referenceRows: number
}

/** Numbers with this many distinct values or fewer are treated as categories, unless the user says otherwise. */
export const fewValues = 5

/** Rows of the reference up to which Evidently tests, and past which it measures a distance. */
const evidentlySmall = 1000
/** Evidently's limit for its two default distances, the Wasserstein in standard deviations and Jensen–Shannon. */
export const evidentlyDistance = 0.1

/**
 * The test that decides about a column.
 *
 * - assay: Kolmogorov–Smirnov for numbers, chi-square for categories.
 * - evidently, its default rule: up to 1,000 reference rows KS for numbers with more than five distinct
 *   values, else chi-square, or Z where there are at most two; past that Wasserstein for numbers with more than five
 *   distinct values, else Jensen–Shannon.
 * - learnt: Wasserstein for numbers, Jensen–Shannon for categories, against random splits of the rows.
 */
export function selectTest(preset: DriftPreset, { kind, distinct, referenceRows }: ColumnFacts): DriftTestName {
  const numbers = kind === 'numeric' && distinct > fewValues
  if (preset === 'assay') return kind === 'numeric' ? 'ks' : 'chi2'
  if (preset === 'learnt') return kind === 'numeric' ? 'wasserstein' : 'js'
  if (referenceRows <= evidentlySmall) return numbers ? 'ks' : distinct > 2 ? 'chi2' : 'z'
  return numbers ? 'wasserstein' : 'js'
}
