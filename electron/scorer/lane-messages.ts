/** What the scorer's thread and a lane say to each other. */
import type { Fed, SessionFacts } from './tensors.ts'

export interface LaneTask {
  readonly modelPath: string
}

export interface ToLane {
  readonly id: number
  readonly feeds: Readonly<Record<string, Fed>>
  readonly fetches: readonly string[]
}

export type FromLane =
  | { readonly facts: SessionFacts }
  | { readonly id: number; readonly outputs: Record<string, { data: unknown }>; readonly feeds: ToLane['feeds'] }
  | { readonly id: number; readonly error: unknown }

export function isShareable(data: Fed['data']): data is Exclude<Fed['data'], string[]> {
  return ArrayBuffer.isView(data)
}

/** Arrays of numbers move between threads; texts are copied. */
export function buffersOf(feeds: ToLane['feeds']): ArrayBuffer[] {
  return Object.values(feeds).flatMap(({ data }) => (isShareable(data) ? [data.buffer as ArrayBuffer] : []))
}
