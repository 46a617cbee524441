import type { CalibrationMap } from '../contract/calibration.ts'
import { attribute } from './write-nodes.ts'

interface Trees {
  readonly treeIds: number[]
  readonly nodeIds: number[]
  readonly featureIds: number[]
  readonly modes: string[]
  readonly values: number[]
  readonly trueIds: number[]
  readonly falseIds: number[]
  readonly targetTrees: number[]
  readonly targetNodes: number[]
  readonly targetIds: number[]
  readonly weights: number[]
}

type Steps = Extract<CalibrationMap, { kind: 'steps' }>

/** What a leaf gives to one column of the output. */
export interface StepTarget {
  readonly column: number
  readonly weightOf: (value: number) => number
}

/**
 * Step functions as attributes of one TreeEnsembleRegressor (ai.onnx.ml 1 to 4): a balanced tree a column of the input, so
 * that a look-up costs the logarithm of the steps.
 *
 * @param targetsOf Where the values of tree k go; each output column must be given by one tree alone.
 * @param columns Columns of the output.
 */
export function writeSteps(
  maps: readonly Steps[],
  targetsOf: (tree: number) => readonly StepTarget[],
  columns: number,
): Uint8Array[] {
  const trees: Trees = {
    treeIds: [],
    nodeIds: [],
    featureIds: [],
    modes: [],
    values: [],
    trueIds: [],
    falseIds: [],
    targetTrees: [],
    targetNodes: [],
    targetIds: [],
    weights: [],
  }
  maps.forEach((map, k) => addTree(trees, map, k, targetsOf(k)))
  return [
    attribute.ints('nodes_treeids', trees.treeIds),
    attribute.ints('nodes_nodeids', trees.nodeIds),
    attribute.ints('nodes_featureids', trees.featureIds),
    attribute.texts('nodes_modes', trees.modes),
    attribute.floats('nodes_values', trees.values),
    attribute.ints('nodes_truenodeids', trees.trueIds),
    attribute.ints('nodes_falsenodeids', trees.falseIds),
    attribute.ints('target_treeids', trees.targetTrees),
    attribute.ints('target_nodeids', trees.targetNodes),
    attribute.ints('target_ids', trees.targetIds),
    attribute.floats('target_weights', trees.weights),
    attribute.int('n_targets', columns),
    attribute.text('aggregate_function', 'SUM'),
    attribute.text('post_transform', 'NONE'),
  ]
}

/** x < from[middle] goes to the steps before `middle`, else to those from it on. */
function addTree(trees: Trees, { from, values }: Steps, k: number, targets: readonly StepTarget[]): void {
  let nodes = 0
  const add = (start: number, end: number): number => {
    const id = nodes++
    const at = trees.nodeIds.length
    const leaf = end - start === 1
    const middle = (start + end) >> 1
    trees.treeIds.push(k)
    trees.nodeIds.push(id)
    trees.featureIds.push(leaf ? 0 : k)
    trees.modes.push(leaf ? 'LEAF' : 'BRANCH_LT')
    trees.values.push(leaf ? 0 : from[middle]!)
    trees.trueIds.push(0)
    trees.falseIds.push(0)
    if (leaf) {
      for (const { column, weightOf } of targets) {
        trees.targetTrees.push(k)
        trees.targetNodes.push(id)
        trees.targetIds.push(column)
        trees.weights.push(weightOf(values[start]!))
      }
      return id
    }
    trees.trueIds[at] = add(start, middle)
    trees.falseIds[at] = add(middle, end)
    return id
  }
  add(0, values.length)
}
