import { z95 } from './normal.ts'
import type { Interval } from './wilson.ts'

/**
 * Score interval of an area under the ROC curve (Newcombe 2006, Statistics in Medicine 25:559, method 5): the areas θ
 * whose own standard error, that of exponential scores (Hanley and McNeil 1982), reaches the area found. It needs no
 * spread between rows, so it is there for a ranking without a single pair out of order, where DeLong's has no width.
 *
 * @param area in 0 to 1
 * @param positives rows of the positive class, or what they count for; above 0
 * @param negatives the same of the others
 */
export function areaInterval(area: number, positives: number, negatives: number, z: number = z95): Interval {
  const half = (positives + negatives) / 2 - 1
  const variance = (theta: number): number =>
    ((theta * (1 - theta)) / (positives * negatives)) * (1 + half * ((1 - theta) / (2 - theta) + theta / (1 + theta)))
  const reaches = (theta: number): boolean => (theta - area) ** 2 <= z * z * variance(theta)
  /** From an area that reaches towards an end that may not. */
  const limit = (end: number): number => {
    let [inside, outside] = [area, end]
    for (let step = 0; step < 60; step++) {
      const middle = (inside + outside) / 2
      if (reaches(middle)) inside = middle
      else outside = middle
    }
    return outside
  }
  return { low: area === 0 ? 0 : limit(0), high: area === 1 ? 1 : limit(1) }
}
