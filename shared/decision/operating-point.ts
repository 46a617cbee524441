/** What one threshold gives: counts, rates, lift, net benefit and value, each with its interval. */
import type { OperatingPoint, Payoff } from '../contract/decision.ts'
import type { Metric, Metrics } from '../contract/evidence.ts'
import type { BinaryConfusion } from '../metrics/binary-confusion.ts'
import {
  f1Metric,
  metricWithInterval,
  metricWithoutInterval,
  normalMetric,
  proportionMetric,
  undefinedMetric,
} from '../metrics/metric.ts'
import { z95 } from '../statistics/normal.ts'
import { confusionAt } from './cumulative-counts.ts'
import type { CumulativeCounts } from './cumulative-counts.ts'

export interface PointRequest {
  readonly counts: CumulativeCounts
  /** Position in the counts; −1 selects no row. */
  readonly at: number
  /** Shown as the point's threshold; the score at the position where it is left out. */
  readonly threshold?: number
  readonly payoff?: Payoff | undefined
  /** Whether the scores are probabilities, as net benefit needs. */
  readonly probabilities: boolean
}

/**
 * What deciding at one threshold gives: the confusion matrix, its rates, lift and net benefit, and the value where a
 * payoff is given.
 *
 * @param request `at` is the place of the last score that is still called positive, −1 where none is
 */
export function operatingPoint({ counts, at, threshold, payoff, probabilities }: PointRequest): OperatingPoint {
  const confusion = confusionAt(counts, at)
  const cut = threshold ?? (at < 0 ? null : counts.threshold[at]!)
  return {
    threshold: cut,
    ...confusion,
    metrics: {
      ...rates(confusion),
      lift: liftMetric(confusion),
      net_benefit: netBenefitAt(confusion, cut, probabilities),
      ...(payoff ? { value: valueMetric(confusion, payoff) } : {}),
    },
  }
}

function rates({ tp, fp, fn, tn }: BinaryConfusion): Metrics {
  const n = tp + fp + fn + tn
  return {
    precision: proportionMetric(tp, tp + fp, 'no row is selected'),
    recall: proportionMetric(tp, tp + fn, 'no positive rows'),
    specificity: proportionMetric(tn, tn + fp, 'no negative rows'),
    npv: proportionMetric(tn, tn + fn, 'every row is selected'),
    accuracy: proportionMetric(tp + tn, n, 'no rows'),
    f1: f1Metric(proportionMetric(tp, tp + fp + fn, 'no row is positive or selected')),
    selection_rate: proportionMetric(tp + fp, n, 'no rows'),
  }
}

/**
 * Precision over prevalence. Its logarithm is taken to be normal, with the variance that the four counts give it (delta
 * method; it does not change when all counts grow alike, so independent Poisson counts give the multinomial's variance).
 */
function liftMetric({ tp, fp, fn, tn }: BinaryConfusion): Metric {
  const n = tp + fp + fn + tn
  const selected = tp + fp
  const positives = tp + fn
  if (selected === 0) return undefinedMetric(n, 'no row is selected')
  if (positives === 0) return undefinedMetric(n, 'no positive rows')
  const value = (tp * n) / (selected * positives)
  if (tp === 0) return metricWithoutInterval(0, n, 'no positive row is selected')
  const slopes = [
    [tp, 1 / tp - 1 / selected - 1 / positives + 1 / n],
    [fp, 1 / n - 1 / selected],
    [fn, 1 / n - 1 / positives],
    [tn, 1 / n],
  ] as const
  const half = z95 * Math.sqrt(slopes.reduce((sum, [rows, slope]) => sum + rows * slope * slope, 0))
  if (half === 0) return metricWithoutInterval(value, n, 'every row is selected')
  return metricWithInterval(value, n, 'Delta method on the logarithm', {
    low: value * Math.exp(-half),
    high: value * Math.exp(half),
  })
}

/** Mean over rows of what each kind of row is worth. */
function meanWorth({ tp, fp, fn, tn }: BinaryConfusion, worth: Payoff, method: string): Metric {
  const n = tp + fp + fn + tn
  if (n === 0) return undefinedMetric(0, 'no rows')
  const parts = [
    [tp, worth.truePositive],
    [fp, worth.falsePositive],
    [fn, worth.falseNegative],
    [tn, worth.trueNegative],
  ] as const
  const value = parts.reduce((sum, [rows, each]) => sum + (rows / n) * each, 0)
  const variance = parts.reduce((sum, [rows, each]) => sum + (rows / n) * (each - value) ** 2, 0)
  return normalMetric({ value, standardError: Math.sqrt(variance / Math.max(1, n - 1)), n, method })
}

/** Value of a row, in the payoff's unit; the total is n times it. */
export function valueMetric(confusion: BinaryConfusion, payoff: Payoff): Metric {
  return meanWorth(confusion, payoff, 'Standard error of the mean over rows')
}

/**
 * True positives a row, less false positives at the rate at which the threshold trades them (Vickers and Elkin 2006):
 * TP/n − FP/n · p/(1 − p).
 *
 * @param p Threshold probability, in (0, 1).
 */
export function netBenefitMetric(confusion: BinaryConfusion, p: number): Metric {
  const price = p / (1 - p)
  const worth = { truePositive: 1, falsePositive: -price, falseNegative: 0, trueNegative: 0 }
  return meanWorth(confusion, worth, 'Standard error of the mean over rows')
}

function netBenefitAt(confusion: BinaryConfusion, threshold: number | null, probabilities: boolean): Metric {
  const n = confusion.tp + confusion.fp + confusion.fn + confusion.tn
  if (!probabilities) return undefinedMetric(n, 'scores outside 0 to 1 are not probabilities')
  if (threshold === null) return metricWithoutInterval(0, n, 'no row is selected')
  if (threshold <= 0 || threshold >= 1) return undefinedMetric(n, 'a threshold of 0 or 1 trades nothing')
  return netBenefitMetric(confusion, threshold)
}
