/** A difference of two numbers measured on the same rows, and the test that it is any given value. */
import type { Metric } from '../contract/evidence.ts'
import { normalMetric, metricWithInterval, metricWithoutInterval, undefinedMetric } from '../metrics/metric.ts'
import { pairedDifferenceInterval, pairedScore } from '../statistics/paired-proportions.ts'
import type { PairedCounts } from '../statistics/paired-proportions.ts'

export interface PairedEstimate {
  /** Other minus reference. */
  readonly difference: Metric
  /**
   * Standard normal statistic of the hypothesis that the true difference is `delta`; null where there is no test. It
   * falls as `delta` rises.
   */
  readonly zAt: ((delta: number) => number) | null
  /** Name of the test, for a reader. */
  readonly test: string | null
}

/** No difference and no test, and why. */
export function undefinedEstimate(n: number, reason: string): PairedEstimate {
  return { difference: undefinedMetric(n, reason), zAt: null, test: null }
}

/**
 * A difference whose error is normal, with its 95 % interval and its test.
 *
 * @param request `standardError` in the unit of `value`; a value that is not finite, or two sets that never differ, have no
 *   interval and no test
 */
export function normalEstimate(request: {
  readonly value: number
  readonly standardError: number
  readonly n: number
  readonly method: string
  /** Name of the test; that of the method where left out. */
  readonly test?: string
}): PairedEstimate {
  const { value, standardError, n, method, test = method } = request
  if (!Number.isFinite(value)) return undefinedEstimate(n, 'undefined for one of the two')
  // Two equal sets of scores differ by nothing, and more rows of the same would not change that.
  if (value === 0 && standardError === 0) {
    return { difference: metricWithoutInterval(0, n, 'the two never differ'), zAt: null, test: null }
  }
  const difference = normalMetric({ value, standardError, n, method })
  if (difference.low === null) return { difference, zAt: null, test: null }
  return { difference, zAt: (delta) => (value - delta) / standardError, test }
}

/**
 * Difference of two proportions of the same rows, with the score interval and test (Tango 1998).
 *
 * @param counts First is the other, second the reference.
 */
export function proportionEstimate(counts: PairedCounts, emptyReason: string): PairedEstimate {
  const { onlyFirst, onlySecond, n } = counts
  if (n === 0) return undefinedEstimate(0, emptyReason)
  const value = (onlyFirst - onlySecond) / n
  const method = 'Score of paired proportions (Tango)'
  return {
    difference: metricWithInterval(value, n, method, pairedDifferenceInterval(counts)),
    zAt: (delta) => pairedScore(counts, delta),
    test: 'McNemar, score form',
  }
}

/**
 * Difference of two means over the same rows: the row differences' own mean and standard error.
 *
 * @param other One finite value a row; so is `reference`.
 */
export function meanEstimate(other: Float64Array, reference: Float64Array): PairedEstimate {
  const n = other.length
  if (n === 0) return undefinedEstimate(0, 'no rows')
  let mean = 0
  for (let row = 0; row < n; row++) mean += (other[row]! - reference[row]! - mean) / (row + 1)
  let squares = 0
  for (let row = 0; row < n; row++) squares += (other[row]! - reference[row]! - mean) ** 2
  return normalEstimate({
    value: mean,
    standardError: Math.sqrt(squares / Math.max(1, n - 1) / n),
    n,
    method: 'Standard error of the row differences',
    test: 'Paired z',
  })
}

/**
 * Difference of two estimates from what each row adds to either (influence functions): rows that move both alike cancel.
 *
 * @param other What each row adds to the other's estimate, of the order 1/n; so is `reference`.
 */
export function influenceEstimate(
  value: number,
  other: Float64Array,
  reference: Float64Array,
  method: string,
): PairedEstimate {
  const n = other.length
  let sum = 0
  for (let row = 0; row < n; row++) sum += other[row]! - reference[row]!
  const centre = sum / n
  let squares = 0
  for (let row = 0; row < n; row++) squares += (other[row]! - reference[row]! - centre) ** 2
  return normalEstimate({ value, standardError: Math.sqrt(squares), n, method, test: 'Paired z, influence' })
}

/**
 * Difference of two expected calibration errors, as a number alone: each is too high by an amount that depends on how
 * well its model is calibrated, so that their difference has no honest interval (Bröcker 2012; Kumar et al. 2019).
 */
export function calibrationErrorEstimate(other: Metric | undefined, reference: Metric | undefined): PairedEstimate {
  const n = reference?.n ?? 0
  if (typeof other?.value !== 'number' || typeof reference?.value !== 'number') {
    return undefinedEstimate(n, 'one of the two gives no probabilities')
  }
  const reason = 'each error is biased upwards by its own amount; log loss and Brier score are compared with intervals'
  return { difference: metricWithoutInterval(other.value - reference.value, n, reason), zAt: null, test: null }
}
