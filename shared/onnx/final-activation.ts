/**
 * What ends the graph in front of each output: whether its values are probabilities already, or still logits. Read from
 * the operators alone, so 'unknown' is an answer: a TreeEnsembleClassifier without post-transform holds the averaged
 * votes of a random forest or the raw sums of boosting, and only its values can tell.
 */
import { hasAttribute, tensorTexts, textAttribute } from './decode.ts'
import { elementTypeName, floatTypes } from './element-types.ts'
import type { OnnxGraph, OnnxNode } from './model.ts'
import type { GraphIndex, Producer } from './walk-model.ts'
import { constantTensor, indexGraph, operatorKey, walkBack } from './walk-model.ts'

/**
 * 'normalised': by division by the sum, or as a pair of x and 1 − x. 'none': nothing of the kind, as after a matrix
 * product; for a classifier these are logits.
 */
export type FinalActivation = 'softmax' | 'sigmoid' | 'normalised' | 'none' | 'unknown'

/** Of each output of float type, and of each that a ZipMap makes. */
export function finalActivations(graph: OnnxGraph): Record<string, FinalActivation> {
  const index = indexGraph(graph)
  const known = new Map<string, FinalActivation>()
  const entries = graph.outputs
    .filter((output) => {
      const fromZipMap = index.producers.get(output.name)?.node.opType === 'ZipMap'
      const isFloat = floatTypes.has(elementTypeName(output.elementType) ?? '')
      return fromZipMap || (isFloat && output.kind === 'tensor')
    })
    .map((output): [string, FinalActivation] => [output.name, activationOf(index, output.name, known, 0)])
  return Object.fromEntries(entries)
}

const activations: ReadonlyMap<string, FinalActivation> = new Map<string, FinalActivation>([
  [':Softmax', 'softmax'],
  ['com.microsoft:QLinearSoftmax', 'softmax'],
  [':Sigmoid', 'sigmoid'],
  ['com.microsoft:QLinearSigmoid', 'sigmoid'],
  [':Constant', 'none'],
  [':Gemm', 'none'],
  [':MatMul', 'none'],
  [':MatMulInteger', 'none'],
  [':QLinearMatMul', 'none'],
  [':Conv', 'none'],
  [':ConvTranspose', 'none'],
  [':QLinearConv', 'none'],
  [':BatchNormalization', 'none'],
  [':LayerNormalization', 'none'],
  [':Relu', 'none'],
  [':LeakyRelu', 'none'],
  ['ai.onnx.ml:Scaler', 'none'],
])

/** Sums and averages: of logits they are logits, of probabilities it depends on the weights. */
const mixing: ReadonlySet<string> = new Set([
  ':Add',
  ':Sub',
  ':Mul',
  ':Div',
  ':Sum',
  ':Mean',
  ':ReduceSum',
  ':ReduceMean',
])

/** Sums and averages inside each other. Past this, the stack would be at risk and the answer worth nothing. */
const maxDepth = 100

function activationOf(
  index: GraphIndex,
  name: string,
  known: Map<string, FinalActivation>,
  depth: number,
): FinalActivation {
  const root = walkBack(index, name)
  const before = known.get(root)
  if (before) return before
  const producer = index.producers.get(root)
  if (!producer) return 'none'
  if (depth > maxDepth) return 'unknown'
  // Stands while its own inputs are looked at: a graph that runs in a circle ends here.
  known.set(root, 'unknown')
  const found = producedBy(index, producer, known, depth)
  known.set(root, found)
  return found
}

function producedBy(
  index: GraphIndex,
  producer: Producer,
  known: Map<string, FinalActivation>,
  depth: number,
): FinalActivation {
  const { node } = producer
  const key = operatorKey(node)
  const simple = activations.get(key)
  if (simple) return simple
  if (node.domain === 'ai.onnx.ml') return ofTraditionalModel(producer)
  if (key === ':Div' && dividesBySum(index, node)) return 'normalised'
  if (key === ':Concat' && isComplementPair(index, node)) return 'normalised'
  if (key !== ':Concat' && !mixing.has(key)) return 'unknown'
  const [first = 'unknown', ...others] = node.inputs.map((input) => activationOf(index, input, known, depth + 1))
  const agree = others.every((other) => other === first)
  if (key === ':Concat') return agree ? first : 'unknown'
  return agree && first === 'none' ? 'none' : 'unknown'
}

/** The attribute post_transform of ai.onnx.ml. PROBIT is left out: ONNX Runtime computes the normal quantile, no probability. */
const postTransforms: ReadonlyMap<string, FinalActivation> = new Map<string, FinalActivation>([
  ['SOFTMAX', 'softmax'],
  ['SOFTMAX_ZERO', 'softmax'],
  ['LOGISTIC', 'sigmoid'],
])

/** @see https://github.com/onnx/onnx/blob/main/docs/Operators-ml.md */
function ofTraditionalModel({ node, index }: Producer): FinalActivation {
  const transform = textAttribute(node, 'post_transform') ?? 'NONE'
  const transformed = transform === 'NONE' ? undefined : (postTransforms.get(transform) ?? 'unknown')
  switch (node.opType) {
    case 'TreeEnsembleClassifier':
      return index === 1 ? (transformed ?? 'unknown') : 'unknown'
    case 'LinearClassifier':
      return index === 1 ? (transformed ?? 'none') : 'unknown'
    case 'SVMClassifier':
      // With prob_a the operator applies Platt scaling and pairwise coupling itself.
      if (index !== 1) return 'unknown'
      return hasAttribute(node, 'prob_a') ? 'normalised' : (transformed ?? 'none')
    case 'TreeEnsembleRegressor':
    case 'LinearRegressor':
    case 'SVMRegressor':
      return transformed ?? 'none'
    case 'Normalizer':
      return textAttribute(node, 'norm') === 'L1' ? 'normalised' : 'unknown'
    default:
      return 'unknown'
  }
}

/** x / ReduceSum(x) */
function dividesBySum(index: GraphIndex, node: OnnxNode): boolean {
  const [dividend = '', divisor = ''] = node.inputs
  const sum = index.producers.get(walkBack(index, divisor))?.node
  if (!sum || !['ReduceSum', 'ReduceL1'].includes(sum.opType)) return false
  return walkBack(index, sum.inputs[0] ?? '') === walkBack(index, dividend)
}

/** Concat(1 − x, x), in either order: how converters make two columns of one probability. */
function isComplementPair(index: GraphIndex, node: OnnxNode): boolean {
  const [first, second, ...more] = node.inputs.map((input) => walkBack(index, input))
  if (first === undefined || second === undefined || more.length > 0) return false
  const complements = (candidate: string, other: string) => {
    const subtraction = index.producers.get(candidate)?.node
    if (subtraction?.opType !== 'Sub' || walkBack(index, subtraction.inputs[1] ?? '') !== other) return false
    const minuend = constantTensor(index, walkBack(index, subtraction.inputs[0] ?? ''))
    return minuend !== null && (tensorTexts(minuend)?.every((value) => Number(value) === 1) ?? false)
  }
  return complements(first, second) || complements(second, first)
}
