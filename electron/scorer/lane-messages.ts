/** What the scorer's thread and a lane say to each other. */
import type { AssayErrorData } from '../../shared/contract/errors.ts'
import type { ScoringTask } from '../../shared/contract/scorer-messages.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'

export interface LaneTask {
  readonly task: Pick<ScoringTask, 'modelPath' | 'binding'>
  readonly numbersPath: string
}

/** Rows to score, in batches of `batchRows`. */
export interface ToLane {
  readonly id: number
  readonly from: number
  readonly rows: number
  readonly batchRows: number
}

export type FromLane =
  { readonly id: number; readonly columns: ScoreColumns } | { readonly id: number; readonly error: AssayErrorData }

/** A lane's first word; it ends after another than `ready`. */
export type LaneStart =
  | { readonly ready: true; readonly wide: boolean }
  /** The dataset's number file does not hold what the model takes. */
  | { readonly ready: false }
  | { readonly error: AssayErrorData }
