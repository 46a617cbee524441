/** The class names that a converter left in the graph, in the order of the scores. */
import { integersAttribute, tensorTexts, textsAttribute } from './decode.ts'
import { elementTypeName, floatTypes } from './element-types.ts'
import type { OnnxGraph, OnnxNode } from './model.ts'
import type { GraphIndex } from './walk-model.ts'
import { constantTensor, indexGraph, operatorKey, walkBack } from './walk-model.ts'

export interface ClassLabels {
  readonly values: readonly string[]
  /** Where in the graph they stand, for example `ZipMap.classlabels_strings`. */
  readonly source: string
}

/** ZipMap and the classifiers of ai.onnx.ml; the linear and SVM classifiers say `ints` where the others say `int64s`. */
const labelAttributes = ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints'] as const

/** The classes that a classifier of ai.onnx.ml names; null for other operators. */
export function labelsOfNode(node: OnnxNode): ClassLabels | null {
  if (node.domain !== 'ai.onnx.ml') return null
  for (const name of labelAttributes) {
    const values = name === 'classlabels_strings' ? textsAttribute(node, name) : integersAttribute(node, name)
    if (values.length > 0) return { values, source: `${node.opType}.${name}` }
  }
  return null
}

/**
 * First what a ZipMap says, then what the label output is made from, then the classifier behind a score, then the only
 * classifier in the graph. A classifier inside a one-against-rest ensemble names just "0" and "1", so it comes last.
 */
export function findClassLabels(graph: OnnxGraph): ClassLabels | null {
  const index = indexGraph(graph)
  for (const node of graph.nodes) {
    const labels = node.opType === 'ZipMap' ? labelsOfNode(node) : null
    if (labels) return labels
  }
  const isFloat = (elementType: number) => floatTypes.has(elementTypeName(elementType) ?? '')
  for (const output of graph.outputs.toSorted(
    (a, b) => Number(isFloat(a.elementType)) - Number(isFloat(b.elementType)),
  )) {
    const labels = labelsBehind(index, output.name, 0)
    if (labels) return labels
  }
  const named = graph.nodes.map(labelsOfNode).filter((labels) => labels !== null)
  return named.length === 1 ? named[0]! : null
}

/** classes[index]: how converters turn the position of the largest score into a label. */
function isLookup(node: OnnxNode): boolean {
  return ['ai.onnx.ml:ArrayFeatureExtractor', ':Gather'].includes(operatorKey(node))
}

/** A LabelEncoder behind a LabelEncoder behind … */
const maxDepth = 10

function labelsBehind(index: GraphIndex, name: string, depth: number): ClassLabels | null {
  const isClassLookup = (node: OnnxNode) => isLookup(node) && constantTensor(index, node.inputs[0] ?? '') !== null
  const node = index.producers.get(walkBack(index, name, isClassLookup))?.node
  if (!node || depth > maxDepth) return null
  if (isLookup(node)) {
    const tensor = constantTensor(index, node.inputs[0] ?? '')
    const values = tensor && tensorTexts(tensor)
    return values && values.length > 1 ? { values, source: `${node.opType}(${tensor.name || 'Constant'})` } : null
  }
  if (operatorKey(node) === 'ai.onnx.ml:LabelEncoder') {
    return throughEncoder(node, labelsBehind(index, node.inputs[0] ?? '', depth + 1))
  }
  return labelsOfNode(node)
}

/** A LabelEncoder renames the classes in front of it; without any, its keys 0 … K − 1 are positions in the scores. */
function throughEncoder(node: OnnxNode, before: ClassLabels | null): ClassLabels | null {
  const either = (what: 'keys' | 'values') => {
    const texts = textsAttribute(node, `${what}_strings`)
    return texts.length > 0 ? texts : integersAttribute(node, `${what}_int64s`)
  }
  const keys = either('keys')
  const values = either('values')
  if (keys.length === 0 || keys.length !== values.length) return null
  const names = new Map(keys.map((key, position) => [key, values[position]!]))
  const order = before?.values ?? keys.map((_, position) => String(position))
  const renamed = order.map((key) => names.get(key))
  if (!renamed.every((value) => value !== undefined)) return null
  return { values: renamed, source: 'LabelEncoder.values' }
}
