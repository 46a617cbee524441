/** Distances between two sets of fractions over the same bins or categories. */
import type { BinnedSamples } from './bins.ts'

/** Fractions under this count as this in the two indices that divide by them: an empty bin would make them infinite. */
const fractionFloor = 1e-4

export const binnedDistanceNames = ['psi', 'kl', 'js', 'hellinger', 'tvd'] as const

/**
 * All distances in one sweep, in the order of `binnedDistanceNames`, then the Jensen–Shannon divergence and Cramér's V.
 *
 * - psi: Σ (q − p) ln(q / p), fractions floored at 1e-4, p of the reference.
 * - kl: Σ p ln(p / q), floored likewise, in nats.
 * - js: square root of the Jensen–Shannon divergence in bits, in [0, 1].
 * - hellinger: √(1 − Σ √(pq)), in [0, 1].
 * - tvd: ½ Σ |p − q|, in [0, 1].
 *
 * @param out Length 7.
 */
export function measureBins(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  n: number,
  m: number,
  out: Float64Array,
): void {
  let psi = 0
  let kl = 0
  let divergence = 0
  let halfSquares = 0
  let absolute = 0
  let phi = 0
  let filled = 0
  for (let k = 0; k < reference.length; k++) {
    const p = reference[k]! / n
    const q = current[k]! / m
    const flooredP = p < fractionFloor ? fractionFloor : p
    const flooredQ = q < fractionFloor ? fractionFloor : q
    const logRatio = Math.log(flooredQ / flooredP)
    psi += (flooredQ - flooredP) * logRatio
    kl -= flooredP * logRatio
    const middle = (p + q) / 2
    if (p > 0) divergence += p * Math.log(p / middle)
    if (q > 0) divergence += q * Math.log(q / middle)
    halfSquares += (Math.sqrt(p) - Math.sqrt(q)) ** 2 / 2
    absolute += Math.abs(p - q)
    const both = reference[k]! + current[k]!
    if (both > 0) {
      filled++
      phi += (p - q) ** 2 / both
    }
  }
  const bits = Math.max(0, divergence / 2 / Math.LN2)
  out[0] = psi
  out[1] = kl
  out[2] = Math.sqrt(bits)
  out[3] = Math.sqrt(halfSquares)
  out[4] = absolute / 2
  out[5] = bits
  // Pearson's χ² of the 2 × k table is nm Σ (p − q)² / (a + b).
  out[6] = filled > 1 ? Math.sqrt((n * m * phi) / (n + m)) : NaN
}

export const measureWidth = 7

/** The same of samples that are binned already. @returns length 7, as `measureBins` has them */
export function binnedDistances({ reference, current, n, m }: BinnedSamples): Float64Array {
  const out = new Float64Array(measureWidth)
  measureBins(reference, current, n, m, out)
  return out
}
