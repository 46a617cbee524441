/** What goes to a model and comes back, as plain data that can cross threads, and who runs it. */
import type { FeederOptions } from '../../shared/scoring/feeds.ts'
import { ort } from './runtime.ts'
import type { Session, Tensor } from './runtime.ts'

/** A tensor as plain data, which can go to another thread. */
export interface Fed {
  readonly type: string
  readonly data: Parameters<FeederOptions<unknown>['tensor']>[1]
  readonly dims: readonly number[]
}

export type SessionFacts = Pick<Session, 'inputNames' | 'inputMetadata' | 'outputNames' | 'outputMetadata'>

export interface Runner {
  readonly facts: SessionFacts
  /** Batches that may be under way at once; a batch's arrays are taken back when it is done. */
  readonly depth: number
  readonly array: FeederOptions<unknown>['array']
  /** Outputs by name. What ONNX Runtime throws is passed on. */
  run(feeds: Readonly<Record<string, Fed>>, fetches: readonly string[]): Promise<Record<string, { data: unknown }>>
  release(): Promise<void>
}

export const makeTensor: FeederOptions<Tensor>['tensor'] = (type, data, dims) =>
  new ort.Tensor(type as 'float32', data as Float32Array, dims)

export function tensorsOf(feeds: Readonly<Record<string, Fed>>): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { type, data, dims }]) => [name, makeTensor(type, data, [...dims])]),
  )
}
