/** Requests side by side in one tensor, and apart again. */
import { giveMemory, takeMemory } from '../protocol/memory.ts'
import { elementsOf } from '../protocol/tensor.ts'
import type { Tensor, TensorData } from '../protocol/tensor.ts'
import type { Feeds } from './messages.ts'

/** Requests with equal signatures can share a run: same inputs, same types, same dimensions after the first. */
export function signatureOf(feeds: Feeds): string {
  return Object.keys(feeds)
    .sort()
    .map((name) => `${name} ${feeds[name]!.type} ${feeds[name]!.dims.slice(1).join('x')}`)
    .join('\n')
}

function joined(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors
  const dims = [tensors.reduce((rows, tensor) => rows + tensor.dims[0]!, 0), ...first!.dims.slice(1)]
  if (Array.isArray(first!.data)) return { type: first!.type, data: tensors.flatMap((t) => t.data as string[]), dims }
  const Class = first!.data.constructor as typeof Float32Array
  const elements = elementsOf(dims)
  const data = new Class(takeMemory(elements * Class.BYTES_PER_ELEMENT), 0, elements)
  let at = 0
  for (const tensor of tensors) {
    data.set(tensor.data as Float32Array, at)
    at += tensor.data.length
  }
  return { type: first!.type, data, dims }
}

/** In the order given, along the first dimension. */
export function joinFeeds(all: readonly Feeds[]): Feeds {
  if (all.length === 1) return all[0]!
  return Object.fromEntries(Object.keys(all[0]!).map((name) => [name, joined(all.map((feeds) => feeds[name]!))]))
}

/** Says that nobody looks at these tensors any more. */
export function giveFeeds(feeds: Feeds): void {
  const memory = Object.values(feeds).flatMap(({ data }) => (Array.isArray(data) ? [] : [data.buffer]))
  for (const one of new Set(memory)) giveMemory(one)
}

/** Rows [from, from + rows) of outputs that all have `total` rows; null where an output is not one row a row. */
export function rowsOf(
  outputs: Feeds,
  names: readonly string[],
  from: number,
  rows: number,
  total: number,
): Feeds | null {
  const cut: Record<string, Tensor> = {}
  for (const name of names) {
    const tensor = outputs[name]!
    if (tensor.dims[0] !== total) return null
    const width = elementsOf(tensor.dims.slice(1))
    const data = tensor.data.slice(from * width, (from + rows) * width) as TensorData
    cut[name] = { type: tensor.type, data, dims: [rows, ...tensor.dims.slice(1)] }
  }
  return cut
}
