import { gammaUpperQuantile } from './gamma.ts'
import { z95 } from './normal.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * Score interval of a proportion, 95 % unless `z` says otherwise (Wilson 1927). Unlike the Wald interval it keeps its width at 0 and at 1.
 *
 * @param successes 0 to `n`; need not be whole.
 * @param n Trials, more than 0.
 * @param z Half-width in standard errors where another level than 95 % is wanted.
 */
export function wilsonInterval(successes: number, n: number, z = z95): Interval {
  const fraction = successes / n
  const square = z * z
  const centre = (fraction + square / (2 * n)) / (1 + square / n)
  const half = (z / (1 + square / n)) * Math.sqrt((fraction * (1 - fraction)) / n + square / (4 * n * n))
  return {
    low: successes <= 0 ? 0 : Math.max(0, centre - half),
    high: successes >= n ? 1 : Math.min(1, centre + half),
  }
}

/** Successes, or failures, up to which Wilson's interval is widened. */
const fewest = 3

/**
 * Wilson's 95 % interval, widened where three trials or fewer succeed, or fail: there it leaves out rates that are nearer
 * to 0, or to 1, too often, and the Poisson limit takes its place (Brown, Cai and DasGupta 2001, modified Wilson).
 *
 * @param successes 0 to `n`; need not be whole.
 */
export function wilsonNearLimits(successes: number, n: number): Interval {
  const { low, high } = wilsonInterval(successes, n)
  const failures = n - successes
  const fewAtMost = (few: number): number => gammaUpperQuantile(few, 0.95) / n
  return {
    low: successes > 0 && successes <= fewest ? Math.min(low, fewAtMost(successes)) : low,
    high: failures > 0 && failures <= fewest ? Math.max(high, 1 - fewAtMost(failures)) : high,
  }
}

/**
 * 95 % interval of the mean of independent proportions by the method of variance estimates recovery (Newcombe 1998;
 * Zou and Donner 2008): each proportion's own Wilson interval gives its variance below and above the estimate.
 *
 * @param parts At least one proportion, each of more than 0 trials.
 */
export function meanOfProportionsInterval(
  parts: readonly { readonly successes: number; readonly n: number }[],
): Interval {
  let mean = 0
  let below = 0
  let above = 0
  for (const { successes, n } of parts) {
    const fraction = successes / n
    const { low, high } = wilsonInterval(successes, n)
    mean += fraction / parts.length
    below += (fraction - low) ** 2
    above += (high - fraction) ** 2
  }
  return {
    low: Math.max(0, mean - Math.sqrt(below) / parts.length),
    high: Math.min(1, mean + Math.sqrt(above) / parts.length),
  }
}
