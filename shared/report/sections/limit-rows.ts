/** Keeps a table readable: its first rows, and a sentence that says how many there are. */
import { formatCount } from '../../format/number.ts'

export interface Limited<T> {
  readonly shown: readonly T[]
  readonly note?: string
}

export const limitRows = <T>(rows: readonly T[], limit: number, what: string): Limited<T> =>
  rows.length <= limit
    ? { shown: rows }
    : {
        shown: rows.slice(0, limit),
        note: `${formatCount(limit)} of ${formatCount(rows.length)} ${what} are shown. The evidence as JSON has all of them.`,
      }

/** The first names of a list, as a sentence has room for. */
export function listNames(names: readonly string[], limit: number): string {
  const rest = names.length - limit
  return rest <= 0 ? names.join(', ') : `${names.slice(0, limit).join(', ')} and ${formatCount(rest)} more`
}
