/** Metrics of a binary confusion matrix. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { poissonBootstrap } from '../statistics/poisson-bootstrap.ts'
import { balancedAccuracyMetric } from './balanced-accuracy.ts'
import {
  addMasses,
  effectiveRows,
  f1Metric,
  metricWithoutInterval,
  normalMetric,
  undefinedMetric,
  weightedProportionMetric,
} from './metric.ts'
import type { Mass } from './metric.ts'
import type { ScoredGroups } from './ranked-groups.ts'

export interface BinaryConfusion {
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
}

/** As `BinaryConfusion`, each cell with its weights. */
export type WeightedConfusion = Readonly<Record<keyof BinaryConfusion, Mass>>

const replicates = 1000

/** @param predicted 1 where the row is called positive, else 0. */
export function countBinaryConfusion(
  y: Uint8Array,
  predicted: Uint8Array,
  weight?: Float64Array | null,
): WeightedConfusion {
  const [sums, squares, rows] = [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ]
  for (let row = 0; row < y.length; row++) {
    const cell = 2 * y[row]! + predicted[row]!
    const w = weight ? weight[row]! : 1
    sums[cell]! += w
    squares[cell]! += w * w
    rows[cell]!++
  }
  const mass = (cell: number): Mass => ({ sum: sums[cell]!, squares: squares[cell]!, rows: rows[cell]! })
  return { tn: mass(0), fp: mass(1), fn: mass(2), tp: mass(3) }
}

/** Rows at or above the threshold are called positive. */
export function confusionOfGroups(groups: ScoredGroups, threshold: number): WeightedConfusion {
  const { positives, negatives, threshold: scores } = groups
  let cut = 0
  for (let high = scores.length; cut < high;) {
    const middle = (cut + high) >>> 1
    if (scores[middle]! >= threshold) cut = middle + 1
    else high = middle
  }
  const part = (side: 'positives' | 'negatives', from: number, to: number): Mass => {
    const total = (values: Float64Array): number => {
      let sum = 0
      for (let g = from; g < to; g++) sum += values[g]!
      return sum
    }
    const sum = total(side === 'positives' ? positives : negatives)
    if (!groups.squares || !groups.counts) return { sum, squares: sum, rows: sum }
    return { sum, squares: total(groups.squares[side]), rows: total(groups.counts[side]) }
  }
  return {
    tp: part('positives', 0, cut),
    fp: part('negatives', 0, cut),
    fn: part('positives', cut, scores.length),
    tn: part('negatives', cut, scores.length),
  }
}

/** F-score with recall weighted `beta` times as much as precision; NaN where nothing is or is called positive. */
export function fBeta({ tp, fp, fn }: BinaryConfusion, beta: number): number {
  const square = beta * beta
  return ((1 + square) * tp) / ((1 + square) * tp + square * fn + fp)
}

/** Matthews (1975); NaN where a row or a column of the table is empty. */
export function matthews({ tp, fp, fn, tn }: BinaryConfusion): number {
  // One root a factor: the product of four counts of 1M rows is past 2^53.
  return (tp * tn - fp * fn) / (Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn))
}

/** Cohen (1960); NaN where agreement by chance is certain. */
export function kappa({ tp, fp, fn, tn }: BinaryConfusion): number {
  return (2 * (tp * tn - fp * fn)) / ((tp + fp) * (fp + tn) + (tp + fn) * (fn + tn))
}

/**
 * @param seed Seed of the bootstrap.
 * @returns The metrics that need labels and decisions only.
 */
export function binaryConfusionMetrics(table: WeightedConfusion, seed: number): Metrics {
  const { tp, fp, fn, tn } = table
  const confusion = { tp: tp.sum, fp: fp.sum, fn: fn.sum, tn: tn.sum }
  const n = tp.rows + fp.rows + fn.rows + tn.rows
  const share = (hits: readonly Mass[], misses: readonly Mass[], reason: string): Metric =>
    weightedProportionMetric(addMasses(...hits), addMasses(...misses), reason)
  const trials = (hits: Mass, misses: Mass): { successes: number; n: number } => {
    const rows = hits.rows + misses.rows > 0 ? effectiveRows(hits, misses) : 0
    return { successes: rows && (rows * hits.sum) / (hits.sum + misses.sum), n: rows }
  }
  const noneNamed = 'no row is positive or predicted positive'
  const jaccard = share([tp], [fp, fn], noneNamed)
  const { standardErrors } = poissonBootstrap({
    cells: Float64Array.of(tp.sum, fp.sum, fn.sum, tn.sum),
    squares: Float64Array.of(tp.squares, fp.squares, fn.squares, tn.squares),
    replicates,
    seed,
    width: 4,
    statistics: (cells, out) => {
      const drawn = { tp: cells[0]!, fp: cells[1]!, fn: cells[2]!, tn: cells[3]! }
      out[0] = fBeta(drawn, 2)
      out[1] = fBeta(drawn, 0.5)
      out[2] = matthews(drawn)
      out[3] = kappa(drawn)
    },
  })
  const method = `Poisson bootstrap of the confusion matrix (${replicates} replicates, seed ${seed})`
  const resampled = (value: number, index: number, reason: string): Metric => {
    if (Number.isNaN(value)) return undefinedMetric(n, reason)
    const fraction = index < 2
    // At the end of a range resampling shows no spread, though more rows would.
    if (Math.abs(value) === 1 || (fraction && value === 0)) {
      return metricWithoutInterval(value, n, 'the bootstrap has no spread at the end of the range')
    }
    return normalMetric({
      value,
      standardError: standardErrors[index]!,
      n,
      method,
      scale: fraction ? 'logit' : 'Fisher z',
    })
  }
  const oneSided = 'the rows or the predictions are all of one class'
  return {
    accuracy: share([tp, tn], [fp, fn], 'no rows'),
    balanced_accuracy: balancedAccuracyMetric([trials(tp, fn), trials(tn, fp)], n),
    precision: share([tp], [fp], 'no rows predicted positive'),
    recall: share([tp], [fn], 'no positive rows'),
    specificity: share([tn], [fp], 'no negative rows'),
    npv: share([tn], [fn], 'no rows predicted negative'),
    f1: f1Metric(jaccard),
    f2: resampled(fBeta(confusion, 2), 0, noneNamed),
    f05: resampled(fBeta(confusion, 0.5), 1, noneNamed),
    fpr: share([fp], [tn], 'no negative rows'),
    fnr: share([fn], [tp], 'no positive rows'),
    mcc: resampled(matthews(confusion), 2, oneSided),
    cohen_kappa: resampled(kappa(confusion), 3, oneSided),
    jaccard,
    prevalence: share([tp, fn], [fp, tn], 'no rows'),
    selection_rate: share([tp, fp], [fn, tn], 'no rows'),
  }
}
