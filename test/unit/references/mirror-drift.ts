/** Drift of the reference cases' columns, laid out like the documents of the references. */
import type { DriftTest, DriftTestName } from '../../../shared/contract/drift-column.ts'
import { binSamples, decileEdges, sortedQuantile } from '../../../shared/drift/bins.ts'
import { compareCategories, numericTests } from '../../../shared/drift/compare-column.ts'
import { wassersteinDistance } from '../../../shared/drift/distances.ts'
import { momentsOf } from '../../../shared/drift/sample-moments.ts'
import { buildValueTable } from '../../../shared/drift/value-table.ts'
import { oneSampleSurvival } from '../../../shared/statistics/kolmogorov.ts'
import type { Mirror } from './mirror-metrics.ts'

const isMissing = (text: string): boolean => text.trim() === '' || text === 'NaN'

function sideMirror(all: readonly string[], sorted: Float64Array): Mirror {
  const { n, mean, squares } = momentsOf(sorted)
  return {
    n,
    missing: all.filter(isMissing).length,
    mean,
    std_ddof1: Math.sqrt(squares / (n - 1)),
    median: sortedQuantile(sorted, 0.5),
  }
}

export function numericDrift(reference: readonly string[], current: readonly string[]): Mirror {
  const numbers = (texts: readonly string[]): Float64Array =>
    Float64Array.from(
      texts.filter((text) => !isMissing(text)),
      Number,
    ).sort()
  const [train, now] = [numbers(reference), numbers(current)]
  const table = buildValueTable(train, now)
  const edges = decileEdges(train)
  const bins = binSamples(train, now, edges)
  const moments = { moments: momentsOf(train), currentMoments: momentsOf(now) }
  const tests = numericTests({ table, bins, ...moments }, 1) as Record<DriftTestName, DriftTest>
  const ks = tests.ks.statistic!
  return {
    kind: 'numeric',
    inner_edges: [...edges],
    train_fraction: Array.from(bins.reference, (rows) => rows / table.n),
    current_fraction: Array.from(bins.current, (rows) => rows / table.m),
    psi: tests.psi.statistic,
    ks,
    ks_p: tests.ks.p,
    ks_p_asymp: oneSampleSurvival(Math.round((table.n * table.m) / (table.n + table.m)), ks),
    wasserstein: wassersteinDistance(table),
    wasserstein_std: tests.wasserstein.statistic,
    js_distance: tests.js.statistic,
    js_divergence: tests.js.statistic! ** 2,
    mannwhitney_u: tests.mann_whitney.statistic,
    mannwhitney_p: tests.mann_whitney.p,
    train: sideMirror(reference, train),
    current: sideMirror(current, now),
  }
}

export function categoricalDrift(reference: readonly string[], current: readonly string[]): Mirror {
  const counts = (texts: readonly string[]): Map<string, number> => {
    const found = new Map<string, number>()
    for (const text of texts) if (!isMissing(text)) found.set(text, (found.get(text) ?? 0) + 1)
    return found
  }
  const [train, now] = [counts(reference), counts(current)]
  const { tests, bins } = compareCategories(
    { reference: train, current: now, missing: { reference: 0, current: 0 }, chunks: null },
    { preset: 'assay', alpha: 0.05, splits: 0, seed: 1 },
  )
  const categories = [...new Set([...train.keys(), ...now.keys()])].sort()
  return {
    kind: 'categorical',
    categories,
    train_counts: categories.map((name) => train.get(name) ?? 0),
    current_counts: categories.map((name) => now.get(name) ?? 0),
    psi: tests.psi!.statistic,
    js_distance: tests.js!.statistic,
    js_divergence: tests.js!.statistic! ** 2,
    chi2: tests.chi2!.statistic,
    chi2_p: tests.chi2!.p,
    chi2_dof: bins.categories!.length - 1,
  }
}

/** @param expected The columns wanted, each with its kind. */
export function driftMirror(
  expected: Readonly<Record<string, { readonly kind: string }>>,
  train: Readonly<Record<string, readonly string[]>>,
  current: Readonly<Record<string, readonly string[]>>,
): Mirror {
  return Object.fromEntries(
    Object.entries(expected).map(([column, { kind }]) => [
      column,
      kind === 'numeric'
        ? numericDrift(train[column]!, current[column]!)
        : categoricalDrift(train[column]!, current[column]!),
    ]),
  )
}
