/**
 * Smaller weights: each large float32 constant is kept as float16 or int8 with one node that gives the float32 back when
 * the model is loaded. What is computed with them stays float32, so every ONNX Runtime runs it; what changes is the
 * rounding of the weights. The file is cut and joined, not written anew.
 *
 * int8 is symmetric, one scale for each output channel: round(w / s) with s = max |w| / 127 (Jacob et al. 2018, without
 * quantised activations).
 */
import { AssayError } from '../contract/errors.ts'
import type { WeightType } from '../contract/model.ts'
import { dataTypes } from './element-types.ts'
import type { OnnxModel, OnnxNode } from './model.ts'
import { readTensor } from './read-tensor.ts'
import { WireReader, joinBytes, splice, writeMessage } from './wire.ts'
import type { Edit } from './wire.ts'
import { attribute, writeBytes, writeFloats, writeHalves, writeMetadata, writeNode } from './write-nodes.ts'

export interface Shrunk {
  readonly bytes: Uint8Array
  /** Tensors that were made smaller, and the weights in them. */
  readonly tensors: number
  readonly weights: number
}

/** Smaller ones save nothing worth a node; biases and scales stay as they are. */
const leastWeights = 256
/** From here on DequantizeLinear takes a scale for each channel. */
const leastOpset = { float16: 6, int8: 13 } as const
const largestHalf = 65_504

/** float32 little-endian, from raw_data or float_data; null where neither holds all of them. */
function floatsOf(tensor: Uint8Array, count: number): Float32Array | null {
  const reader = new WireReader(tensor)
  const parts: Uint8Array[] = []
  while (reader.next()) if (reader.field === 9 || reader.field === 4) parts.push(reader.fixedBytes())
  const values = new Float32Array(count)
  let at = 0
  for (const part of parts) {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength)
    for (let k = 0; k + 4 <= part.length && at < count; k += 4) values[at++] = view.getFloat32(k, true)
  }
  return at === count && values.every(Number.isFinite) ? values : null
}

/** The dimension of output channels: the last of what is multiplied from the right, else the first. */
function channelAxis(users: readonly OnnxNode[], name: string, rank: number): number {
  const [user] = users
  if (!user || user.inputs.indexOf(name) !== 1) return 0
  if (user.opType === 'MatMul') return rank - 1
  if (user.opType !== 'Gemm') return 0
  return user.attributes.some((one) => one.name === 'transB' && isOne(one.bytes)) ? 0 : rank - 1
}

function isOne(attributeBytes: Uint8Array): boolean {
  const reader = new WireReader(attributeBytes)
  while (reader.next()) if (reader.field === 3) return reader.number() === 1
  return false
}

/** @returns scale of each channel, and the rounded weights */
export function quantise(
  values: Float32Array,
  dims: readonly number[],
  axis: number,
): { scales: Float32Array; rounded: Int8Array } {
  const channels = dims[axis]!
  const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1)
  const scales = new Float32Array(channels)
  const channelOf = (at: number): number => Math.floor(at / inner) % channels
  values.forEach((value, at) => {
    const channel = channelOf(at)
    scales[channel] = Math.max(scales[channel]!, Math.abs(value))
  })
  for (let k = 0; k < channels; k++) scales[k] = scales[k]! > 0 ? scales[k]! / 127 : 1
  const rounded = Int8Array.from(values, (value, at) => Math.round(value / scales[channelOf(at)]!))
  return { scales, rounded }
}

/** @throws AssayError shrink/nothing, shrink/opset */
export function shrinkWeights(model: OnnxModel, to: WeightType): Shrunk {
  const { bytes, graph, graphRange } = model
  const opset = model.opsets.find(({ domain }) => domain === '')?.version ?? 0
  const listed = new Set(graph.inputs.map(({ name }) => name))
  const given = new Set(graph.outputs.map(({ name }) => name))
  const edits: Edit[] = []
  const nodes: Uint8Array[] = []
  const budget = { parts: 0 }
  let tensors = 0
  let weights = 0
  const reader = new WireReader(bytes, graphRange.contentStart, graphRange.end)
  while (reader.next()) {
    if (reader.field !== 5) continue
    const { start, end } = reader.range()
    const { name, dims, dataType, external, bytes: content } = readTensor(reader, budget)
    const count = dims.reduce((product, size) => product * size, 1)
    if (dataType !== dataTypes.float32 || external || dims.length < 2 || count < leastWeights) continue
    // An input of the caller's may take its place; an output is what the model gives.
    if (listed.has(name) || given.has(name)) continue
    const values = floatsOf(content, count)
    if (!values || (to === 'float16' && values.some((value) => Math.abs(value) > largestHalf))) continue
    const small = `${name}__${to}`
    const node = (opType: string, inputs: string[], attributes: Uint8Array[]): void => {
      nodes.push(writeNode({ opType, inputs, outputs: [name], name: `${small}_node`, attributes }))
    }
    if (to === 'float16') {
      edits.push({ start, end, bytes: writeHalves(small, dims, values) })
      node('Cast', [small], [attribute.int('to', dataTypes.float32)])
    } else {
      const users = graph.nodes.filter(({ inputs }) => inputs.includes(name))
      const axis = channelAxis(users, name, dims.length)
      const { scales, rounded } = quantise(values, dims, axis)
      const both = [writeBytes(small, dims, rounded), writeFloats(`${small}_scale`, [scales.length], scales)]
      edits.push({ start, end, bytes: joinBytes(both) })
      node('DequantizeLinear', [small, `${small}_scale`], [attribute.int('axis', axis)])
    }
    tensors++
    weights += count
  }
  if (tensors === 0)
    throw new AssayError({
      code: 'shrink/nothing',
      message: `The model has no constant of ${leastWeights} or more float32 weights in the file itself.`,
      remedy:
        'Trees and small models are as small as they get; weights in files of their own must be put into the model.',
    })
  if (opset < leastOpset[to])
    throw new AssayError({
      code: 'shrink/opset',
      message: `The model uses the standard operators of version ${opset}; ${to} weights need ${leastOpset[to]}.`,
      remedy: `Export the model with opset ${leastOpset[to]} or later${to === 'int8' ? ', or choose float16' : ''}.`,
      where: { opset, needed: leastOpset[to] },
    })
  // In front: nodes stand in the order in which they run.
  edits.push({ start: graphRange.contentStart, end: graphRange.contentStart, bytes: joinBytes(nodes) })
  const content = splice(bytes, graphRange.contentStart, graphRange.end, edits)
  const whole: Edit[] = [
    { start: graphRange.start, end: graphRange.end, bytes: writeMessage(7, content) },
    { start: bytes.length, end: bytes.length, bytes: writeMetadata('assay.weights', to) },
  ]
  return { bytes: splice(bytes, 0, bytes.length, whole), tensors, weights }
}
