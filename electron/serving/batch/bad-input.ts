/** What is wrong with a batch's file. */
import { AssayError } from '../../../shared/contract/errors.ts'

export function badInput(
  code: string,
  message: string,
  remedy: string,
  where: Record<string, string | number> = {},
): AssayError {
  return new AssayError({ code: `batch/${code}`, message, remedy, where })
}

/** @throws AssayError batch/missing-column */
export function refuseAbsent(wanted: readonly string[], found: readonly string[]): void {
  const names = new Set(found.map((name) => name.trim()))
  const absent = wanted.filter((name) => !names.has(name))
  if (absent.length === 0) return
  const shown = absent.slice(0, 10).map((name) => `"${name}"`)
  throw badInput(
    'missing-column',
    `The file has no column ${shown.join(', ')}.`,
    `Its columns are ${found.slice(0, 30).join(', ')}.`,
    { column: absent[0]! },
  )
}
