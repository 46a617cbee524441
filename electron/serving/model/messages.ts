/** What the server and the thread that runs the model say to each other. Both are the same build, so types suffice. */
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

export type ToModel =
  | {
      readonly type: 'run'
      readonly id: number
      readonly feeds: Feeds
      /** Feeds whose memory is lent: it goes back with the answer. */
      readonly lent: readonly string[]
      readonly fetches: readonly string[]
    }
  | { readonly type: 'stop' }

export type FromModel =
  | { readonly type: 'ready'; readonly inputs: readonly TensorFacts[]; readonly outputs: readonly TensorFacts[] }
  | { readonly type: 'refused'; readonly message: string }
  | {
      readonly type: 'ran'
      readonly id: number
      readonly outputs: Feeds
      readonly lent: Feeds
      readonly microseconds: number
    }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }

/** The memory of tensors, each once: what a message lends. */
export function memoryOf(feeds: Feeds, names: readonly string[]): ArrayBuffer[] {
  const all = names.map((name) => (feeds[name]!.data as Float32Array).buffer as ArrayBuffer)
  return [...new Set(all)]
}
