/** Changes columns of numbers and texts. Each function gives new values and leaves the old ones as they are. */
import type { PerturbationKind } from '../contract/robustness.ts'
import type { Random } from '../statistics/random.ts'

/** What is known of a column from the whole dataset. */
export interface NumberFit {
  readonly mean: number
  /** 0 where all values are equal. */
  readonly deviation: number
  /** Whether the column holds whole numbers only: changed values are rounded then. */
  readonly whole: boolean
}

export type TableKind = Extract<
  PerturbationKind,
  'noise' | 'missing' | 'outliers' | 'typos' | 'unknown category' | 'out of distribution'
>

/** A text that no column is likely to hold. */
export const unknownCategory = 'never seen before'

/**
 * @param values NaN where a value is missing; those stay missing.
 * @returns New values, or the same array where this kind leaves numbers alone.
 */
export function perturbNumbers(
  kind: TableKind,
  values: Float64Array,
  strength: number,
  { mean, deviation, whole }: NumberFit,
  random: Random,
): Float64Array {
  const settle = (value: number): number => (whole ? Math.round(value) : value)
  switch (kind) {
    case 'noise':
      return values.map((value) => settle(value + strength * deviation * random.normal()))
    case 'missing':
      return values.map((value) => (random.uniform() < strength ? NaN : value))
    case 'outliers':
      return values.map((value) => {
        if (random.uniform() >= strength || Number.isNaN(value)) return value
        const distance = (5 + 5 * random.uniform()) * deviation
        return settle(random.uniform() < 0.5 ? mean - distance : mean + distance)
      })
    case 'out of distribution':
      return values.map((value) => settle(value + (value < mean ? -1 : 1) * strength * deviation))
    default:
      return values
  }
}

/** @returns New values, or the same array where this kind leaves texts alone. */
export function perturbTexts(
  kind: TableKind,
  values: readonly (string | null)[],
  strength: number,
  random: Random,
): readonly (string | null)[] {
  const change = (to: (value: string) => string | null) =>
    values.map((value) => (value !== null && random.uniform() < strength ? to(value) : value))
  switch (kind) {
    case 'missing':
      return change(() => null)
    case 'typos':
      return change((value) => withTypo(value, random))
    case 'unknown category':
      return change(() => unknownCategory)
    default:
      return values
  }
}

/** One slip of the fingers. A text of one letter changes its case or is doubled; an empty one stays. */
export function withTypo(text: string, random: Random): string {
  const letters = [...text]
  if (letters.length === 0) return text
  const at = Math.floor(random.uniform() * letters.length)
  const letter = letters[at]!
  const kind = Math.floor(random.uniform() * 4)
  if (kind === 0 && letters.length > 1) return letters.toSpliced(at, 1).join('')
  if (kind === 1 && at + 1 < letters.length && letters[at + 1] !== letter)
    return letters.toSpliced(at, 2, letters[at + 1]!, letter).join('')
  if (kind === 2) {
    const other = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()
    if (other !== letter) return letters.with(at, other).join('')
  }
  return letters.toSpliced(at, 0, letter).join('')
}
