/** How a delimited file is written, from its first bytes: encoding, newline, delimiter, header, decimal separator. */
import iconv from 'iconv-lite'
import Papa from 'papaparse'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'

export type Dialect = NonNullable<Dataset['source']['dialect']>

/** Texts that statistics packages write for a missing value (pandas' list, without those that are words or numbers). */
export const missingTexts = ['NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'NULL', 'null', '<NA>', '?'] as const

const sampleRecords = 200
const orangeTypes = /^(continuous|c|discrete|d|string|s|time|t|ignore|i|[^\s,;]+(\s[^\s,;]+)+|)$/
const orangeRoles = /^(class|meta|ignore|i|c|m|.*=.*|)$/

function bomOf(bytes: Uint8Array): { readonly encoding: Dialect['encoding']; readonly length: number } | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8', length: 3 }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', length: 2 }
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', length: 2 }
  return null
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    // The sample may end inside a character: `stream` keeps that from counting as an error.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

export function decodeHead(bytes: Buffer, encoding: Dialect['encoding'], bom: boolean): string {
  const body = bom ? bytes.subarray(encoding === 'utf-8' ? 3 : 2) : bytes
  return iconv.decode(body, encoding, { stripBOM: false })
}

/** Fields are cut at single bytes, in every encoding alike. */
const oneCharacter = /^[\t\x20-\x7e]$/

/** What the user said wins; the rest is detected. @throws AssayError dataset/delimiter */
export function detectDialect(head: Buffer, fileName: string, given: Partial<Dialect> = {}): Dialect {
  for (const mark of [given.delimiter, given.quote]) {
    if (mark === undefined || oneCharacter.test(mark)) continue
    throw new AssayError({
      code: 'dataset/delimiter',
      message: `"${mark.slice(0, 20)}" cannot part or quote fields: that takes one ASCII character.`,
      remedy: 'Name one, for example a semicolon, or \\t for a tab. Left out, it is found.',
      where: { file: fileName, given: mark.slice(0, 20) },
    })
  }
  const bom = bomOf(head)
  const encoding = given.encoding ?? bom?.encoding ?? (isUtf8(head) ? 'utf-8' : 'windows-1252')
  const text = decodeHead(head, encoding, bom !== null)
  const newline =
    given.newline ?? (text.includes('\r\n') ? '\r\n' : text.includes('\n') ? '\n' : text.includes('\r') ? '\r' : '\n')
  const delimiter = given.delimiter ?? guessDelimiter(text, fileName, newline)
  const records = parseSample(text, delimiter, newline, sampleRecords)
  const headerLines = given.headerLines ?? guessHeader(records)
  const decimal = given.decimal ?? guessDecimal(records.slice(Math.max(1, headerLines)), delimiter)
  return {
    delimiter,
    quote: given.quote ?? '"',
    encoding,
    bom: bom !== null,
    newline,
    decimal,
    headerLines,
    missing: given.missing ?? [...missingTexts],
  }
}

function guessDelimiter(text: string, fileName: string, newline: string): string {
  const candidates = /\.(tsv|tab)$/i.test(fileName) ? ['\t', ',', ';', '|'] : [',', ';', '\t', '|']
  let best = { delimiter: candidates[0]!, score: 0 }
  for (const delimiter of candidates) {
    const counts = parseSample(text, delimiter, newline, 50).map((record) => record.length)
    const width = counts[0] ?? 1
    if (width < 2) continue
    // The right one cuts every record into the same number of fields; more fields break a tie.
    const same = counts.filter((count) => count === width).length / counts.length
    const score = same + width / 10_000
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

/** Complete records of the sample; the last one may be cut off and is dropped. */
export function parseSample(text: string, delimiter: string, newline: string, preview: number): string[][] {
  const parsed = Papa.parse<string[]>(text, {
    delimiter,
    newline: newline as '\n',
    preview: preview + 1,
    skipEmptyLines: true,
  })
  const records = parsed.data
  return records.length > preview || text.length >= 200_000
    ? records.slice(0, Math.max(1, records.length - 1))
    : records
}

function looksNumeric(field: string): boolean {
  return /^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*$/.test(field)
}

/** 3 for Orange's name, type and role rows, 0 where the first row holds numbers only, else 1. */
function guessHeader(records: readonly string[][]): Dialect['headerLines'] {
  const [first, second, third] = records
  if (!first) return 1
  if (second && third && second.length === first.length && third.length === first.length) {
    const types =
      second.every((field) => orangeTypes.test(field)) &&
      second.some((field) => /^(continuous|discrete|c|d)$/.test(field))
    if (types && third.every((field) => orangeRoles.test(field)) && third.some((field) => field === '')) return 3
  }
  return first.every(looksNumeric) ? 0 : 1
}

function guessDecimal(records: readonly string[][], delimiter: string): Dialect['decimal'] {
  if (delimiter === ',') return '.'
  const width = records[0]?.length ?? 0
  for (let column = 0; column < width; column++) {
    const fields = records.map((record) => (record[column] ?? '').trim()).filter((field) => field !== '')
    const numbers = fields.filter((field) => /^[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?$/.test(field))
    // "1,234" alone may be a thousands separator; other lengths after the comma decide, and points before it.
    const decides = fields.some((field) => /^[+-]?(\d+,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3})+,\d+)$/.test(field))
    if (decides && numbers.length >= fields.length * 0.9) return ','
  }
  return '.'
}
