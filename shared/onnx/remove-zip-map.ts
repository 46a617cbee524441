/**
 * Takes ZipMap out of a model. ZipMap (ai.onnx.ml) turns a tensor of probabilities into a sequence of maps, one for each
 * row, which ONNX Runtime for Node cannot return ("Non tensor type is temporarily not supported"). The tensor in front of
 * it holds the same numbers. The file is cut and joined, not written anew: everything else stays byte for byte.
 */
import { labelsOfNode } from './class-labels.ts'
import { dataTypes } from './element-types.ts'
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './model.ts'
import { indexGraph, operatorKey, subgraphs } from './walk-model.ts'
import type { Edit } from './wire.ts'
import { WireReader, splice, writeInteger, writeMessage, writeText } from './wire.ts'

export interface RemovedZipMap {
  /** The graph output, now a float32 tensor [null, K]. */
  readonly output: string
  /** What the ZipMap took; where only the ZipMap used it, it now has the name of the output. */
  readonly tensor: string
  /** The keys of its maps, in the order of the tensor's columns. */
  readonly classLabels: readonly string[]
}

export interface ZipMapRemoval {
  readonly bytes: Uint8Array
  readonly changed: boolean
  readonly removed: readonly RemovedZipMap[]
}

interface ZipMapEnd {
  readonly node: OnnxNode
  readonly tensor: string
  readonly output: OnnxValue
}

/** Only a ZipMap that ends the graph is removed: one whose maps are used inside it has to stay. */
export function removeZipMap(model: OnnxModel): ZipMapRemoval {
  const { bytes, graph, graphRange } = model
  const uses = countUses(graph)
  const ends = findZipMapEnds(graph, uses)
  if (ends.length === 0) return { bytes, changed: false, removed: [] }
  const { producers } = indexGraph(graph)
  const edits: Edit[] = []
  const removed: RemovedZipMap[] = []
  const renames = new Map<OnnxNode, Map<string, string>>()
  /** Names whose entry in value_info is wrong from now on. */
  const outdated = new Set<string>()
  for (const { node, tensor, output } of ends) {
    const classLabels = labelsOfNode(node)?.values ?? []
    removed.push({ output: output.name, tensor, classLabels })
    edits.push({ ...span(output), bytes: tensorOutput(output.name, classLabels.length) })
    outdated.add(output.name)
    const producer = producers.get(tensor)?.node
    if (producer && uses.get(tensor) === 1) {
      edits.push({ ...span(node), bytes: new Uint8Array() })
      renames.set(producer, (renames.get(producer) ?? new Map<string, string>()).set(tensor, output.name))
      outdated.add(tensor)
    } else {
      edits.push({ ...span(node), bytes: identityNode(tensor, output.name) })
    }
  }
  for (const value of graph.valueInfo) {
    if (outdated.has(value.name)) edits.push({ ...span(value), bytes: new Uint8Array() })
  }
  for (const [node, names] of renames) edits.push({ ...span(node), bytes: renameOutputs(bytes, node, names) })
  const edited = writeMessage(7, splice(bytes, graphRange.contentStart, graphRange.end, edits))
  return {
    bytes: splice(bytes, 0, bytes.length, [{ start: graphRange.start, end: graphRange.end, bytes: edited }]),
    changed: true,
    removed,
  }
}

function span({ range }: OnnxNode | OnnxValue): { start: number; end: number } {
  return { start: range.start, end: range.end }
}

/** How often each name is taken: by nodes, by subgraphs, and as an output of the graph. */
function countUses(graph: OnnxGraph, uses = new Map<string, number>()): Map<string, number> {
  const use = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1)
  for (const node of graph.nodes) {
    node.inputs.forEach(use)
    for (const inner of subgraphs(node)) countUses(inner, uses)
  }
  for (const output of graph.outputs) use(output.name)
  return uses
}

function findZipMapEnds(graph: OnnxGraph, uses: ReadonlyMap<string, number>): ZipMapEnd[] {
  const outputs = new Map(graph.outputs.map((output) => [output.name, output]))
  return graph.nodes.flatMap((node) => {
    const [tensor] = node.inputs
    const output = outputs.get(node.outputs[0] ?? '')
    if (operatorKey(node) !== 'ai.onnx.ml:ZipMap' || tensor === undefined || !output) return []
    return uses.get(output.name) === 1 ? [{ node, tensor, output }] : []
  })
}

/** A ValueInfoProto in GraphProto.output (12). ZipMap takes float32 only. The batch is left open, K is the classes. */
function tensorOutput(name: string, classes: number): Uint8Array {
  const rows = writeMessage(1)
  const columns = classes > 0 ? writeMessage(1, writeInteger(1, classes)) : writeMessage(1)
  const tensorType = writeMessage(1, writeInteger(1, dataTypes.float32), writeMessage(2, rows, columns))
  return writeMessage(12, writeText(1, name), writeMessage(2, tensorType))
}

/** A NodeProto in GraphProto.node (1). ONNX Runtime knows Identity even where the file imports no standard operators. */
function identityNode(input: string, output: string): Uint8Array {
  return writeMessage(1, writeText(1, input), writeText(2, output), writeText(4, 'Identity'))
}

/** The NodeProto with some of its outputs (field 2) renamed. */
function renameOutputs(bytes: Uint8Array, node: OnnxNode, names: ReadonlyMap<string, string>): Uint8Array {
  const { contentStart, end } = node.range
  const reader = new WireReader(bytes, contentStart, end)
  const edits: Edit[] = []
  while (reader.next()) {
    const name = reader.field === 2 ? names.get(reader.text()) : undefined
    if (name === undefined) continue
    const { start, end: fieldEnd } = reader.range()
    edits.push({ start, end: fieldEnd, bytes: writeText(2, name) })
  }
  return writeMessage(1, splice(bytes, contentStart, end, edits))
}
