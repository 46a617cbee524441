/** The shared feeder with ONNX Runtime's tensors. */
import type { Binding } from '../../shared/contract/model.ts'
import { makeFeeder as makeSharedFeeder } from '../../shared/scoring/feeds.ts'
import type { Feeder as SharedFeeder } from '../../shared/scoring/feeds.ts'
import { ort } from './runtime.ts'
import type { Session, Tensor } from './runtime.ts'

export type Feeder = SharedFeeder<Tensor>

export function makeFeeder(session: Session, binding: Binding): Feeder {
  return makeSharedFeeder(session, binding, {
    tensor: (type, data, dims) => new ort.Tensor(type as 'float32', data as Float32Array, dims),
    // `run` is done with a batch before the next is built.
    reuseBuffers: true,
  })
}
