/**
 * Shapley interaction values of one leaf, by pairs of players: half of the Shapley interaction index (Fujimoto et al.
 * 2006), so that each pair counts once in the sum over both of its orders (Lundberg et al. 2018).
 */
import { gaussLegendre } from '../quadrature.ts'
import { countBits } from './leaf-shares.ts'

/** One case: the pair i < j at i × d + j. */
export type PairSharer = (satisfied: number, out: Float64Array) => void

/** Path-dependent: ½ ∫ (s_i − r_i)(s_j − r_j) ∏ over the other k of (t s_k + (1 − t) r_k) dt. */
export function makePairSharer(shares: readonly number[]): PairSharer {
  const d = shares.length
  const { nodes, weights } = gaussLegendre(Math.max(1, Math.ceil((d - 1) / 2)))
  const points = nodes.length
  const change = new Float64Array(d)
  return (satisfied, out) => {
    out.fill(0, 0, d * d)
    for (let q = 0; q < points; q++) {
      const t = nodes[q]!
      let product = weights[q]! / 2
      for (let j = 0; j < d; j++) {
        const isIn = ((satisfied >>> j) & 1) === 1
        const factor = (isIn ? t : 0) + (1 - t) * shares[j]!
        product *= factor
        // An unsatisfied player's −r_j over its factor (1 − t) r_j; the quotient stays finite where r_j is 0.
        change[j] = isIn ? (1 - shares[j]!) / factor : -1 / (1 - t)
      }
      if (product === 0) continue
      for (let i = 0; i < d; i++) {
        const left = product * change[i]!
        for (let j = i + 1; j < d; j++) out[i * d + j]! += left * change[j]!
      }
    }
  }
}

const factorials = [1]
function factorial(n: number): number {
  for (let k = factorials.length; k <= n; k++) factorials.push(factorials[k - 1]! * k)
  return factorials[n]!
}

/** Interventional; `sets` are the failed sets of the background and `shares` how often each occurs. */
export function makeBackgroundPairSharer(d: number, sets: Int32Array, shares: Float64Array): PairSharer {
  const all = d === 0 ? 0 : (2 ** d - 1) | 0
  return (satisfied, out) => {
    const lost = all & ~satisfied
    const q = countBits(lost)
    out.fill(0, 0, d * d)
    for (let at = 0; at < sets.length; at++) {
      const gained = sets[at]!
      if ((gained & lost) !== 0) continue
      const p = countBits(gained)
      if (p + q < 2) continue
      const whole = (shares[at]! / 2) * (1 / factorial(p + q - 1))
      const both = p < 2 ? 0 : whole * factorial(p - 2) * factorial(q)
      const mixed = p < 1 || q < 1 ? 0 : -whole * factorial(p - 1) * factorial(q - 1)
      const neither = q < 2 ? 0 : whole * factorial(p) * factorial(q - 2)
      for (let i = 0; i < d; i++) {
        const iGained = (gained >>> i) & 1
        if (iGained === 0 && ((lost >>> i) & 1) === 0) continue
        for (let j = i + 1; j < d; j++) {
          const jGained = (gained >>> j) & 1
          if (jGained === 0 && ((lost >>> j) & 1) === 0) continue
          out[i * d + j]! += iGained + jGained === 2 ? both : iGained + jGained === 1 ? mixed : neither
        }
      }
    }
  }
}
