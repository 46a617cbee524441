/** Shapley values straight from their definition: every coalition, every tree walked by itself. */
import type { TreeEnsemble } from '../../../shared/explain/tree/ensemble.ts'
import { nodeModes } from '../../../shared/explain/tree/ensemble.ts'
import type { Block, Players } from '../../../shared/explain/tree/players.ts'

export function holds(e: TreeEnsemble, node: number, value: number): boolean {
  if (e.missingTrue[node] === 1 && Number.isNaN(value)) return true
  const t = e.threshold[node]!
  switch (e.mode[node]) {
    case nodeModes.leq:
      return value <= t
    case nodeModes.lt:
      return value < t
    case nodeModes.gte:
      return value >= t
    case nodeModes.gt:
      return value > t
    case nodeModes.eq:
      return value === t
    case nodeModes.neq:
      return value !== t
    default:
      return Array.from(e.memberValue.slice(e.memberStart[node], e.memberStart[node + 1])).includes(value)
  }
}

export type Value = (coalition: number) => Float64Array

function addLeaf(e: TreeEnsemble, node: number, share: number, sums: Float64Array): void {
  for (let at = e.leafStart[node]!; at < e.leafStart[node + 1]!; at++)
    sums[e.leafOutput[at]!]! += share * e.leafWeight[at]!
}

/** v(T) by following the nodes of players in T and averaging over both children of the others, by cover. */
export function pathDependentGame(e: TreeEnsemble, players: Players, covers: Float64Array, row: number[]): Value {
  return (coalition) => {
    const sums = e.base.slice()
    const walk = (node: number, share: number): void => {
      if (e.mode[node] === nodeModes.leaf) return addLeaf(e, node, share, sums)
      const input = e.feature[node]!
      const [yes, no] = [e.whenTrue[node]!, e.whenFalse[node]!]
      if ((coalition >>> players.ofInput[input]!) & 1) return walk(holds(e, node, row[input]!) ? yes : no, share)
      const all = covers[node]!
      walk(yes, share * (all > 0 ? covers[yes]! / all : 0.5))
      walk(no, share * (all > 0 ? covers[no]! / all : 0.5))
    }
    for (const root of e.roots) walk(root, 1)
    return sums
  }
}

/** v(T): the mean over the background of the sums of the row's values inside T and the background row's outside. */
export function interventionalGame(e: TreeEnsemble, players: Players, background: Block, row: number[]): Value {
  return (coalition) => {
    const sums = new Float64Array(e.outputs)
    for (let b = 0; b < background.rows; b++) {
      const mixed = row.map((value, k) =>
        (coalition >>> players.ofInput[k]!) & 1 ? value : background.columns[k]![b]!,
      )
      for (const root of e.roots) {
        let node = root
        while (e.mode[node] !== nodeModes.leaf) {
          node = holds(e, node, mixed[e.feature[node]!]!) ? e.whenTrue[node]! : e.whenFalse[node]!
        }
        addLeaf(e, node, 1 / background.rows, sums)
      }
    }
    return sums.map((sum, k) => sum + e.base[k]!)
  }
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
const bits = (mask: number): number => (mask === 0 ? 0 : (mask & 1) + bits(mask >>> 1))

/** φ[player][output] by the sum over all coalitions. */
export function shapleyByEnumeration(players: number, outputs: number, value: Value): number[][] {
  const values = Array.from({ length: 1 << players }, (_, coalition) => value(coalition))
  return Array.from({ length: players }, (_, j) => {
    const sums = Array.from({ length: outputs }, () => 0)
    for (let t = 0; t < 1 << players; t++) {
      if ((t >>> j) & 1) continue
      const weight = (factorial(bits(t)) * factorial(players - 1 - bits(t))) / factorial(players)
      for (let k = 0; k < outputs; k++) sums[k]! += weight * (values[t | (1 << j)]![k]! - values[t]![k]!)
    }
    return sums
  })
}

/** Φ[i][j][output], i ≠ j: half of the Shapley interaction index (Fujimoto et al. 2006), as shap and xgboost give it. */
export function interactionsByEnumeration(players: number, outputs: number, value: Value): number[][][] {
  const values = Array.from({ length: 1 << players }, (_, coalition) => value(coalition))
  return Array.from({ length: players }, (_, i) =>
    Array.from({ length: players }, (_, j) => {
      const sums = Array.from({ length: outputs }, () => 0)
      if (i === j) return sums
      const [bi, bj] = [1 << i, 1 << j]
      for (let t = 0; t < 1 << players; t++) {
        if (t & (bi | bj)) continue
        const weight = (factorial(bits(t)) * factorial(players - 2 - bits(t))) / (2 * factorial(players - 1))
        for (let k = 0; k < outputs; k++) {
          sums[k]! += weight * (values[t | bi | bj]![k]! - values[t | bi]![k]! - values[t | bj]![k]! + values[t]![k]!)
        }
      }
      return sums
    }),
  )
}
