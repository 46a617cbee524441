/**
 * One value of a raw column, as a caller sent it (JSON) or as a file holds it (text), read by the column's type. What
 * does not fit is refused: a value that is coerced in silence gives a score that nobody approved.
 */
import type { Dialect } from '../contract/dataset.ts'
import type { InputColumn } from './release-manifest.ts'

/** Integers past 2^53 are bigint; dates and timestamps are text as DuckDB writes them; images are PNG bytes. */
export type Cell = number | bigint | boolean | string | Uint8Array | null

export interface CellProblem {
  readonly code:
    | 'input/absent'
    | 'input/missing'
    | 'input/type'
    | 'input/not-finite'
    | 'input/out-of-range'
    | 'input/unseen-category'
    | 'input/too-long'
  readonly column: string
  readonly message: string
}

export class CellError extends Error {
  readonly problem: CellProblem

  constructor(code: CellProblem['code'], column: string, message: string) {
    super(message)
    this.problem = { code, column, message }
  }
}

const longestText = 10_000
const largestInteger = 2n ** 63n - 1n
const smallestInteger = -(2n ** 63n)
const decimalNumber = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
const wholeNumber = /^[+-]?\d{1,19}$/
/** Three digits a group, as the workbench's import has it. */
const groupedByComma = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/
const groupedByPoint = /^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$/
const isoDate = /^\d{4}-\d{2}-\d{2}$/
const isoTime = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,6})?Z?$/

export type DecodeBase64 = (text: string) => Uint8Array | null

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function wrongType(column: InputColumn, value: unknown): CellError {
  const wanted = {
    integer: 'a whole number',
    float: 'a number',
    boolean: 'true or false',
    string: 'a text',
    date: 'a date as YYYY-MM-DD',
    timestamp: 'a time as YYYY-MM-DDTHH:MM:SS',
    image: 'a PNG image in base64',
  }[column.type]
  const kind =
    value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : shown(value)
  return new CellError('input/type', column.name, `"${column.name}" takes ${wanted}, not ${kind}.`)
}

/** @throws CellError */
export function readJsonCell(column: InputColumn, value: unknown, decode: DecodeBase64): Cell {
  if (value === null) return null
  switch (column.type) {
    case 'integer':
      if (typeof value === 'number') {
        if (!Number.isSafeInteger(value)) throw wrongType(column, value)
        return value
      }
      // JSON numbers end at 2^53: larger whole numbers come as text.
      if (typeof value === 'string' && wholeNumber.test(value)) return wholeOf(column, value)
      throw wrongType(column, value)
    case 'float':
      if (typeof value !== 'number') throw wrongType(column, value)
      // JSON.parse reads 1e999 as infinite.
      if (!Number.isFinite(value))
        throw new CellError('input/not-finite', column.name, `"${column.name}" takes a finite number.`)
      return value
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(column, value)
      return value
    case 'string':
      if (typeof value !== 'string') throw wrongType(column, value)
      return textOf(column, value)
    case 'date':
    case 'timestamp':
      if (typeof value !== 'string') throw wrongType(column, value)
      return column.type === 'date' ? dateOf(column, value) : timestampOf(column, value)
    case 'image': {
      const bytes = typeof value === 'string' ? decode(value.replace(/^data:image\/png;base64,/, '')) : null
      if (!bytes) throw wrongType(column, typeof value === 'string' ? 'a text that is no base64' : value)
      return bytes
    }
  }
}

/** @throws CellError */
export function readTextCell(
  column: InputColumn,
  text: string,
  dialect: Pick<Dialect, 'decimal' | 'missing'>,
  decode: DecodeBase64,
): Cell {
  const trimmed = text.trim()
  if (trimmed === '' || dialect.missing.includes(trimmed)) return null
  switch (column.type) {
    case 'integer': {
      const whole = dialect.decimal === ',' && groupedByPoint.test(trimmed) ? trimmed.replaceAll('.', '') : trimmed
      if (!wholeNumber.test(whole)) throw wrongType(column, text)
      return wholeOf(column, whole)
    }
    case 'float': {
      if (trimmed.toLowerCase() === 'nan') return null
      const plain = plainNumber(trimmed, column.decimal ?? dialect.decimal)
      if (plain === null || !decimalNumber.test(plain)) throw wrongType(column, text)
      const value = Number(plain)
      if (!Number.isFinite(value))
        throw new CellError(
          'input/not-finite',
          column.name,
          `"${column.name}" takes a finite number, not ${shown(text)}.`,
        )
      return value
    }
    case 'boolean': {
      const word = trimmed.toLowerCase()
      if (['true', 'yes', '1'].includes(word)) return true
      if (['false', 'no', '0'].includes(word)) return false
      throw wrongType(column, text)
    }
    case 'string':
      return textOf(column, text)
    case 'date':
      return dateOf(column, trimmed)
    case 'timestamp':
      return timestampOf(column, trimmed)
    case 'image':
      return readJsonCell(column, trimmed, decode)
  }
}

/** With a decimal point; null where a point stands beside decimal commas and does not part thousands. */
function plainNumber(text: string, decimal: Dialect['decimal']): string | null {
  if (decimal === '.') return groupedByComma.test(text) ? text.replaceAll(',', '') : text
  if (!text.includes('.')) return text.replace(',', '.')
  return groupedByPoint.test(text) ? text.replaceAll('.', '').replace(',', '.') : null
}

function wholeOf(column: InputColumn, text: string): number | bigint {
  const value = BigInt(text.replace('+', ''))
  if (value > largestInteger || value < smallestInteger) throw wrongType(column, text)
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function textOf(column: InputColumn, value: string): string {
  if (value.length > longestText)
    throw new CellError('input/too-long', column.name, `"${column.name}" takes at most ${longestText} characters.`)
  return value
}

/** The calendar's own check: 2024-02-30 is no day. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text)
}

function dateOf(column: InputColumn, value: string): string {
  if (!isoDate.test(value) || !isDay(value)) throw wrongType(column, value)
  return value
}

function timestampOf(column: InputColumn, value: string): string {
  const [, day = '', minutes = '', seconds = ':00', fraction = ''] = isoTime.exec(value) ?? []
  if (!isDay(day) || !Number.isFinite(Date.parse(`${day}T${minutes}${seconds}Z`))) throw wrongType(column, value)
  return `${day} ${minutes}${seconds}${fraction.replace(/0+$/, '').replace(/\.$/, '')}`
}
