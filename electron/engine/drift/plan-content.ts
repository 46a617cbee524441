/** How columns of texts and images are compared: by numbers that SQL gives for every row, and by a sample of their rows. */
import type { Dataset } from '../../../shared/contract/dataset.ts'
import { quoteIdentifier } from '../../data-plane/quote.ts'
import type { PlannedColumn } from './plan-columns.ts'

type Base = Pick<PlannedColumn, 'name' | 'source' | 'role' | 'type' | 'text' | 'from'>

/** Fewer different texts may be categories, however few rows there are. */
const textsAtLeast = 100

/** Most rows have a value of their own: counting them as categories would say nothing. */
export function looksLikeText({ columns, rows }: Dataset, name: string): boolean {
  const { distinct, missing } = columns.find((column) => column.name === name)!
  return distinct > Math.max(textsAtLeast, Math.min((rows - missing) / 2, categoriesAtMost))
}

/** A column with more distinct values than this is not a set of categories. */
export const categoriesAtMost = 10_000

function numberAbout(base: Base, measure: string, definition: string, number: string): PlannedColumn {
  return {
    ...base,
    name: `${base.name}: ${measure}`,
    type: 'float',
    text: `(${number})::VARCHAR`,
    kind: 'numeric',
    number,
    measured: { column: base.name, definition },
  }
}

/** Rows without a value are missing in the first number alone: they are one question, not several. */
const otherwiseLeftOut = (number: string): string => `coalesce(${number}, 'infinity'::DOUBLE)`

export function planTexts(base: Base): PlannedColumn[] {
  const column = quoteIdentifier(base.name)
  const count = (pattern: string): string => `length(regexp_replace(${column}, '${pattern}', '', 'g'))`
  return [
    numberAbout(base, 'characters', 'Characters of the text.', `length(${column})::DOUBLE`),
    numberAbout(
      base,
      'words',
      'Runs of characters between white space.',
      otherwiseLeftOut(`len(regexp_extract_all(${column}, '\\S+'))::DOUBLE`),
    ),
    numberAbout(
      base,
      'share of non-letters',
      'Characters that are no letters, of those that are no white space.',
      otherwiseLeftOut(`1 - ${count('[^\\pL\\pM]')} / nullif(${count('\\s')}, 0)::DOUBLE`),
    ),
    { ...base, kind: 'texts', number: null },
  ]
}

export const planImages = (base: Base): PlannedColumn[] => [
  numberAbout(base, 'bytes', 'Size of the image file.', `octet_length(${quoteIdentifier(base.name)})::DOUBLE`),
  { ...base, kind: 'images', number: null },
]
