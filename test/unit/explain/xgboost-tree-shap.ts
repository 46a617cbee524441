/**
 * TreeSHAP as xgboost 1.7 computes it (src/predictor and RegTree::TreeShap: Lundberg et al. 2018, algorithm 2, in float),
 * operation by operation, in whatever precision `round` leaves: with Math.fround it makes the roundings that xgboost
 * makes, with the identity none but those of float64.
 */
import type { TreeEnsemble } from '../../../shared/explain/tree/ensemble.ts'
import { nodeModes } from '../../../shared/explain/tree/ensemble.ts'
import { holds } from './slow-versions.ts'

interface Step {
  feature: number
  zero: number
  one: number
  weight: number
}

/** @returns Of each input, and of the trees' means as the last number: what pred_contribs gives, less base_score. */
export function xgboostTreeShap(
  e: TreeEnsemble,
  covers: Float64Array,
  row: readonly number[],
  round: (value: number) => number,
): Float64Array {
  const r = round
  const total = new Float64Array(e.inputs + 1)
  const weightOf = (node: number): number => r(e.leafWeight[e.leafStart[node]!] ?? 0)

  const extend = (path: Step[], zero: number, one: number, feature: number): Step[] => {
    const next = [...path.map((step) => ({ ...step })), { feature, zero, one, weight: path.length === 0 ? 1 : 0 }]
    const last = next.length - 1
    for (let i = last - 1; i >= 0; i--) {
      const { weight } = next[i]!
      next[i + 1]!.weight = r(next[i + 1]!.weight + r(r(r(one * weight) * (i + 1)) / (last + 1)))
      next[i]!.weight = r(r(r(zero * weight) * (last - i)) / (last + 1))
    }
    return next
  }
  const unwind = (path: Step[], at: number): Step[] => {
    const last = path.length - 1
    const next = path.map((step) => ({ ...step }))
    const { zero, one } = next[at]!
    let ahead = next[last]!.weight
    for (let i = last - 1; i >= 0; i--) {
      if (one !== 0) {
        const kept = next[i]!.weight
        next[i]!.weight = r(r(ahead * (last + 1)) / r((i + 1) * one))
        ahead = r(kept - r(r(r(next[i]!.weight * zero) * (last - i)) / (last + 1)))
      } else next[i]!.weight = r(r(next[i]!.weight * (last + 1)) / r(zero * (last - i)))
    }
    for (let i = at; i < last; i++) {
      const { feature, zero: z, one: o } = next[i + 1]!
      Object.assign(next[i]!, { feature, zero: z, one: o })
    }
    next.pop()
    return next
  }
  const unwoundSum = (path: readonly Step[], at: number): number => {
    const last = path.length - 1
    const { zero, one } = path[at]!
    let ahead = path[last]!.weight
    let sum = 0
    for (let i = last - 1; i >= 0; i--) {
      const share = r((last - i) / (last + 1))
      if (one !== 0) {
        const part = r(r(ahead * (last + 1)) / r((i + 1) * one))
        sum = r(sum + part)
        ahead = r(path[i]!.weight - r(r(part * zero) * share))
      } else sum = r(sum + r(r(path[i]!.weight / zero) / share))
    }
    return sum
  }
  const recurse = (
    node: number,
    before: Step[],
    zero: number,
    one: number,
    feature: number,
    phi: Float64Array,
  ): void => {
    let path = extend(before, zero, one, feature)
    if (e.mode[node] === nodeModes.leaf) {
      for (let i = 1; i < path.length; i++) {
        const step = path[i]!
        const part = r(r(unwoundSum(path, i) * r(step.one - step.zero)) * weightOf(node))
        phi[step.feature] = r(phi[step.feature]! + part)
      }
      return
    }
    const own = e.feature[node]!
    const [yes, no] = [e.whenTrue[node]!, e.whenFalse[node]!]
    const [hot, cold] = holds(e, node, row[own]!) ? [yes, no] : [no, yes]
    let [zeroSoFar, oneSoFar] = [1, 1]
    const at = path.findIndex((step, i) => i > 0 && step.feature === own)
    if (at > 0) {
      ;({ zero: zeroSoFar, one: oneSoFar } = path[at]!)
      path = unwind(path, at)
    }
    const shareOf = (child: number): number => r(r(covers[child]! / covers[node]!) * zeroSoFar)
    recurse(hot, path, shareOf(hot), oneSoFar, own, phi)
    recurse(cold, path, shareOf(cold), 0, own, phi)
  }
  const meanOf = (node: number): number => {
    if (e.mode[node] === nodeModes.leaf) return weightOf(node)
    const [yes, no] = [e.whenTrue[node]!, e.whenFalse[node]!]
    return r(r(r(meanOf(yes) * covers[yes]!) + r(meanOf(no) * covers[no]!)) / covers[node]!)
  }
  for (const root of e.roots) {
    const phi = new Float64Array(e.inputs + 1)
    recurse(root, [], 1, 1, -1, phi)
    phi[e.inputs] = meanOf(root)
    phi.forEach((value, k) => (total[k] = r(total[k]! + value)))
  }
  return total
}
