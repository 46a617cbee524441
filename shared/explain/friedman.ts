/**
 * Friedman's H (Friedman and Popescu 2008): how much of what two columns do together is more than the sum of what each
 * does alone. 0: nothing; 1: all of it.
 */
import type { Metric } from '../contract/evidence.ts'
import { z95 } from '../statistics/normal.ts'

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}

/**
 * @param joint partial dependence on both at each point; @param a, b on one of them, at the same points
 * @returns H, the root of the share of squares, with an interval from the points' influences on the share; null where
 *   the score does not move with the columns at all
 */
export function friedmanH(joint: Float64Array, a: Float64Array, b: Float64Array): Metric {
  const [both, first, second] = [joint, a, b].map(centred) as [Float64Array, Float64Array, Float64Array]
  const n = joint.length
  const left = both.map((value, i) => (value - first[i]! - second[i]!) ** 2)
  const whole = both.map((value) => value * value)
  const total = whole.reduce((sum, value) => sum + value, 0) / n
  const size = joint.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  // Below what float32 scores can tell apart.
  if (!(total > (1e-6 * size) ** 2)) {
    return { value: null, low: null, high: null, n, method: null, reason: 'the score does not move with these columns' }
  }
  const share = left.reduce((sum, value) => sum + value, 0) / n / total
  const squares = left.reduce((sum, value, i) => sum + ((value - share * whole[i]!) / total) ** 2, 0)
  const half = z95 * Math.sqrt(squares / n / Math.max(1, n - 1))
  const root = (value: number): number => Math.sqrt(Math.min(1, Math.max(0, value)))
  return {
    value: root(share),
    low: root(share - half),
    high: root(share + half),
    n,
    method: 'delta method over points, the background taken as given',
  }
}
