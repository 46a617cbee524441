/**
 * How the weight of one leaf is shared among the players on its path, for each way in which a row can satisfy them.
 *
 * The leaf is a game v(T) = ∏ over j of (in T: does the row satisfy j; else: r_j), where r_j is the share of the
 * reference set that satisfies j's nodes on the path. Its Shapley values depend on the row only through the set S of
 * satisfied players, so a leaf of d players has 2^d cases, computed once and looked up for every row (the idea of
 * FastTreeSHAP v2, Yang 2021). Two facts make a case cheap:
 *   j ∉ S:  φ_j = −H(S)                   where H(S) = Σ over T ⊆ S of w(|T|, d) ∏ over k ∉ T of r_k
 *   j ∈ S:  φ_j = (1 / r_j − 1) H(S \ j)
 * so one subset-sum transform of 2^d numbers gives all 2^d × d values. Every term is positive: nothing cancels.
 */
import { gaussLegendre } from '../quadrature.ts'

/** Bits set in each number below 2^16. */
const bitsSet = new Uint8Array(1 << 16)
for (let k = 1; k < bitsSet.length; k++) bitsSet[k] = bitsSet[k >> 1]! + (k & 1)

export function countBits(mask: number): number {
  return bitsSet[mask & 0xffff]! + bitsSet[mask >>> 16]!
}

const weightsOf = new Map<number, Float64Array>()

/** w(k, d) = k! (d − 1 − k)! / d!, for k = 0 … d − 1 (Shapley 1953). */
export function shapleyWeights(d: number): Float64Array {
  const known = weightsOf.get(d)
  if (known) return known
  const weights = new Float64Array(d)
  let choose = 1
  for (let k = 0; k < d; k++) {
    weights[k] = 1 / (d * choose)
    choose = (choose * (d - 1 - k)) / (k + 1)
  }
  weightsOf.set(d, weights)
  return weights
}

/** Below this, 1 / r loses digits; the integral has no such quotient. */
const smallestShare = 1e-200

/**
 * All cases of one leaf by the subset-sum transform.
 *
 * @param shares r_j of each player on the path, in [0, 1].
 * @param out Row-major players × 2^d: out[j × 2^d + S].
 * @param scratch At least 2^d numbers.
 */
export function shareAllCases(shares: readonly number[], out: Float64Array, scratch: Float64Array): void {
  const d = shares.length
  const size = 1 << d
  if (shares.some((share) => share < smallestShare)) {
    const one = new Float64Array(d)
    const byCase = makeCaseSharer(shares)
    for (let satisfied = 0; satisfied < size; satisfied++) {
      byCase(satisfied, one)
      for (let j = 0; j < d; j++) out[j * size + satisfied] = one[j]!
    }
    return
  }
  const h = scratch
  transformShares(shares, h)
  for (let j = 0; j < d; j++) {
    const bit = 1 << j
    const gain = 1 / shares[j]! - 1
    for (let from = 0; from < size; from += bit << 1) {
      const row = j * size + from
      for (let s = 0; s < bit; s++) {
        const value = h[from + s]!
        out[row + s] = -value
        out[row + bit + s] = gain * value
      }
    }
  }
}

/** H(S) of every set S, into the first 2^d numbers of `h`. */
function transformShares(shares: readonly number[], h: Float64Array): void {
  const d = shares.length
  const size = 1 << d
  h[0] = 1
  for (let j = 0; j < d; j++) {
    const half = 1 << j
    const share = shares[j]!
    for (let t = 0; t < half; t++) {
      h[half + t] = h[t]!
      h[t]! *= share
    }
  }
  const weights = weightsOfSets(d)
  for (let t = 0; t < size; t++) h[t]! *= weights[t]!
  sumOverSubsets(h, d)
}

/** More cases than this are never transformed: the numbers would leave the processor's caches. */
const mostTransformed = 16

/** Operations of one integral of a case, and of the transform with `cases` look-ups: which way is cheaper. */
export function casesCost(d: number, cases: number): { readonly integrals: number; readonly transform: number } {
  return {
    integrals: cases * d * Math.max(1, d / 2) * 1.5,
    transform: d > mostTransformed ? Infinity : 2 ** d * (2 + d / 2) + cases * d,
  }
}

/**
 * Some cases of one leaf, whichever way is cheaper.
 *
 * @param cases Sets of satisfied players.
 * @param out Case c, player j at c × players + j.
 * @param scratch At least 2^d numbers where d is at most 16.
 */
export function shareCases(
  shares: readonly number[],
  cases: readonly number[],
  out: Float64Array,
  scratch: Float64Array,
): void {
  const d = shares.length
  const { integrals, transform } = casesCost(d, cases.length)
  if (integrals <= transform || shares.some((share) => share < smallestShare)) {
    const byCase = makeCaseSharer(shares)
    cases.forEach((satisfied, c) => byCase(satisfied, out.subarray(c * d, (c + 1) * d)))
    return
  }
  transformShares(shares, scratch)
  const gains = shares.map((share) => 1 / share - 1)
  cases.forEach((satisfied, c) => {
    const lost = -scratch[satisfied]!
    for (let j = 0; j < d; j++) {
      const bit = 1 << j
      out[c * d + j] = (satisfied & bit) === 0 ? lost : gains[j]! * scratch[satisfied ^ bit]!
    }
  })
}

const setWeights = new Map<number, Float64Array>()

/** w(|T|, d) for each set T. The set of all players has no weight of its own: nobody is left to join it. */
function weightsOfSets(d: number): Float64Array {
  const known = setWeights.get(d)
  if (known) return known
  const bySize = shapleyWeights(d)
  const weights = Float64Array.from({ length: 1 << d }, (_, t) => bySize[countBits(t)] ?? 0)
  setWeights.set(d, weights)
  return weights
}

/** In place: each set's number becomes the sum over its subsets. */
export function sumOverSubsets(values: Float64Array, d: number): void {
  const size = 1 << d
  for (let half = 1; half < size; half <<= 1) {
    for (let from = half; from < size; from += half << 1) {
      for (let s = from; s < from + half; s++) values[s]! += values[s - half]!
    }
  }
}

/** The shares of one case: `satisfied` has bit j set where the row satisfies player j. */
export type CaseSharer = (satisfied: number, out: Float64Array) => void

/**
 * One case at a time, by Gauss–Legendre quadrature: for leaves with too many cases to list, and for shares of zero.
 *   φ_j = ∫ (s_j − r_j) ∏ over k ≠ j of (t s_k + (1 − t) r_k) dt
 */
function makeCaseSharer(shares: readonly number[]): CaseSharer {
  const d = shares.length
  const { nodes, weights } = gaussLegendre(Math.max(1, Math.ceil(d / 2)))
  const points = nodes.length
  // At q × d + j: the factor of a satisfied player and of one that is not, and what the first gains over its factor.
  const satisfiedFactor = new Float64Array(points * d)
  const lostFactor = new Float64Array(points * d)
  const gain = new Float64Array(points * d)
  for (let q = 0; q < points; q++) {
    const rest = 1 - nodes[q]!
    for (let j = 0; j < d; j++) {
      const factor = nodes[q]! + rest * shares[j]!
      satisfiedFactor[q * d + j] = factor
      lostFactor[q * d + j] = rest * shares[j]!
      gain[q * d + j] = (1 - shares[j]!) / factor
    }
  }
  return (satisfied, out) => {
    out.fill(0, 0, d)
    // Removing an unsatisfied player's factor (1 − t) r_j and multiplying by −r_j leaves −1 / (1 − t): the same for all.
    let lost = 0
    for (let q = 0; q < points; q++) {
      let product = weights[q]!
      const from = q * d
      for (let j = 0; j < d; j++) {
        product *= (satisfied >>> j) & 1 ? satisfiedFactor[from + j]! : lostFactor[from + j]!
      }
      if (product === 0) continue
      lost -= product / (1 - nodes[q]!)
      for (let j = 0; j < d; j++) out[j]! += product * gain[from + j]!
    }
    for (let j = 0; j < d; j++) if (((satisfied >>> j) & 1) === 0) out[j] = lost
  }
}

/** The same for paths of more players than an integer has bits. */
export function makeCaseIntegral(
  shares: readonly number[],
): (isSatisfied: (j: number) => boolean, out: Float64Array) => void {
  const d = shares.length
  const { nodes, weights } = gaussLegendre(Math.max(1, Math.ceil(d / 2)))
  const points = nodes.length
  // factor[j × points + q] = t + (1 − t) r_j, for a satisfied player.
  const factor = new Float64Array(d * points)
  shares.forEach((share, j) => {
    for (let q = 0; q < points; q++) factor[j * points + q] = nodes[q]! + (1 - nodes[q]!) * share
  })
  const product = new Float64Array(points)
  return (isSatisfied, out) => {
    for (let q = 0; q < points; q++) {
      let value = weights[q]!
      const rest = 1 - nodes[q]!
      for (let j = 0; j < d; j++) value *= isSatisfied(j) ? factor[j * points + q]! : rest * shares[j]!
      product[q] = value
    }
    // Removing an unsatisfied player's factor (1 − t) r_j and multiplying by −r_j leaves −1 / (1 − t): the same for all.
    let unsatisfied = 0
    for (let q = 0; q < points; q++) unsatisfied -= product[q]! / (1 - nodes[q]!)
    for (let j = 0; j < d; j++) {
      if (!isSatisfied(j)) {
        out[j] = unsatisfied
        continue
      }
      let sum = 0
      for (let q = 0; q < points; q++) sum += product[q]! / factor[j * points + q]!
      out[j] = sum * (1 - shares[j]!)
    }
  }
}
