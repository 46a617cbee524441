/** TreeEnsemble of ai.onnx.ml 5: interior nodes and leaves are numbered apart, and values come as tensors. */
import type { OnnxNode } from '../../onnx/model.ts'
import { integerOf, integersOf, tensorOf } from './attribute-values.ts'
import { checkTrees, gatherLeaves, isAverage, notReadable } from './build-ensemble.ts'
import type { Link, TreeEnsemble } from './ensemble.ts'
import { nodeModes } from './ensemble.ts'

const aggregates = ['AVERAGE', 'SUM', 'MIN', 'MAX'] as const
const links: readonly Link[] = ['none', 'softmax', 'logistic', 'softmax zero', 'probit']

/** @throws AssayError explain/tree-not-readable, explain/aggregate */
export function readEnsemble5(node: OnnxNode): TreeEnsemble {
  const feature = integersOf(node, 'nodes_featureids')
  const interior = feature.length
  const modes = tensorOf(node, 'nodes_modes')
  const splits = tensorOf(node, 'nodes_splits')
  const weights = tensorOf(node, 'leaf_weights')
  const targets = integersOf(node, 'leaf_targetids')
  if (!modes || !splits || !weights) throw notReadable('a tensor of its nodes or leaves is missing')
  const leaves = weights.values.length
  const ids = {
    true: integersOf(node, 'nodes_truenodeids'),
    false: integersOf(node, 'nodes_falsenodeids'),
    trueLeaf: integersOf(node, 'nodes_trueleafs'),
    falseLeaf: integersOf(node, 'nodes_falseleafs'),
  }
  for (const list of [modes.values, splits.values, ids.true, ids.false, ids.trueLeaf, ids.falseLeaf]) {
    if (list.length !== interior) throw notReadable('its lists of nodes differ in length')
  }
  if (targets.length !== leaves) throw notReadable('its lists of leaves differ in length')
  // Leaves follow the interior nodes.
  const count = interior + leaves
  const child = (id: number, isLeaf: number): number => {
    if (id < 0 || id >= (isLeaf === 1 ? leaves : interior)) throw notReadable(`there is no node or leaf ${id}`)
    return isLeaf === 1 ? interior + id : id
  }
  const padded = (values: ArrayLike<number>, fill: number) =>
    Int32Array.from({ length: count }, (_, k) => (k < interior ? values[k]! : fill))
  const whenTrue = padded(
    ids.true.map((id, k) => child(id, ids.trueLeaf[k]!)),
    -1,
  )
  const whenFalse = padded(
    ids.false.map((id, k) => child(id, ids.falseLeaf[k]!)),
    -1,
  )
  const mode = Uint8Array.from(padded(modes.values, nodeModes.leaf))
  // A tree that is one leaf is written as a node with that leaf on both sides.
  const roots = integersOf(node, 'tree_roots').map((root) => {
    if (root < 0 || root >= interior) throw notReadable(`there is no root ${root}`)
    return whenTrue[root] === whenFalse[root] ? whenTrue[root]! : root
  })
  const missing = integersOf(node, 'nodes_missing_value_tracks_true')
  const aggregate = aggregates[integerOf(node, 'aggregate_function') ?? 1]
  if (isAverage(aggregate ?? 'unknown'))
    for (let k = 0; k < leaves; k++) weights.values[k]! /= Math.max(1, roots.length)
  const outputs = integerOf(node, 'n_targets') ?? Math.max(0, ...targets) + 1
  return checkTrees({
    inputs: feature.reduce((largest, value) => Math.max(largest, value), -1) + 1,
    outputs,
    roots,
    feature: padded(feature, -1),
    mode,
    threshold: Float64Array.from({ length: count }, (_, k) => splits.values[k] ?? 0),
    missingTrue: Uint8Array.from({ length: count }, (_, k) => (missing[k] === 1 ? 1 : 0)),
    whenTrue,
    whenFalse,
    ...gatherLeaves(
      count,
      Int32Array.from({ length: leaves }, (_, k) => interior + k),
      targets,
      weights.values,
    ),
    ...readMembers(node, mode, count),
    base: new Float64Array(outputs),
    link: links[integerOf(node, 'post_transform') ?? 0] ?? 'none',
    wide: splits.wide,
  })
}

/** membership_values: the sets of the `member` nodes in the order of the nodes, each ended by a NaN. */
function readMembers(
  node: OnnxNode,
  mode: Uint8Array,
  count: number,
): Pick<TreeEnsemble, 'memberStart' | 'memberValue'> {
  const all = tensorOf(node, 'membership_values')?.values ?? new Float64Array(0)
  const memberStart = new Int32Array(count + 1)
  const values: number[] = []
  let at = 0
  for (let k = 0; k < count; k++) {
    memberStart[k] = values.length
    if (mode[k] !== nodeModes.member) continue
    while (at < all.length && !Number.isNaN(all[at])) values.push(all[at++]!)
    at++
  }
  memberStart[count] = values.length
  return { memberStart, memberValue: Float64Array.from(values) }
}
