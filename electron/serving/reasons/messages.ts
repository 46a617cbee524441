/** What the server and the thread that gives reasons say to each other. */
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import type { ReasonCode } from '../../../shared/explain/reasons.ts'
import type { ReasonsFile } from '../../../shared/explain/reasons-file.ts'
import type { Binding } from '../../../shared/contract/model.ts'
import type { StreamedColumn } from '../../../shared/scoring/columns.ts'

export interface ReasonsStart {
  readonly role: 'reasons'
  readonly model: Uint8Array
  readonly binding: Binding
  readonly file: ReasonsFile
}

export interface Asked {
  readonly rows: number
  /** As `ready` names them. */
  readonly columns: readonly GivenColumn[]
  /** The explained output of each row, by its place. */
  readonly outputs: Int32Array
  /** Reasons a row at most. */
  readonly most: number
  /** Date.now() after which nobody waits for the answer. */
  readonly until: number
}

export type ToReasons = ({ readonly type: 'reasons'; readonly id: number } & Asked) | { readonly type: 'stop' }

export type FromReasons =
  | { readonly type: 'ready'; readonly columns: readonly StreamedColumn[] }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'gave'; readonly id: number; readonly reasons: ReasonCode[][]; readonly milliseconds: number }
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly message: string }
