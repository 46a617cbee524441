/** The preparation of columns that was fused in front of a model: imputing, scaling, encoding. */
import type { OnnxGraph, OnnxNode } from './model.ts'
import { indexGraph, operatorKey } from './walk-model.ts'

/** Operators that carry what was fitted on data and change columns by themselves. */
const fitted: ReadonlySet<string> = new Set(
  [
    'Binarizer',
    'CategoryMapper',
    'DictVectorizer',
    'Imputer',
    'LabelEncoder',
    'Normalizer',
    'OneHotEncoder',
    'Scaler',
  ].map((name) => `ai.onnx.ml:${name}`),
)

/** Operators that put columns together, take them apart or change their type and shape. */
const moving: ReadonlySet<string> = new Set([
  ':Cast',
  ':Concat',
  ':Flatten',
  ':Gather',
  ':Identity',
  ':Reshape',
  ':Slice',
  ':Split',
  ':Squeeze',
  ':StringNormalizer',
  ':TfIdfVectorizer',
  ':Transpose',
  ':Unsqueeze',
  'ai.onnx.ml:ArrayFeatureExtractor',
  'ai.onnx.ml:FeatureVectorizer',
])
const isFitted = (node: OnnxNode): boolean =>
  fitted.has(operatorKey(node)) || node.opType === 'StringNormalizer' || node.opType === 'TfIdfVectorizer'

/**
 * @returns The nodes that carry fitted preparation and that only inputs, constants and other preparation lead into, in
 *   the graph's order; empty where the model takes its columns as they are. Arithmetic (a division of pixels) does not
 *   count: it cannot be told from the model.
 */
export function fusedPreparation(graph: OnnxGraph): OnnxNode[] {
  const { producers } = indexGraph(graph)
  // Nodes are in an order in which each comes after what it needs (ONNX IR specification, Graphs).
  const prepared = new Set<OnnxNode>()
  for (const node of graph.nodes) {
    const ready = node.inputs.every((name) => {
      const maker = producers.get(name)?.node
      return maker === undefined || maker.opType === 'Constant' || prepared.has(maker)
    })
    if (ready && (isFitted(node) || moving.has(operatorKey(node)))) prepared.add(node)
  }
  return [...prepared].filter(isFitted)
}
