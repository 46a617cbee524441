/** Metrics of the decisions of a multiclass classifier: all that its confusion matrix gives. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { poissonBootstrap } from '../statistics/poisson-bootstrap.ts'
import { balancedAccuracyMetric } from './balanced-accuracy.ts'
import {
  addMasses,
  effectiveRows,
  metricWithoutInterval,
  normalMetric,
  undefinedMetric,
  weightedProportionMetric,
} from './metric.ts'
import { marginalMasses, marginals, nonEmptyCells } from './multiclass-confusion.ts'
import type { Cells, MarginalMasses, Marginals, MulticlassConfusion } from './multiclass-confusion.ts'

const averages = ['macro', 'weighted', 'micro'] as const
const parts = ['precision', 'recall', 'f1'] as const
const averagedKeys = ['', '_all_labels'].flatMap((labels) =>
  averages.flatMap((average) => parts.map((part) => `${part}_${average}${labels}`)),
)
const agreementKeys = ['mcc', 'cohen_kappa', 'cohen_kappa_quadratic']
const resampledKeys = [...averagedKeys, ...agreementKeys]

/** Draws of one bootstrap over all cells and replicates: about 1 s. */
const drawBudget = 2e7

/** 0 where there is nothing to divide by, as scikit-learn's averages take it (zero_division = 0). */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

/**
 * Precision, recall and F1, each averaged plainly, by support, and pooled, in the order of `averages` and `parts`.
 *
 * @param included Whether class k takes part.
 */
export function averaged({ support, predicted, hits }: Marginals, included: (k: number) => boolean): number[] {
  const macro = [0, 0, 0]
  const weighted = [0, 0, 0]
  let classes = 0
  let rows = 0
  let calls = 0
  let right = 0
  for (let k = 0; k < support.length; k++) {
    if (!included(k)) continue
    const own = [
      ratio(hits[k]!, predicted[k]!),
      ratio(hits[k]!, support[k]!),
      ratio(2 * hits[k]!, predicted[k]! + support[k]!),
    ]
    own.forEach((value, part) => {
      macro[part]! += value
      weighted[part]! += value * support[k]!
    })
    classes++
    rows += support[k]!
    calls += predicted[k]!
    right += hits[k]!
  }
  return [
    ...macro.map((sum) => sum / classes),
    ...weighted.map((sum) => sum / rows),
    right / calls,
    right / rows,
    (2 * right) / (calls + rows),
  ]
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0)
}

/** Gorodkin (2004), for K classes; NaN where all rows or all predictions are of one class. */
export function matthews({ n, support, predicted, hits }: Marginals): number {
  const right = hits.reduce((sum, value) => sum + value, 0)
  return (
    (n * right - dot(support, predicted)) /
    (Math.sqrt(n * n - dot(predicted, predicted)) * Math.sqrt(n * n - dot(support, support)))
  )
}

/** Cohen (1960); NaN where agreement by chance is certain. */
export function kappa({ n, support, predicted, hits }: Marginals): number {
  const right = hits.reduce((sum, value) => sum + value, 0) / n
  const chance = dot(support, predicted) / n / n
  return (right - chance) / (1 - chance)
}

/** Cohen (1968) with squared distances of ranks as weights; NaN where no disagreement is possible. */
function quadraticKappa({ n, support, predicted }: Marginals, cells: Cells, counts: Float64Array, rank: Float64Array) {
  let observed = 0
  for (let cell = 0; cell < counts.length; cell++) {
    observed += counts[cell]! * (rank[cells.actual[cell]!]! - rank[cells.predicted[cell]!]!) ** 2
  }
  const squares = rank.map((value) => value * value)
  const expected = dot(support, squares) + dot(predicted, squares) - (2 * dot(support, rank) * dot(predicted, rank)) / n
  return 1 - observed / expected
}

/** Position of each class in the order of its numeric label. */
function ranks(numericLabels: readonly number[]): Float64Array {
  const order = numericLabels.map((_, k) => k).sort((a, b) => numericLabels[a]! - numericLabels[b]!)
  const rank = new Float64Array(order.length)
  order.forEach((k, position) => (rank[k] = position))
  return rank
}

export interface MulticlassLabelRequest {
  readonly confusion: MulticlassConfusion
  /** The classes as numbers, where they are numbers: their order makes the quadratic kappa. */
  readonly numericLabels: readonly number[] | undefined
  readonly seed: number
}

/** Metrics that need labels and decisions only, and the table's marginals. */
export function multiclassLabelMetrics({ confusion, numericLabels, seed }: MulticlassLabelRequest): {
  metrics: Metrics
  table: Marginals
  masses: MarginalMasses
} {
  const cells = nonEmptyCells(confusion)
  const table = marginals(cells, cells.counts, confusion)
  const masses = marginalMasses(cells, confusion)
  const n = masses.all.rows
  const unnamed = confusion.size > confusion.named
  const rank = numericLabels && !unnamed ? ranks(numericLabels) : null
  const statistics = (counts: Float64Array, out: Float64Array): void => {
    const resampled = marginals(cells, counts, confusion)
    const { support, predicted } = resampled
    out.set(averaged(resampled, (k) => support[k]! + predicted[k]! > 0))
    out.set(
      averaged(resampled, (k) => k < confusion.named),
      averagedKeys.length / 2,
    )
    out[averagedKeys.length] = matthews(resampled)
    out[averagedKeys.length + 1] = kappa(resampled)
    out[averagedKeys.length + 2] = rank ? quadraticKappa(resampled, cells, counts, rank) : NaN
  }
  const values = new Float64Array(resampledKeys.length)
  statistics(cells.counts, values)
  const replicates = Math.max(100, Math.min(1000, Math.floor(drawBudget / Math.max(1, cells.counts.length))))
  const { standardErrors } = poissonBootstrap({
    cells: cells.counts,
    squares: cells.squares,
    replicates,
    seed,
    statistics,
    width: values.length,
  })
  const method = `Poisson bootstrap of the confusion matrix (${replicates} replicates, seed ${seed})`
  const resampledMetric = (key: string, index: number): Metric => {
    const value = values[index]!
    const agreement = agreementKeys.includes(key)
    if (Number.isNaN(value)) return undefinedMetric(n, undefinedReason(key, numericLabels, unnamed))
    if (Math.abs(value) === 1 || (!agreement && value === 0)) {
      return metricWithoutInterval(value, n, 'the bootstrap has no spread at the end of the range')
    }
    const scale = agreement ? 'Fisher z' : 'logit'
    return normalMetric({ value, standardError: standardErrors[index]!, n, method, scale })
  }
  const accuracy = weightedProportionMetric(addMasses(...masses.hits), masses.wrong, 'no rows')
  return {
    metrics: {
      accuracy,
      balanced_accuracy: balancedAccuracyMetric(
        masses.hits.map((hits, k) => {
          const rows = masses.support[k]!.rows && effectiveRows(hits, masses.missed[k]!)
          return { successes: rows && (rows * table.hits[k]!) / table.support[k]!, n: rows }
        }),
        n,
      ),
      ...Object.fromEntries(resampledKeys.map((key, index) => [key, resampledMetric(key, index)])),
      // Pooled over every class that occurs, all three are the accuracy.
      ...Object.fromEntries(parts.map((part) => [`${part}_micro`, accuracy])),
    },
    table,
    masses,
  }
}

function undefinedReason(key: string, numericLabels: readonly number[] | undefined, unnamed: boolean): string {
  if (key === 'cohen_kappa_quadratic' && !numericLabels) return 'the classes are not numbers, so they have no order'
  if (key === 'cohen_kappa_quadratic' && unnamed) return 'rows of classes that the model does not name have no place'
  return agreementKeys.includes(key) ? 'the rows or the predictions are all of one class' : 'no rows'
}
