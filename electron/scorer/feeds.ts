/** The shared feeder with ONNX Runtime's tensors, for requests that run one batch after another in this thread. */
import type { Binding } from '../../shared/contract/model.ts'
import { makeFeeder as makeSharedFeeder, newArray } from '../../shared/scoring/feeds.ts'
import type { Feeder as SharedFeeder, FeederOptions, TypedArray } from '../../shared/scoring/feeds.ts'
import type { Session, Tensor } from './runtime.ts'
import { makeTensor } from './tensors.ts'

export type Feeder = SharedFeeder<Tensor>

/** One array an input: `run` is done with a batch before the next is built. */
export function reusedArrays(): FeederOptions<unknown>['array'] {
  const known = new Map<string, TypedArray>()
  return (input, type, length) => {
    const last = known.get(input)
    if (last?.length === length) return last
    const made = newArray(input, type, length)
    known.set(input, made)
    return made
  }
}

export function makeFeeder(session: Session, binding: Binding): Feeder {
  return makeSharedFeeder(session, binding, {
    tensor: makeTensor,
    array: reusedArrays(),
  })
}
