/**
 * How the weight of one leaf is shared when absent players take the values of a background row (interventional Shapley
 * values). A background row matters only through the set u of players it fails, so the whole background is a histogram
 * over 2^d sets: its size costs nothing at the explained rows (as WOODELF, Nadel and Wettenstein 2025).
 *
 * A row that satisfies c and a background row that fails u meet at the leaf only where u ⊆ c. Then, with p = |u| and
 * q = d − |c| (Lundberg et al. 2020, Laberge and Pequignot 2022):
 *   j ∈ u:  φ_j = +(p − 1)! q! / (p + q)!
 *   j ∉ c:  φ_j = −p! (q − 1)! / (p + q)!
 */
import { countBits, sumOverSubsets } from './leaf-shares.ts'
import type { CaseSharer } from './leaf-shares.ts'

const gains = new Map<number, Float64Array>()

/** (p − 1)! q! / (p + q)! at p × (d + 1) + q, for p ≥ 1. Losses are the same with p and q exchanged. */
function gainWeights(d: number): Float64Array {
  const known = gains.get(d)
  if (known) return known
  const table = new Float64Array((d + 1) * (d + 1))
  for (let p = 1; p <= d; p++) {
    // 1 / p at q = 0, then times (q + 1) / (p + q + 1).
    let value = 1 / p
    for (let q = 0; q <= d; q++) {
      table[p * (d + 1) + q] = value
      value *= (q + 1) / (p + q + 1)
    }
  }
  gains.set(d, table)
  return table
}

/**
 * All cases of one leaf.
 *
 * @param d Players on the path.
 * @param failed Share of the background that fails exactly the set u, at u; it sums to 1.
 * @param out Row-major players × 2^d: out[j × 2^d + c].
 */
export function shareAllAgainstBackground(d: number, failed: Float64Array, out: Float64Array): void {
  const size = 1 << d
  const weights = gainWeights(d)
  const at = (p: number, q: number) => weights[p * (d + 1) + q]!
  // gain: for the set itself; below: for the set as what remains of one player more; loss: for players outside.
  const gain = new Float64Array(size)
  const below = new Float64Array(size)
  const loss = new Float64Array(size)
  const ofSize = new Float64Array(size)
  for (let p = 0; p <= d; p++) {
    let any = false
    for (let u = 0; u < size; u++) {
      ofSize[u] = countBits(u) === p ? failed[u]! : 0
      any ||= ofSize[u] !== 0
    }
    if (!any) continue
    sumOverSubsets(ofSize, d)
    for (let c = 0; c < size; c++) {
      const value = ofSize[c]!
      if (value === 0) continue
      const q = d - countBits(c)
      if (p > 0) {
        gain[c]! += value * at(p, q)
        if (q > 0) below[c]! += value * at(p, q - 1)
      }
      if (q > 0) loss[c]! += value * at(q, p)
    }
  }
  for (let j = 0; j < d; j++) {
    const bit = 1 << j
    for (let c = 0; c < size; c++) {
      out[j * size + c] = (c & bit) === 0 ? -loss[c]! : gain[c]! - below[c ^ bit]!
    }
  }
}

/** One case at a time. @param sets Distinct failed sets of the background. @param shares How often, summing to 1. */
export function makeBackgroundSharer(d: number, sets: Int32Array, shares: Float64Array): CaseSharer {
  const weights = gainWeights(d)
  return (satisfied, out) => {
    const q = d - countBits(satisfied)
    let loss = 0
    out.fill(0, 0, d)
    for (let at = 0; at < sets.length; at++) {
      const u = sets[at]!
      if ((u & ~satisfied) !== 0) continue
      const p = countBits(u)
      if (q > 0) loss -= shares[at]! * weights[q * (d + 1) + p]!
      if (p === 0) continue
      const gain = shares[at]! * weights[p * (d + 1) + q]!
      for (let rest = u; rest !== 0; rest &= rest - 1) out[31 - Math.clz32(rest & -rest)]! += gain
    }
    for (let j = 0; j < d; j++) if (((satisfied >>> j) & 1) === 0) out[j] = loss
  }
}
