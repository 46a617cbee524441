/** What a side of a comparison is called where a part of its rows is compared. */
import type { DriftSide } from '../../../shared/contract/drift.ts'

/** "tenure_months from 12 to before 24"; empty where all rows are compared. */
export const windowText = ({ window }: Pick<DriftSide, 'window'>): string =>
  window === null
    ? ''
    : [
        window.column,
        window.from === undefined ? undefined : `from ${window.from}`,
        window.to === undefined
          ? undefined
          : window.from === undefined
            ? `before ${window.to}`
            : `to before ${window.to}`,
      ]
        .filter((word) => word !== undefined)
        .join(' ')

export const sideTitle = (side: Pick<DriftSide, 'name' | 'window'>): string =>
  side.window === null ? side.name : `${side.name} (${windowText(side)})`
