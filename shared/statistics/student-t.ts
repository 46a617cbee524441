/** One tail of Student's t distribution and its quantiles. */
import { studentTwoSided } from './gamma.ts'

/**
 * Probability of a value at or above `t`.
 *
 * @param degrees More than 0, need not be whole.
 */
export function studentTail(t: number, degrees: number): number {
  const half = studentTwoSided(t, degrees) / 2
  return t >= 0 ? half : 1 - half
}

/**
 * The t whose upper tail is `tail`, by halving on the tail, which falls as t rises.
 *
 * @param tail In (0, 0.5].
 */
export function studentQuantile(tail: number, degrees: number): number {
  let low = 0
  let high = 1
  while (studentTail(high, degrees) > tail && high < 1e12) high *= 2
  for (let step = 0; step < 100 && high - low > 1e-12 * high; step++) {
    const middle = (low + high) / 2
    if (studentTail(middle, degrees) > tail) low = middle
    else high = middle
  }
  return (low + high) / 2
}
