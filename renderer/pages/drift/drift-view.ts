/** What the table of columns and a column's detail need of a comparison: of two datasets, or of production. */
import type { DriftOptions } from '../../../shared/contract/drift-request.ts'
import type { DriftReport } from '../../../shared/contract/drift.ts'

interface Side {
  readonly name: string
  readonly rows: number
}

export interface DriftView extends Pick<DriftReport, 'columns' | 'definitions'> {
  readonly options: Pick<DriftOptions, 'correction'>
  readonly reference: Side
  readonly current: Side
}
