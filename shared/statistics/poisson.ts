import type { Random } from './random.ts'

/** From this mean on, a rounded normal number stands in: its skewness, 1/√30, is lost in sums over many cells. */
const normalFrom = 30

/**
 * One Poisson number.
 *
 * @param mean Expected count, 0 or more.
 * @returns A count: by inversion (Devroye 1986, chapter X.3) for a mean under 30, else a rounded normal number.
 */
export function drawPoisson(random: Random, mean: number): number {
  if (mean >= normalFrom) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()))
  let probability = Math.exp(-mean)
  let left = random.uniform() - probability
  let count = 0
  // A uniform number has 32 bits, so the tail that it can reach ends long before 200 for a mean under 30.
  while (left >= 0 && count < 200) {
    count++
    probability *= mean / count
    left -= probability
  }
  return count
}
