/** Ways through a model that has graphs inside nodes, and who makes which value in a graph. */
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from './model.ts'

/** Every node: of the graph, of the subgraphs of If, Loop and Scan, and of the model's own functions. */
export function* walkNodes(model: OnnxModel): Generator<OnnxNode> {
  yield* nodesWithin(model.graph.nodes)
  for (const definition of model.functions) yield* nodesWithin(definition.nodes)
}

function* nodesWithin(nodes: readonly OnnxNode[]): Generator<OnnxNode> {
  for (const node of nodes) {
    yield node
    for (const graph of subgraphs(node)) yield* nodesWithin(graph.nodes)
  }
}

/** Bodies of loops and branches. */
export function subgraphs(node: OnnxNode): OnnxGraph[] {
  return node.attributes.flatMap((attribute) => attribute.graphs)
}

/** Initializers of the graph and of every subgraph, sparse ones as their values. */
export function* walkInitializers(model: OnnxModel): Generator<OnnxTensor> {
  yield* initializersOf(model.graph)
  for (const node of walkNodes(model)) for (const graph of subgraphs(node)) yield* initializersOf(graph)
}

function* initializersOf(graph: OnnxGraph): Generator<OnnxTensor> {
  yield* graph.initializers
  for (const sparse of graph.sparseInitializers) yield sparse.values
}

/** Every tensor in the file: initializers, indices of sparse ones, and those in attributes. */
export function* walkTensors(model: OnnxModel): Generator<OnnxTensor> {
  yield* walkInitializers(model)
  const graphs = [model.graph]
  for (const node of walkNodes(model)) {
    graphs.push(...subgraphs(node))
    for (const attribute of node.attributes) yield* attribute.tensors
  }
  for (const graph of graphs) for (const sparse of graph.sparseInitializers) if (sparse.indices) yield sparse.indices
}

export interface Producer {
  readonly node: OnnxNode
  /** Which of the node's outputs it is. */
  readonly index: number
}

/** Looks values up by name in one graph. */
export interface GraphIndex {
  readonly graph: OnnxGraph
  readonly producers: ReadonlyMap<string, Producer>
  readonly initializers: ReadonlyMap<string, OnnxTensor>
}

/** Who makes each value, and the weights by name. */
export function indexGraph(graph: OnnxGraph): GraphIndex {
  const producers = new Map<string, Producer>()
  for (const node of graph.nodes) {
    for (const [index, name] of node.outputs.entries()) if (name !== '') producers.set(name, { node, index })
  }
  return { graph, producers, initializers: new Map(graph.initializers.map((tensor) => [tensor.name, tensor])) }
}

/** The tensor behind a name where it is an initializer or the output of a Constant node. */
export function constantTensor(index: GraphIndex, name: string): OnnxTensor | null {
  const initializer = index.initializers.get(name)
  if (initializer) return initializer
  const node = index.producers.get(name)?.node
  if (node?.opType !== 'Constant' || node.domain !== '') return null
  return node.attributes.find((attribute) => attribute.name === 'value')?.tensors[0] ?? null
}

/** `domain:opType`, with nothing before the colon for the standard operators. */
export function operatorKey(node: OnnxNode): string {
  return `${node.domain}:${node.opType}`
}

/** Operators that give the values of their first input on: in another shape, number format or container, or only some. */
const forwarding: ReadonlySet<string> = new Set([
  ':Identity',
  ':Cast',
  ':CastLike',
  ':Reshape',
  ':Squeeze',
  ':Unsqueeze',
  ':Flatten',
  ':Transpose',
  ':Slice',
  ':Gather',
  ':Split',
  ':Clip',
  ':Dropout',
  ':QuantizeLinear',
  ':DequantizeLinear',
  'ai.onnx.ml:ArrayFeatureExtractor',
  'ai.onnx.ml:ZipMap',
])

/** Real chains have a handful; a damaged graph may run in a circle. */
const maxSteps = 100

/**
 * Walks back over operators that only pass values on.
 * @param stop ends the walk before the first node for which it is true
 * @returns the first name that is made in another way: by another operator, or as input or initializer of the graph
 */
export function walkBack(index: GraphIndex, name: string, stop: (node: OnnxNode) => boolean = () => false): string {
  let current = name
  for (let step = 0; step < maxSteps; step++) {
    const node = index.producers.get(current)?.node
    if (!node || !forwarding.has(operatorKey(node)) || stop(node)) return current
    const [first = ''] = node.inputs
    current = first
  }
  return current
}
