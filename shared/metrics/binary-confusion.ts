/** Metrics of a binary confusion matrix. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { poissonBootstrap } from '../statistics/poisson-bootstrap.ts'
import { balancedAccuracyMetric } from './balanced-accuracy.ts'
import { f1Metric, metricWithoutInterval, normalMetric, proportionMetric, undefinedMetric } from './metric.ts'

export interface BinaryConfusion {
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
}

const replicates = 1000

/** @param predicted 1 where the row is called positive, else 0. */
export function countBinaryConfusion(y: Uint8Array, predicted: Uint8Array): BinaryConfusion {
  const cells = [0, 0, 0, 0]
  for (let row = 0; row < y.length; row++) cells[2 * y[row]! + predicted[row]!]!++
  const [tn, fp, fn, tp] = cells as [number, number, number, number]
  return { tp, fp, fn, tn }
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
export function binaryConfusionMetrics(confusion: BinaryConfusion, seed: number): Metrics {
  const { tp, fp, fn, tn } = confusion
  const n = tp + fp + fn + tn
  const noneNamed = 'no row is positive or predicted positive'
  const jaccard = proportionMetric(tp, tp + fp + fn, noneNamed)
  const { standardErrors } = poissonBootstrap({
    cells: Float64Array.of(tp, fp, fn, tn),
    replicates,
    seed,
    width: 4,
    statistics: (cells, out) => {
      const table = { tp: cells[0]!, fp: cells[1]!, fn: cells[2]!, tn: cells[3]! }
      out[0] = fBeta(table, 2)
      out[1] = fBeta(table, 0.5)
      out[2] = matthews(table)
      out[3] = kappa(table)
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
    accuracy: proportionMetric(tp + tn, n, 'no rows'),
    balanced_accuracy: balancedAccuracyMetric([
      { successes: tp, n: tp + fn },
      { successes: tn, n: tn + fp },
    ]),
    precision: proportionMetric(tp, tp + fp, 'no rows predicted positive'),
    recall: proportionMetric(tp, tp + fn, 'no positive rows'),
    specificity: proportionMetric(tn, tn + fp, 'no negative rows'),
    npv: proportionMetric(tn, tn + fn, 'no rows predicted negative'),
    f1: f1Metric(jaccard),
    f2: resampled(fBeta(confusion, 2), 0, noneNamed),
    f05: resampled(fBeta(confusion, 0.5), 1, noneNamed),
    fpr: proportionMetric(fp, tn + fp, 'no negative rows'),
    fnr: proportionMetric(fn, tp + fn, 'no positive rows'),
    mcc: resampled(matthews(confusion), 2, oneSided),
    cohen_kappa: resampled(kappa(confusion), 3, oneSided),
    jaccard,
    prevalence: proportionMetric(tp + fn, n, 'no rows'),
    selection_rate: proportionMetric(tp + fp, n, 'no rows'),
  }
}
