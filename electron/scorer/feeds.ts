/** The shared feeder with ONNX Runtime's tensors, for a thread that runs one batch after another. */
import type { Binding } from '../../shared/contract/model.ts'
import { makeFeeder as makeSharedFeeder, newArray } from '../../shared/scoring/feeds.ts'
import type { Feeder as SharedFeeder, TypedArray } from '../../shared/scoring/feeds.ts'
import { ort } from './runtime.ts'
import type { Session, Tensor } from './runtime.ts'

export type Feeder = SharedFeeder<Tensor>

export function makeFeeder(session: Session, binding: Binding): Feeder {
  // One array an input: `run` is done with a batch before the next is built.
  const known = new Map<string, TypedArray>()
  return makeSharedFeeder(session, binding, {
    tensor: (type, data, dims) => new ort.Tensor(type as 'float32', data as Float32Array, dims),
    array: (input, type, length) => {
      const last = known.get(input)
      if (last?.length === length) return last
      const made = newArray(input, type, length)
      known.set(input, made)
      return made
    },
  })
}
