import type { CanaryLoss } from '../contract/canary.ts'
import type { ChangedSides } from '../contract/comparison.ts'
import type { Metrics } from '../contract/evidence.ts'
import type { PairedEstimate } from './paired-estimate.ts'

/** What a task gives to a comparison. Contenders are named by their index. */
export interface ComparedTask {
  /** Of one contender by itself. */
  readonly metrics: (contender: number) => Metrics
  /** Other minus reference, by metric. */
  readonly estimate: (other: number, reference: number) => Record<string, PairedEstimate>
  /** 1 where the contender's decision is right, else 0; null for a regression. */
  readonly right: ((contender: number) => Uint8Array) | null
  readonly changed: (other: number, reference: number) => ChangedSides
  /** The loss of a row that groups of rows are compared by, and canaries. */
  readonly lossName: CanaryLoss
  readonly loss: (contender: number) => Float64Array
}
