/** What the thread that gives reasons is started with, asked and answers. */
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import type { ReasonCode } from '../../../shared/explain/reasons.ts'
import type { ReasonsFile } from '../../../shared/explain/reasons-file.ts'
import type { Binding } from '../../../shared/contract/model.ts'

export interface ReasonsStart {
  readonly role: 'reasons'
  readonly model: Uint8Array
  readonly binding: Binding
  readonly file: ReasonsFile
}

export interface Asked {
  readonly rows: number
  /** Those that it said that it reads when it was ready. */
  readonly columns: readonly GivenColumn[]
  /** The explained output of each row, by its place. */
  readonly outputs: Int32Array
  /** Reasons a row at most. */
  readonly most: number
  /** Date.now() after which nobody waits for the answer. */
  readonly until: number
}

export interface Given {
  readonly reasons: readonly (readonly ReasonCode[])[]
  readonly milliseconds: number
}
