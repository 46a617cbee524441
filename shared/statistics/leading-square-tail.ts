/**
 * The tail of a sum of squares that one of them leads: λ Z² + R, with Z standard normal and R a gamma number of its own.
 * Statistics that are quadratic in an empirical process are sums Σ λⱼ Zⱼ² whose far tail is that of the largest weight;
 * a gamma distribution with their mean and variance alone is twice too light at 0.004, and worse beyond.
 */
import { erfc } from './erfc.ts'
import { gammaUpperQuantile } from './gamma.ts'

export interface LeadingSquare {
  /** λ, above 0. */
  readonly lead: number
  /** Of the whole; what is above λ and 2 λ² is the rest's. */
  readonly mean: number
  readonly variance: number
}

/** Values of R that stand for its distribution, each as likely. */
const points = 32

/** Survival function: the probability that the sum is above x. */
export function leadingSquareSurvival({ lead, mean, variance }: LeadingSquare): (x: number) => number {
  const restMean = Math.max(0, mean - lead)
  const restVariance = Math.max(0, variance - 2 * lead * lead)
  const spread = restMean > 0 && restVariance > 1e-6 * restMean * restMean
  const shape = spread ? (restMean * restMean) / restVariance : 0
  const rests = spread
    ? Array.from(
        { length: points },
        (_, k) => (gammaUpperQuantile(shape, (k + 0.5) / points) * restVariance) / restMean,
      )
    : [restMean]
  return (x) =>
    rests.reduce((sum, rest) => sum + (x <= rest ? 1 : erfc(Math.sqrt((x - rest) / (2 * lead)))), 0) / rests.length
}

/** The x that is exceeded with the probability `tail`, by bisection. @param from Above 0, for example the mean. */
export function upperQuantile(survival: (x: number) => number, tail: number, from: number): number {
  let high = from
  while (survival(high) > tail) high *= 2
  let low = 0
  for (let step = 0; step < 60 && high - low > 1e-12 * high; step++) {
    const middle = (low + high) / 2
    if (survival(middle) > tail) low = middle
    else high = middle
  }
  return high
}
