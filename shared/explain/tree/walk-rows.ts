/** Rows through the trees: their sums, and how many of a reference set reach each node. */
import { takesTrue } from './compare.ts'
import type { TreeEnsemble } from './ensemble.ts'
import { nodeModes } from './ensemble.ts'
import { edgeShare } from './group-table.ts'
import type { Block } from './players.ts'

/**
 * The sums before the post-transform, in float64: ONNX Runtime adds the same float32 weights in float32.
 *
 * @returns Output k of row r at k × rows + r.
 */
export function sumTrees(ensemble: TreeEnsemble, { rows, columns }: Block): Float64Array {
  const sums = new Float64Array(ensemble.outputs * rows)
  for (let k = 0; k < ensemble.outputs; k++) sums.fill(ensemble.base[k]!, k * rows, (k + 1) * rows)
  for (const root of ensemble.roots) {
    for (let row = 0; row < rows; row++) {
      const leaf = leafOf(ensemble, columns, root, row)
      for (let at = ensemble.leafStart[leaf]!; at < ensemble.leafStart[leaf + 1]!; at++) {
        sums[ensemble.leafOutput[at]! * rows + row]! += ensemble.leafWeight[at]!
      }
    }
  }
  return sums
}

function leafOf(ensemble: TreeEnsemble, columns: Block['columns'], root: number, row: number): number {
  const { mode, feature, threshold, missingTrue, whenTrue, whenFalse } = ensemble
  let node = root
  for (let kind = mode[node]!; kind !== nodeModes.leaf; kind = mode[node]!) {
    const value = columns[feature[node]!]![row]!
    // Nearly every tree compares by ≤ or <; the rest goes by the function.
    const isTrue =
      kind === nodeModes.leq && missingTrue[node] === 0
        ? value <= threshold[node]!
        : kind === nodeModes.lt && missingTrue[node] === 0
          ? value < threshold[node]!
          : takesTrue(ensemble, node, value)
    node = isTrue ? whenTrue[node]! : whenFalse[node]!
  }
  return node
}

/**
 * Adds the rows of a block to the covers: how many rows of the reference set reach each node. ONNX keeps none of what
 * training counted, so they are counted again.
 *
 * @param weights One number a row in place of 1 (xgboost counts second derivatives).
 */
export function addCovers(
  ensemble: TreeEnsemble,
  { rows, columns }: Block,
  covers: Float64Array,
  roots: Int32Array = ensemble.roots,
  weights: Float64Array | null = null,
): void {
  for (const root of roots) {
    for (let row = 0; row < rows; row++) {
      const weight = weights ? weights[row]! : 1
      let node = root
      covers[node]! += weight
      while (ensemble.mode[node] !== nodeModes.leaf) {
        const value = columns[ensemble.feature[node]!]![row]!
        node = takesTrue(ensemble, node, value) ? ensemble.whenTrue[node]! : ensemble.whenFalse[node]!
        covers[node]! += weight
      }
    }
  }
}

/** Means over the rows of a block. */
export function meanSums(ensemble: TreeEnsemble, background: Block): Float64Array {
  const sums = sumTrees(ensemble, background)
  const rows = background.rows
  return Float64Array.from({ length: ensemble.outputs }, (_, k) => {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += sums[k * rows + row]! - ensemble.base[k]!
    return ensemble.base[k]! + sum / rows
  })
}

/** Each leaf's weight times the product of the shares on its path. */
export function expectedSums(ensemble: TreeEnsemble, covers: Float64Array): Float64Array {
  const sums = ensemble.base.slice()
  const walk = (node: number, share: number): void => {
    for (let at = ensemble.leafStart[node]!; at < ensemble.leafStart[node + 1]!; at++) {
      sums[ensemble.leafOutput[at]!]! += share * ensemble.leafWeight[at]!
    }
    if (ensemble.mode[node] === nodeModes.leaf) return
    for (const child of [ensemble.whenTrue[node]!, ensemble.whenFalse[node]!]) {
      walk(child, share * edgeShare(covers, node, child))
    }
  }
  for (const root of ensemble.roots) walk(root, 1)
  return sums
}
