/**
 * The two published algorithms that Assay's was chosen over, as plainly as their papers give them: TreeSHAP (Lundberg et
 * al. 2018, algorithm 2) and Linear TreeSHAP (Yu et al. 2022) on Gauss–Legendre nodes. Row by row, one output, numeric
 * nodes of mode ≤.
 */
import { gaussLegendre } from '../../shared/explain/quadrature.ts'
import type { TreeEnsemble } from '../../shared/explain/tree/ensemble.ts'
import { nodeModes } from '../../shared/explain/tree/ensemble.ts'

interface Step {
  feature: number
  zero: number
  one: number
  weight: number
}

function extend(path: Step[], zero: number, one: number, feature: number): Step[] {
  const next = path.map((step) => ({ ...step }))
  next.push({ feature, zero, one, weight: next.length === 0 ? 1 : 0 })
  const last = next.length - 1
  for (let i = last - 1; i >= 0; i--) {
    next[i + 1]!.weight += (one * next[i]!.weight * (i + 1)) / (last + 1)
    next[i]!.weight = (zero * next[i]!.weight * (last - i)) / (last + 1)
  }
  return next
}

function unwind(path: Step[], at: number): Step[] {
  const last = path.length - 1
  const next = path.map((step) => ({ ...step }))
  const { zero, one } = next[at]!
  let ahead = next[last]!.weight
  for (let i = last - 1; i >= 0; i--) {
    if (one !== 0) {
      const kept = next[i]!.weight
      next[i]!.weight = (ahead * (last + 1)) / ((i + 1) * one)
      ahead = kept - (next[i]!.weight * zero * (last - i)) / (last + 1)
    } else next[i]!.weight = (next[i]!.weight * (last + 1)) / (zero * (last - i))
  }
  for (let i = at; i < last; i++) {
    next[i]!.feature = next[i + 1]!.feature
    next[i]!.zero = next[i + 1]!.zero
    next[i]!.one = next[i + 1]!.one
  }
  next.pop()
  return next
}

export function classicTreeShap(e: TreeEnsemble, covers: Float64Array, row: Float64Array): Float64Array {
  const phi = new Float64Array(e.inputs)
  const recurse = (node: number, before: Step[], zero: number, one: number, feature: number): void => {
    let path = extend(before, zero, one, feature)
    if (e.mode[node] === nodeModes.leaf) {
      const weight = e.leafWeight[e.leafStart[node]!] ?? 0
      for (let i = 1; i < path.length; i++) {
        const sum = unwind(path, i).reduce((total, step) => total + step.weight, 0)
        phi[path[i]!.feature]! += sum * (path[i]!.one - path[i]!.zero) * weight
      }
      return
    }
    const own = e.feature[node]!
    const isTrue = row[own]! <= e.threshold[node]!
    const [hot, cold] = isTrue ? [e.whenTrue[node]!, e.whenFalse[node]!] : [e.whenFalse[node]!, e.whenTrue[node]!]
    let [zeroSoFar, oneSoFar] = [1, 1]
    const at = path.findIndex((step, i) => i > 0 && step.feature === own)
    if (at > 0) {
      zeroSoFar = path[at]!.zero
      oneSoFar = path[at]!.one
      path = unwind(path, at)
    }
    recurse(hot, path, (zeroSoFar * covers[hot]!) / covers[node]!, oneSoFar, own)
    recurse(cold, path, (zeroSoFar * covers[cold]!) / covers[node]!, 0, own)
  }
  for (const root of e.roots) recurse(root, [], 1, 1, -1)
  return phi
}

/** Sums over subtrees of products at the nodes; each edge adds what its player gains, less what it had above. */
export function linearTreeShap(e: TreeEnsemble, covers: Float64Array, depth: number, row: Float64Array): Float64Array {
  const phi = new Float64Array(e.inputs)
  const { nodes, weights } = gaussLegendre(Math.max(1, Math.ceil(depth / 2)))
  const points = nodes.length
  const down = Array.from({ length: depth + 2 }, () => new Float64Array(points))
  const up = Array.from({ length: depth + 2 }, () => new Float64Array(points))
  const share = new Float64Array(e.inputs).fill(1)
  const satisfied = new Int8Array(e.inputs).fill(-1)
  const factor = (isIn: number, r: number, q: number) => (isIn === 1 ? nodes[q]! : 0) + (1 - nodes[q]!) * r
  const visit = (node: number, level: number): void => {
    const product = down[level]!
    const sum = up[level]!
    if (e.mode[node] === nodeModes.leaf) {
      const weight = e.leafWeight[e.leafStart[node]!] ?? 0
      for (let q = 0; q < points; q++) sum[q] = product[q]! * weight
      return
    }
    sum.fill(0)
    const own = e.feature[node]!
    const isTrue = row[own]! <= e.threshold[node]!
    const before = { share: share[own]!, satisfied: satisfied[own]! }
    for (const side of [true, false]) {
      const child = side ? e.whenTrue[node]! : e.whenFalse[node]!
      const r = before.share * (covers[node]! > 0 ? covers[child]! / covers[node]! : 0.5)
      const isIn = side === isTrue && before.satisfied !== 0 ? 1 : 0
      const below = down[level + 1]!
      for (let q = 0; q < points; q++) {
        const old = before.satisfied < 0 ? 1 : factor(before.satisfied, before.share, q)
        below[q] = old === 0 ? 0 : (product[q]! / old) * factor(isIn, r, q)
      }
      share[own] = r
      satisfied[own] = isIn
      visit(child, level + 1)
      const found = up[level + 1]!
      for (let q = 0; q < points; q++) {
        const value = found[q]! * weights[q]!
        const now = factor(isIn, r, q)
        if (now !== 0) phi[own]! += (value * (isIn - r)) / now
        if (before.satisfied >= 0) {
          const old = factor(before.satisfied, before.share, q)
          if (old !== 0) phi[own]! -= (value * (before.satisfied - before.share)) / old
        }
        sum[q]! += found[q]!
      }
    }
    share[own] = before.share
    satisfied[own] = before.satisfied
  }
  for (const root of e.roots) {
    down[0]!.fill(1)
    visit(root, 0)
  }
  return phi
}
