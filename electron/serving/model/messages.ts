/** What the thread that runs the model is started with, asked and answers. */
import type { Tensor } from '../protocol/tensor.ts'

export interface TensorFacts {
  readonly name: string
  readonly type: string
  /** Unnamed and named dimensions of any size are texts. */
  readonly shape: readonly (number | string)[]
}

export interface ModelStart {
  readonly role: 'model'
  readonly model: Uint8Array
  readonly threads: number
}

export type Feeds = Readonly<Record<string, Tensor>>

export interface ModelFacts {
  readonly inputs: readonly TensorFacts[]
  readonly outputs: readonly TensorFacts[]
}

export interface Run {
  readonly feeds: Feeds
  /** Feeds whose memory is lent: it goes back with the answer. */
  readonly lent: readonly string[]
  readonly fetches: readonly string[]
}

export interface Ran {
  readonly outputs: Feeds
  readonly lent: Feeds
  readonly microseconds: number
}

/** The memory of tensors, each once: what a message lends. */
export function memoryOf(feeds: Feeds, names: readonly string[]): ArrayBuffer[] {
  const all = names.map((name) => (feeds[name]!.data as Float32Array).buffer as ArrayBuffer)
  return [...new Set(all)]
}
