/** A model cut in front of one tensor: what makes the tensor, with the tensor as its only output. */
import type { OnnxModel, OnnxNode } from '../../onnx/model.ts'
import { indexGraph, subgraphs } from '../../onnx/walk-model.ts'
import type { Edit } from '../../onnx/wire.ts'
import { splice, writeMessage, writeText } from '../../onnx/wire.ts'

export const frontOutput = 'assay_front'

/** @returns the bytes of a model that feeds as the original does; ONNX Runtime infers the type of its output */
export function cutFront(model: OnnxModel, tensor: string): Uint8Array {
  const { bytes, graph, graphRange } = model
  const needed = neededNodes(model, tensor)
  const edits: Edit[] = []
  const remove = ({ range }: { range: OnnxNode['range'] }): void => {
    edits.push({ start: range.start, end: range.end, bytes: new Uint8Array() })
  }
  for (const node of graph.nodes) if (!needed.has(node)) remove(node)
  for (const output of graph.outputs) remove(output)
  // Identity, because an input of the graph cannot be its output as well.
  const identity = writeMessage(1, writeText(1, tensor), writeText(2, frontOutput), writeText(4, 'Identity'))
  const output = writeMessage(12, writeText(1, frontOutput))
  const edited = writeMessage(7, splice(bytes, graphRange.contentStart, graphRange.end, edits), identity, output)
  return splice(bytes, 0, bytes.length, [{ start: graphRange.start, end: graphRange.end, bytes: edited }])
}

function neededNodes({ graph }: OnnxModel, tensor: string): Set<OnnxNode> {
  const index = indexGraph(graph)
  const needed = new Set<OnnxNode>()
  const names = [tensor]
  while (names.length > 0) {
    const node = index.producers.get(names.pop()!)?.node
    if (!node || needed.has(node)) continue
    needed.add(node)
    names.push(...node.inputs, ...namesWithin(node))
  }
  return needed
}

/** What the subgraphs of If, Loop and Scan take from outside. */
function namesWithin(node: OnnxNode): string[] {
  return subgraphs(node).flatMap((graph) => [
    ...graph.outputs.map((output) => output.name),
    ...graph.nodes.flatMap((inner) => [...inner.inputs, ...namesWithin(inner)]),
  ])
}
