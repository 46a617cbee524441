/**
 * TreeEnsembleClassifier and TreeEnsembleRegressor (ai.onnx.ml 1 to 3) and TreeEnsemble (5), read from their attributes.
 * @see https://github.com/onnx/onnx/blob/main/docs/Operators-ml.md
 */
import { textAttribute } from '../../onnx/decode.ts'
import { labelsOfNode } from '../../onnx/class-labels.ts'
import type { OnnxNode } from '../../onnx/model.ts'
import { codesOf, floatsOf, integerOf, integersOf, tensorOf } from './attribute-values.ts'
import { checkTrees, gatherLeaves, isAverage, notReadable } from './build-ensemble.ts'
import type { Link, TreeEnsemble } from './ensemble.ts'
import { nodeModes } from './ensemble.ts'
import { readEnsemble5 } from './read-ensemble-5.ts'

export const treeOperators: ReadonlySet<string> = new Set([
  'ai.onnx.ml:TreeEnsembleClassifier',
  'ai.onnx.ml:TreeEnsembleRegressor',
  'ai.onnx.ml:TreeEnsemble',
])

const modeCodes: Readonly<Record<string, number>> = {
  BRANCH_LEQ: nodeModes.leq,
  BRANCH_LT: nodeModes.lt,
  BRANCH_GTE: nodeModes.gte,
  BRANCH_GT: nodeModes.gt,
  BRANCH_EQ: nodeModes.eq,
  BRANCH_NEQ: nodeModes.neq,
  LEAF: nodeModes.leaf,
}

const links: Readonly<Record<string, Link>> = {
  NONE: 'none',
  LOGISTIC: 'logistic',
  SOFTMAX: 'softmax',
  SOFTMAX_ZERO: 'softmax zero',
  PROBIT: 'probit',
}

export function linkOf(node: OnnxNode): Link {
  const name = textAttribute(node, 'post_transform') ?? 'NONE'
  const link = links[name]
  if (!link) throw notReadable(`its post_transform is "${name}"`)
  return link
}

/** Floats, or in version 3 the tensor that may hold float64 numbers. */
function numbersOf(node: OnnxNode, name: string): { values: Float64Array; wide: boolean } {
  return tensorOf(node, `${name}_as_tensor`) ?? { values: floatsOf(node, name), wide: false }
}

/**
 * @returns the ensemble; for a binary classifier that stores one sum, `outputs` is 1 and the sum is the second class's
 * @throws AssayError explain/tree-not-readable, explain/aggregate
 */
export function readEnsemble(node: OnnxNode): TreeEnsemble {
  if (node.opType === 'TreeEnsemble') return readEnsemble5(node)
  const isClassifier = node.opType === 'TreeEnsembleClassifier'
  const kind = isClassifier ? 'class' : 'target'
  const treeIds = integersOf(node, 'nodes_treeids')
  const nodeIds = integersOf(node, 'nodes_nodeids')
  const count = nodeIds.length
  const feature = integersOf(node, 'nodes_featureids')
  const mode = codesOf(node, 'nodes_modes', (text) => modeCodes[text] ?? 255)
  const threshold = numbersOf(node, 'nodes_values')
  const trueIds = integersOf(node, 'nodes_truenodeids')
  const falseIds = integersOf(node, 'nodes_falsenodeids')
  const missing = integersOf(node, 'nodes_missing_value_tracks_true')
  if (count === 0) throw notReadable('it has no nodes')
  for (const list of [treeIds, feature, mode, threshold.values, trueIds, falseIds]) {
    if (list.length !== count) throw notReadable('its lists of nodes differ in length')
  }
  if (mode.includes(255)) throw notReadable('a node has an unknown mode')
  const places = new Map<number, number>()
  // Ids count from 0 in each tree; 2^22 nodes a tree are more than any exporter writes.
  const key = (tree: number, id: number) => tree * 4_194_304 + id
  for (let k = 0; k < count; k++) places.set(key(treeIds[k]!, nodeIds[k]!), k)
  const find = (tree: number, id: number): number => {
    const place = places.get(key(tree, id))
    if (place === undefined) throw notReadable(`tree ${tree} has no node ${id}`)
    return place
  }
  const whenTrue = new Int32Array(count).fill(-1)
  const whenFalse = new Int32Array(count).fill(-1)
  const isChild = new Uint8Array(count)
  for (let k = 0; k < count; k++) {
    if (mode[k] === nodeModes.leaf) {
      feature[k] = -1
      continue
    }
    whenTrue[k] = find(treeIds[k]!, trueIds[k]!)
    whenFalse[k] = find(treeIds[k]!, falseIds[k]!)
    isChild[whenTrue[k]!] = 1
    isChild[whenFalse[k]!] = 1
  }
  const roots: number[] = []
  for (let k = 0; k < count; k++) if (isChild[k] === 0) roots.push(k)
  const weights = numbersOf(node, `${kind}_weights`).values
  const outputIds = integersOf(node, `${kind}_ids`)
  const leafTrees = integersOf(node, `${kind}_treeids`)
  const leafNodes = integersOf(node, `${kind}_nodeids`).map((id, at) => find(leafTrees[at]!, id))
  if (weights.length !== leafNodes.length || outputIds.length !== leafNodes.length) {
    throw notReadable('its lists of weights differ in length')
  }
  const distinct = new Set(outputIds)
  const largestId = outputIds.reduce((largest, id) => Math.max(largest, id), 0)
  const classes = labelsOfNode(node)?.values.length ?? largestId + 1
  // One sum for two classes: whichever id it has, it is the second class's (onnxruntime, tree_ensemble_common.h).
  const single = isClassifier && classes === 2 && distinct.size === 1
  const outputs = single ? 1 : isClassifier ? classes : (integerOf(node, 'n_targets') ?? largestId + 1)
  if (largestId >= outputs && !single) throw notReadable(`it has a weight for output ${largestId} of ${outputs}`)
  if (isAverage(textAttribute(node, 'aggregate_function') ?? 'SUM')) {
    for (let k = 0; k < weights.length; k++) weights[k]! /= roots.length
  }
  const base = numbersOf(node, 'base_values').values
  return checkTrees({
    inputs: feature.reduce((largest, value) => Math.max(largest, value), -1) + 1,
    outputs,
    roots: Int32Array.from(roots),
    feature,
    mode,
    threshold: threshold.values,
    missingTrue: Uint8Array.from({ length: count }, (_, k) => (missing[k] === 1 ? 1 : 0)),
    whenTrue,
    whenFalse,
    ...gatherLeaves(count, leafNodes, single ? outputIds.fill(0) : outputIds, weights),
    memberStart: new Int32Array(count + 1),
    memberValue: new Float64Array(0),
    base: Float64Array.from({ length: outputs }, (_, k) => (single ? base.at(-1) : base[k]) ?? 0),
    link: linkOf(node),
    wide: threshold.wide,
  })
}
