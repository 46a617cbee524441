/**
 * Which raw columns each column of a tensor is made from. Encoders, scalers and the like keep columns apart; an operator
 * that mixes a row's values, or that is not known, makes every column depend on all that went in.
 */
import { integersAttribute, textsAttribute } from '../../onnx/decode.ts'
import type { OnnxNode } from '../../onnx/model.ts'
import type { GraphIndex } from '../../onnx/walk-model.ts'
import { constantTensor, operatorKey } from '../../onnx/walk-model.ts'
import { integerOf, tensorNumbers } from '../tree/attribute-values.ts'

/** Sets of raw columns, as rising lists of their numbers. */
type Sources = readonly number[]

export interface TensorSources {
  /** For each value of a row, flattened; null where the number of values is not known. */
  readonly columns: readonly Sources[] | null
  /** All of them together. */
  readonly all: Sources
  /** Whether the values lie in more than one row of a matrix: a Concat on the last axis would interleave them. */
  readonly nested: boolean
}

/** The model's inputs: for each value of a row, the raw column it comes from, or null for a constant. */
export type InputColumns = ReadonlyMap<string, readonly (number | null)[]>

const union = (lists: readonly Sources[]): Sources => {
  const [first = []] = lists
  if (lists.every((list) => list === first)) return first
  return [...new Set(lists.flat())].sort((a, b) => a - b)
}
const made = (columns: readonly Sources[] | null, all: Sources, nested = false): TensorSources => ({
  columns,
  all,
  nested,
})
const ofColumns = (columns: readonly Sources[], nested = false): TensorSources => made(columns, union(columns), nested)

/** One input, one value out for each value in. The rest of their inputs are constants that set them up. */
const keeping: ReadonlySet<string> = new Set(
  [
    'Identity Cast CastLike Reshape Flatten Squeeze Unsqueeze Dropout Clip Abs Neg Exp Log Sqrt Floor Ceil Round Sigmoid',
    'Tanh Relu IsNaN IsInf Not Sign Reciprocal Erf Sin Cos LeakyRelu Softplus Elu HardSigmoid Celu Selu ThresholdedRelu',
    'ai.onnx.ml:Imputer ai.onnx.ml:Scaler ai.onnx.ml:Binarizer ai.onnx.ml:LabelEncoder ai.onnx.ml:CategoryMapper',
  ].flatMap((line) => line.split(' ').map((name) => (name.includes(':') ? name : `:${name}`))),
)
const reshaping: ReadonlySet<string> = new Set([':Reshape', ':Flatten', ':Squeeze'])
/** Value by value over inputs of one width, or of width 1. */
const broadcasting: ReadonlySet<string> = new Set(
  'Add Sub Mul Div Pow Min Max Sum Mean Where Equal Less Greater LessOrEqual GreaterOrEqual And Or Xor Mod PRelu'
    .split(' ')
    .map((name) => `:${name}`),
)

export function columnSources(index: GraphIndex, inputs: InputColumns, tensor: string): TensorSources {
  const known = new Map<string, TensorSources>()
  const visit = (name: string): TensorSources => {
    const before = known.get(name)
    if (before) return before
    // Stands while the node is looked at: a damaged graph may run in a circle.
    known.set(name, made(null, []))
    const found = sourcesOf(index, inputs, name, visit)
    known.set(name, found)
    return found
  }
  return visit(tensor)
}

function sourcesOf(
  index: GraphIndex,
  inputs: InputColumns,
  name: string,
  visit: (name: string) => TensorSources,
): TensorSources {
  const input = inputs.get(name)
  if (input) return ofColumns(input.map((column) => (column === null ? [] : [column])))
  const constant = constantTensor(index, name)
  if (constant) {
    const values = constant.dims.reduce((product, dim) => product * dim, 1)
    return ofColumns(Array.from({ length: Math.min(values, 100_000) }, () => []))
  }
  const producer = index.producers.get(name)
  if (!producer) return made(null, [])
  return throughNode(index, producer.node, producer.index, visit)
}

function throughNode(
  index: GraphIndex,
  node: OnnxNode,
  output: number,
  visit: (name: string) => TensorSources,
): TensorSources {
  const key = operatorKey(node)
  const [first = ''] = node.inputs
  if (keeping.has(key)) {
    const before = visit(first)
    return reshaping.has(key) ? { ...before, nested: false } : before
  }
  if (key === ':Concat' || key === 'ai.onnx.ml:FeatureVectorizer') {
    const parts = node.inputs.map(visit)
    const axis = Number(attributeInteger(node, 'axis') ?? 1)
    const apart = axis === 1 || (axis !== 0 && !parts.some((part) => part.nested))
    if (apart && parts.every((part) => part.columns)) {
      return ofColumns(
        parts.flatMap((part) => part.columns!),
        axis === 1 && parts.some((part) => part.nested),
      )
    }
    return made(null, union(parts.map((part) => part.all)))
  }
  if (key === 'ai.onnx.ml:OneHotEncoder') {
    const before = visit(first)
    const texts = textsAttribute(node, 'cats_strings').length
    const categories = texts > 0 ? texts : integersAttribute(node, 'cats_int64s').length
    if (!before.columns) return before
    return ofColumns(
      before.columns.flatMap((source) => Array.from({ length: categories }, () => source)),
      before.columns.length > 1,
    )
  }
  if (key === ':Gather' || key === 'ai.onnx.ml:ArrayFeatureExtractor') return select(index, node, visit(first))
  if (broadcasting.has(key)) return broadcast(node, visit)
  if (key === ':Split' || key === ':Slice') return cutPart(index, node, output, visit(first))
  const parts = node.inputs.filter((part) => part !== '').map(visit)
  const all = union(parts.map((part) => part.all))
  const width = mixedWidth(index, node, parts)
  return width === null
    ? made(null, all)
    : made(
        Array.from({ length: width }, () => all),
        all,
      )
}

function attributeInteger(node: OnnxNode, name: string): number | null {
  const [value] = integersOrOne(node, name)
  return value ?? null
}

/** AttributeProto.i or the first of AttributeProto.ints. */
function integersOrOne(node: OnnxNode, name: string): number[] {
  const attribute = node.attributes.find((candidate) => candidate.name === name)
  if (!attribute) return []
  const many = integersAttribute(node, name).map(Number)
  return many.length > 0 ? many : [integerOf(node, name) ?? 0]
}

function constantNumbers(index: GraphIndex, name: string | undefined): number[] | null {
  const tensor = name ? constantTensor(index, name) : null
  return tensor ? Array.from(tensorNumbers(tensor.bytes, tensor.dataType)) : null
}

function select(index: GraphIndex, node: OnnxNode, before: TensorSources): TensorSources {
  const places = constantNumbers(index, node.inputs[1])
  const isGather = node.opType === 'Gather'
  const axis = isGather ? (attributeInteger(node, 'axis') ?? 0) : 1
  // Gather on axis 0 would choose rows.
  if (!before.columns || !places || before.nested || (axis !== 1 && axis !== -1)) return made(null, before.all)
  const width = before.columns.length
  return ofColumns(places.map((place) => before.columns![place < 0 ? place + width : place] ?? before.all))
}

function broadcast(node: OnnxNode, visit: (name: string) => TensorSources): TensorSources {
  const parts = node.inputs.map(visit)
  const all = union(parts.map((part) => part.all))
  if (!parts.every((part) => part.columns)) return made(null, all)
  const width = Math.max(...parts.map((part) => part.columns!.length))
  if (!parts.every((part) => part.columns!.length === width || part.columns!.length === 1)) return made(null, all)
  return ofColumns(
    Array.from({ length: width }, (_, k) =>
      union(parts.map((part) => part.columns![part.columns!.length === 1 ? 0 : k]!)),
    ),
    parts.some((part) => part.nested),
  )
}

function cutPart(index: GraphIndex, node: OnnxNode, output: number, before: TensorSources): TensorSources {
  const { columns } = before
  if (!columns || before.nested) return made(null, before.all)
  if (node.opType === 'Split') {
    const axis = attributeInteger(node, 'axis') ?? 0
    const sizes =
      constantNumbers(index, node.inputs[1]) ??
      (node.attributes.some((attribute) => attribute.name === 'split')
        ? integersOrOne(node, 'split')
        : node.outputs.map(() => columns.length / node.outputs.length))
    if (axis !== 1 && axis !== -1) return made(null, before.all)
    const start = sizes.slice(0, output).reduce((sum, size) => sum + size, 0)
    return ofColumns(columns.slice(start, start + (sizes[output] ?? 0)))
  }
  const list = (place: number, name: string) =>
    constantNumbers(index, node.inputs[place]) ?? (node.inputs[place] ? null : integersOrOne(node, name))
  const starts = list(1, 'starts')
  const ends = list(2, 'ends')
  const axes = list(3, 'axes')
  const steps = constantNumbers(index, node.inputs[4])
  const isPlain = starts?.length === 1 && ends?.length === 1 && axes?.length === 1 && (steps?.[0] ?? 1) === 1
  if (!isPlain || (axes[0] !== 1 && axes[0] !== -1)) return made(null, before.all)
  return ofColumns(columns.slice(starts[0], Math.min(ends[0]!, columns.length)))
}

/** The width of operators that mix a row's values, where it can be told. */
function mixedWidth(index: GraphIndex, node: OnnxNode, parts: readonly TensorSources[]): number | null {
  const key = operatorKey(node)
  if (key === 'ai.onnx.ml:Normalizer' || key === ':Softmax' || key === ':LpNormalization') {
    return parts[0]?.columns?.length ?? null
  }
  if (key !== ':MatMul' && key !== ':Gemm') return null
  const weights = constantTensor(index, node.inputs[1] ?? '')
  if (weights?.dims.length !== 2) return null
  return (attributeInteger(node, 'transB') === 1 ? weights.dims[0] : weights.dims[1]) ?? null
}
