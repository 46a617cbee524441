/** What a node says of each row of a block. */
import type { TreeEnsemble } from './ensemble.ts'
import { nodeModes } from './ensemble.ts'

/**
 * 1 where the row takes the true branch. NaN compares as false, and takes the true branch only where the node says so
 * (`nodes_missing_value_tracks_true`); each comparison is written so that it costs no second test.
 *
 * @param column The node's input, at least `rows` values.
 * @param out At least `rows` values.
 */
export function compareRows(
  ensemble: TreeEnsemble,
  node: number,
  column: Float32Array | Float64Array,
  rows: number,
  out: Uint8Array,
): void {
  const limit = ensemble.threshold[node]!
  const missing = ensemble.missingTrue[node]!
  switch (ensemble.mode[node]) {
    case nodeModes.leq:
      if (missing === 1) for (let row = 0; row < rows; row++) out[row] = column[row]! > limit ? 0 : 1
      else for (let row = 0; row < rows; row++) out[row] = column[row]! <= limit ? 1 : 0
      return
    case nodeModes.lt:
      if (missing === 1) for (let row = 0; row < rows; row++) out[row] = column[row]! >= limit ? 0 : 1
      else for (let row = 0; row < rows; row++) out[row] = column[row]! < limit ? 1 : 0
      return
    case nodeModes.gte:
      if (missing === 1) for (let row = 0; row < rows; row++) out[row] = column[row]! < limit ? 0 : 1
      else for (let row = 0; row < rows; row++) out[row] = column[row]! >= limit ? 1 : 0
      return
    case nodeModes.gt:
      if (missing === 1) for (let row = 0; row < rows; row++) out[row] = column[row]! <= limit ? 0 : 1
      else for (let row = 0; row < rows; row++) out[row] = column[row]! > limit ? 1 : 0
      return
    default:
      for (let row = 0; row < rows; row++) out[row] = takesTrue(ensemble, node, column[row]!) ? 1 : 0
  }
}

/** One row at one node. `neq` holds for NaN, as it does in IEEE 754 and in ONNX Runtime. */
export function takesTrue(ensemble: TreeEnsemble, node: number, value: number): boolean {
  if (ensemble.missingTrue[node] === 1 && Number.isNaN(value)) return true
  const limit = ensemble.threshold[node]!
  switch (ensemble.mode[node]) {
    case nodeModes.leq:
      return value <= limit
    case nodeModes.lt:
      return value < limit
    case nodeModes.gte:
      return value >= limit
    case nodeModes.gt:
      return value > limit
    case nodeModes.eq:
      return value === limit
    case nodeModes.neq:
      return value !== limit
    default:
      for (let at = ensemble.memberStart[node]!; at < ensemble.memberStart[node + 1]!; at++) {
        if (ensemble.memberValue[at] === value) return true
      }
      return false
  }
}
