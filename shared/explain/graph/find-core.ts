/**
 * The part of a graph that can be explained exactly: a tree ensemble (or several that are added up) or a linear operator,
 * with only a link behind it. What lies in front of it is for column-sources.ts.
 */
import type { OnnxGraph, OnnxNode } from '../../onnx/model.ts'
import { tensorTexts } from '../../onnx/decode.ts'
import type { GraphIndex } from '../../onnx/walk-model.ts'
import { constantTensor, indexGraph, operatorKey } from '../../onnx/walk-model.ts'
import { tensorNumbers } from '../tree/attribute-values.ts'
import type { Link, TreeEnsemble } from '../tree/ensemble.ts'
import { joinEnsembles, reweigh } from '../tree/ensemble.ts'
import { readEnsemble, treeOperators } from '../tree/read-ensemble.ts'
import type { LinearCore } from './read-linear.ts'
import { linearOperators, readLinear } from './read-linear.ts'

export type Core = {
  /** The tensor that the trees or the linear operator take. */
  readonly input: string
  /** From sums to what the model gives. */
  readonly link: Link
  /** Whether probabilities are divided by their sum afterwards. */
  readonly normalised: boolean
} & (
  { readonly kind: 'trees'; readonly ensemble: TreeEnsemble } | { readonly kind: 'linear'; readonly linear: LinearCore }
)

export type FoundCore = Core | { readonly kind: 'none'; readonly reason: string }

interface Term {
  readonly node: OnnxNode
  readonly scale: number
}

/** Real tails have a handful of nodes; a damaged graph may run in a circle. */
const maxSteps = 100

const passing: ReadonlySet<string> = new Set([
  ':Identity',
  ':Cast',
  ':Reshape',
  ':Flatten',
  ':Squeeze',
  ':Unsqueeze',
  ':Dropout',
  ':Slice',
  ':Gather',
  ':Split',
  'ai.onnx.ml:ArrayFeatureExtractor',
  'ai.onnx.ml:ZipMap',
])

/**
 * @param score the tensors that the binding reads scores from
 * @throws AssayError explain/tree-not-readable, explain/aggregate
 */
export function findCore(graph: OnnxGraph, score: readonly string[]): FoundCore {
  const index = indexGraph(graph)
  let name = score[0] ?? ''
  let link: Link = 'none'
  let normalised = false
  for (let step = 0; step < maxSteps; step++) {
    const node = index.producers.get(name)?.node
    if (!node) return { kind: 'none', reason: 'The scores are an input or a constant of the graph.' }
    const key = operatorKey(node)
    const [first = ''] = node.inputs
    if (passing.has(key)) name = first
    else if (key === 'ai.onnx.ml:Normalizer' && link === 'none') {
      normalised = true
      name = first
    } else if (key === ':Softmax' && link === 'none') {
      link = 'softmax'
      name = first
    } else if (key === ':Sigmoid' && link === 'none') {
      link = 'logistic'
      name = first
    } else if (key === ':Concat' && complementOf(index, node) !== null) name = complementOf(index, node)!
    else return core(index, name, link, normalised)
  }
  return { kind: 'none', reason: 'The nodes behind the model run in a circle.' }
}

function core(index: GraphIndex, name: string, outer: Link, normalised: boolean): FoundCore {
  const terms: Term[] = []
  const offset: number[] = []
  const reason = collect(index, name, 1, terms, offset, 0)
  if (reason) return { kind: 'none', reason }
  const [first] = terms
  if (!first) return { kind: 'none', reason: 'The scores do not depend on the data.' }
  const input = first.node.inputs[0] ?? ''
  if (terms.some((term) => term.node.inputs[0] !== input)) {
    return { kind: 'none', reason: 'Several models are added up that take different tensors.' }
  }
  if (treeOperators.has(operatorKey(first.node))) {
    const parts = terms.map(({ node, scale }) => scaled(readEnsemble(node), scale))
    const inner = parts[0]!.link
    if (
      inner !== 'none' &&
      (outer !== 'none' || terms.length > 1 || first.scale !== 1 || offset.some((b) => b !== 0))
    ) {
      return { kind: 'none', reason: 'The trees have a post-transform, and more is computed behind it.' }
    }
    if (parts.some((part) => part.outputs !== parts[0]!.outputs)) {
      return { kind: 'none', reason: 'Several ensembles with different outputs are added up.' }
    }
    const joined = joinEnsembles(parts)
    const ensemble = offset.some((b) => b !== 0)
      ? { ...joined, base: joined.base.map((b, k) => b + (offset.length === 1 ? offset[0]! : (offset[k] ?? 0))) }
      : joined
    return { kind: 'trees', ensemble, input, link: inner === 'none' ? outer : inner, normalised }
  }
  const linear = readLinear(index, first.node)
  if (!linear || terms.length > 1) return { kind: 'none', reason: 'Several linear operators are added up.' }
  if (linear.link !== 'none' && (outer !== 'none' || first.scale !== 1 || offset.length > 0)) {
    return { kind: 'none', reason: 'The linear operator has a post-transform, and more is computed behind it.' }
  }
  return {
    kind: 'linear',
    linear: {
      ...linear,
      coefficients: linear.coefficients.map((a) => a * first.scale),
      intercepts: linear.intercepts.map(
        (b, k) => b * first.scale + (offset.length === 1 ? offset[0]! : (offset[k] ?? 0)),
      ),
    },
    input,
    link: linear.link === 'none' ? outer : linear.link,
    normalised,
  }
}

function scaled(ensemble: TreeEnsemble, scale: number): TreeEnsemble {
  if (scale === 1) return ensemble
  const k = ensemble.outputs
  return reweigh(ensemble, {
    matrix: Array.from({ length: k }, (_, i) => Array.from({ length: k }, (_, j) => (i === j ? scale : 0))),
    offset: new Array<number>(k).fill(0),
  })
}

/** Gathers what is added up into `terms` and constants into `offset`. @returns why it cannot, or null */
function collect(
  index: GraphIndex,
  name: string,
  scale: number,
  terms: Term[],
  offset: number[],
  depth: number,
): string | null {
  const node = index.producers.get(name)?.node
  const constant = constantTensor(index, name)
  if (constant) {
    const values = tensorNumbers(constant.bytes, constant.dataType)
    for (let k = 0; k < Math.max(values.length, offset.length); k++) {
      offset[k] = (offset[k] ?? offset[0] ?? 0) + scale * (values.length === 1 ? values[0]! : (values[k] ?? 0))
    }
    return null
  }
  if (!node || depth > maxSteps) return 'The scores are not made by trees or by a linear operator.'
  const key = operatorKey(node)
  const [first = '', second = ''] = node.inputs
  if (treeOperators.has(key) || linearOperators.has(key)) {
    terms.push({ node, scale })
    return null
  }
  const next = (input: string, factor: number) => collect(index, input, scale * factor, terms, offset, depth + 1)
  if (passing.has(key)) return next(first, 1)
  if (key === ':Add' || key === ':Sum') return firstReason(node.inputs.map((input) => next(input, 1)))
  if (key === ':Sub') return next(first, 1) ?? next(second, -1)
  if (key === ':Mean') return firstReason(node.inputs.map((input) => next(input, 1 / node.inputs.length)))
  if (key === ':Neg') return next(first, -1)
  if (key === ':Mul' || key === ':Div') {
    const right = scalar(index, second)
    if (right !== null) return next(first, key === ':Mul' ? right : 1 / right)
    const left = scalar(index, first)
    if (left !== null && key === ':Mul') return next(second, left)
  }
  return `The scores are made by ${node.opType}, which is neither a tree ensemble nor linear.`
}

const firstReason = (reasons: readonly (string | null)[]): string | null =>
  reasons.find((reason) => reason !== null) ?? null

function scalar(index: GraphIndex, name: string): number | null {
  const tensor = constantTensor(index, name)
  const values = tensor && tensorTexts(tensor)
  return values?.length === 1 ? Number(values[0]) : null
}

/** In Concat(1 − p, p): p. */
function complementOf(index: GraphIndex, node: OnnxNode): string | null {
  const [left, right, ...more] = node.inputs
  if (left === undefined || right === undefined || more.length > 0) return null
  const isComplement = (candidate: string, other: string): boolean => {
    const made = index.producers.get(candidate)?.node
    return made?.opType === 'Sub' && made.inputs[1] === other && scalar(index, made.inputs[0] ?? '') === 1
  }
  return isComplement(left, right) ? right : isComplement(right, left) ? left : null
}
