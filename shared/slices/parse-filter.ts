/** Reads the filter of a rows table: conditions joined by "&". Plain text, which is no condition, gives null. */
import type { Condition } from '../contract/slices.ts'

/** A part of the text: quoted or not. */
interface Token {
  readonly text: string
  readonly quoted: boolean
}

const operators = ['>=', '<=', '!=', '=', '<', '>'] as const
type Operator = (typeof operators)[number]

/** What one condition says, before its column is known to exist. */
export type FilterCondition =
  | Condition
  | { readonly kind: 'above'; readonly column: string; readonly than: number }
  | { readonly kind: 'at most'; readonly column: string; readonly limit: number }

/** Cuts at `&` outside quotes. Null where a quote is never closed. */
function cut(text: string): string[] | null {
  const parts = ['']
  let open = false
  for (const letter of text) {
    if (letter === '"') open = !open
    if (letter === '&' && !open) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return open ? null : parts.map((part) => part.trim())
}

function token(text: string): Token {
  const trimmed = text.trim()
  if (trimmed.length >= 2 && trimmed.startsWith('"') && trimmed.endsWith('"'))
    return { text: trimmed.slice(1, -1).replaceAll('""', '"'), quoted: true }
  return { text: trimmed, quoted: false }
}

/** Place of the first operator outside quotes. */
function findOperator(part: string): { readonly at: number; readonly operator: Operator } | null {
  let open = false
  for (let at = 0; at < part.length; at++) {
    if (part[at] === '"') open = !open
    if (open) continue
    const operator = operators.find((one) => part.startsWith(one, at))
    if (operator) return { at, operator }
  }
  return null
}

function parsePart(part: string, columnNamed: (name: string) => string | undefined): FilterCondition | null {
  const missing = /^(.*\S)\s+is\s+missing$/is.exec(part)
  if (missing) {
    const column = columnNamed(token(missing[1]!).text)
    if (column !== undefined) return { kind: 'missing', column }
  }
  const found = findOperator(part)
  if (!found || found.at === 0) return null
  const column = columnNamed(token(part.slice(0, found.at)).text)
  if (column === undefined) return null
  const right = part.slice(found.at + found.operator.length).trim()
  const { text, quoted } = token(right)
  if (found.operator === '=') return { kind: 'equals', column, value: text }
  if (found.operator === '!=') return { kind: 'not equal', column, value: text }
  const orMissing = /\s+or\s+missing$/i.test(right)
  const limit = Number(orMissing ? right.replace(/\s+or\s+missing$/i, '') : text)
  if (quoted || text === '' || Number.isNaN(limit)) return null
  if (found.operator === '>=') {
    return { kind: 'range', column, from: limit === -Infinity ? null : limit, to: null, orMissing }
  }
  if (found.operator === '<') return { kind: 'range', column, from: null, to: limit, orMissing }
  if (orMissing) return null
  return found.operator === '>' ? { kind: 'above', column, than: limit } : { kind: 'at most', column, limit }
}

/**
 * @param columns Names that a condition may be about; upper and lower case count as equal where only one fits.
 * @returns The conditions, or null where the text is not made of conditions on these columns.
 */
export function parseFilter(text: string, columns: readonly string[]): FilterCondition[] | null {
  const columnNamed = (name: string): string | undefined =>
    columns.find((column) => column === name) ?? columns.find((column) => column.toLowerCase() === name.toLowerCase())
  // "a=b & c" may be one value with an ampersand in it, as it always was.
  const parts = cut(text.trim())
  const conditions = parts?.map((part) => parsePart(part, columnNamed)) ?? [null]
  if (conditions.every((condition) => condition !== null)) return conditions
  // A further operator says that the parts were meant as conditions, one of them on a column that is not there.
  if (parts?.slice(1).some((part) => findOperator(part) !== null)) return null
  const whole = parsePart(text.trim(), columnNamed)
  return whole?.kind === 'equals' ? [whole] : null
}
