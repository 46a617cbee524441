/** A number as it is typed: nothing, a number within its limits, or something else. */
export interface NumberRule {
  readonly least?: number
  readonly most?: number
  /** The limits themselves are not allowed. */
  readonly open?: boolean
  readonly whole?: boolean
}

/** @returns undefined where nothing was typed, null where it is no such number; a decimal comma is read as a point */
export const typedNumber = (text: string, { least, most, open = false, whole = false }: NumberRule) => {
  const typed = text.trim()
  if (typed === '') return undefined
  const value = Number(typed.replaceAll('−', '-').replace(',', '.'))
  const within = (low: number, high: number): boolean => (open ? low < high : low <= high)
  const fits =
    Number.isFinite(value) &&
    (!whole || Number.isInteger(value)) &&
    within(least ?? -Infinity, value) &&
    within(value, most ?? Infinity)
  return fits ? value : null
}
