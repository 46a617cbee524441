/** What both forms of the operator need to become a TreeEnsemble: weights by node, and the check that trees are trees. */
import { AssayError } from '../../contract/errors.ts'
import type { TreeEnsemble } from './ensemble.ts'
import { nodeModes } from './ensemble.ts'

export function notReadable(what: string): AssayError {
  return new AssayError({
    code: 'explain/tree-not-readable',
    message: `The tree ensemble cannot be read: ${what}.`,
    remedy: 'Export the model again, or explain it with --method permutation, which needs no reading of the graph.',
  })
}

/** @throws AssayError explain/aggregate where trees are not added up */
export function isAverage(aggregate: string): boolean {
  if (aggregate === 'SUM') return false
  if (aggregate === 'AVERAGE') return true
  throw new AssayError({
    code: 'explain/aggregate',
    message: `The ensemble takes the ${aggregate.toLowerCase()} of its trees; exact attributions need their sum or average.`,
    remedy: 'Explain it with --method permutation.',
    where: { aggregate },
  })
}

/** Weights in the order of their nodes; a node may have several, for the same output too. */
export function gatherLeaves(
  nodes: number,
  leafNodes: ArrayLike<number>,
  leafOutputs: ArrayLike<number>,
  leafWeights: ArrayLike<number>,
): Pick<TreeEnsemble, 'leafStart' | 'leafOutput' | 'leafWeight'> {
  const leafStart = new Int32Array(nodes + 1)
  for (let at = 0; at < leafNodes.length; at++) leafStart[leafNodes[at]! + 1]!++
  for (let node = 0; node < nodes; node++) leafStart[node + 1]! += leafStart[node]!
  const next = leafStart.slice()
  const leafOutput = new Int32Array(leafNodes.length)
  const leafWeight = new Float64Array(leafNodes.length)
  for (let at = 0; at < leafNodes.length; at++) {
    const place = next[leafNodes[at]!]!++
    leafOutput[place] = leafOutputs[at]!
    leafWeight[place] = leafWeights[at]!
  }
  return { leafStart, leafOutput, leafWeight }
}

/** Deeper than any training makes; recursion over a tree stays far from the stack's end. */
const deepest = 1024

/** Each node is reached once, or a walk might never end. @throws AssayError explain/tree-not-readable */
export function checkTrees(ensemble: TreeEnsemble): TreeEnsemble {
  const seen = new Uint8Array(ensemble.feature.length)
  for (const root of ensemble.roots) {
    const stack = [root]
    const depths = [0]
    while (stack.length > 0) {
      const node = stack.pop()!
      const depth = depths.pop()!
      if (seen[node] === 1) throw notReadable('a node has two parents')
      if (depth > deepest) throw notReadable(`a tree is deeper than ${deepest} nodes`)
      seen[node] = 1
      if (ensemble.mode[node] === nodeModes.leaf) continue
      if (ensemble.feature[node]! < 0) throw notReadable('a node compares no column')
      stack.push(ensemble.whenTrue[node]!, ensemble.whenFalse[node]!)
      depths.push(depth + 1, depth + 1)
    }
  }
  return ensemble
}
