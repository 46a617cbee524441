/**
 * Intervals of a difference and of a ratio from the intervals of two independent estimates, by the method of variance
 * estimates recovery: each end uses the variance that the parts' own intervals show on that side, so skewed parts keep
 * their skewness.
 */
import type { Interval } from './wilson.ts'

/** An estimate within its interval, all finite. */
export interface Estimate extends Interval {
  readonly value: number
}

/**
 * Interval of `first − second` at the level of the parts' own intervals (Zou and Donner 2008). With Wilson intervals of
 * two proportions it is Newcombe's (1998) method 10.
 */
export function moverDifference(first: Estimate, second: Estimate): Interval {
  const difference = first.value - second.value
  return {
    low: difference - Math.hypot(first.value - first.low, second.high - second.value),
    high: difference + Math.hypot(first.high - first.value, second.value - second.low),
  }
}

/**
 * Interval of `first ÷ second` at the level of the parts' own intervals (Donner and Zou 2012): the ratios r for which
 * the interval of first − r · second holds 0.
 *
 * @param first 0 or more, with limits of 0 or more.
 * @param second More than 0, with limits of 0 or more.
 * @returns `high` is Infinity where the lower limit of `second` is 0.
 */
export function moverRatio(first: Estimate, second: Estimate): Interval {
  const product = first.value * second.value
  // Each end r solves a r² − 2 · product · r + c = 0; the form without a in the denominator holds at a = 0 too.
  const lowA = second.high * (2 * second.value - second.high)
  const lowC = first.low * (2 * first.value - first.low)
  const highA = second.low * (2 * second.value - second.low)
  const highC = first.high * (2 * first.value - first.high)
  const root = (a: number, c: number): number => Math.sqrt(Math.max(0, product * product - a * c))
  const lowDenominator = product + root(lowA, lowC)
  return {
    low: lowDenominator > 0 ? Math.max(0, lowC / lowDenominator) : 0,
    high: highA > 0 ? (product + root(highA, highC)) / highA : Infinity,
  }
}
