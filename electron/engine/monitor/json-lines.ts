/**
 * JSON lines of any shape as a delimited file of the wanted fields. One line at a time, so memory does not grow with the
 * file; a line that cannot be used is left out and named.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { LeftOut } from '../../../shared/contract/monitor-log.ts'
import { readPath, valueAt } from '../../../shared/monitor/log-fields.ts'
import { quoteText } from '../../data-plane/quote.ts'

const pieceBytes = 1 << 20
const mostLineBytes = 4 << 20
/** Lines that are named; the others are counted. */
const listed = 100
const newline = 10

/** Why the line is left out; null where it is not. */
export type LineCheck = (line: Record<string, unknown>) => string | null

export interface JsonLinesRequest {
  readonly path: string
  readonly output: string
  /** The fields that become columns, in their order. */
  readonly fields: readonly string[]
  readonly check: LineCheck
  readonly signal: AbortSignal
  readonly onProgress: (bytes: number) => void
}

export interface FlatLines {
  readonly sha256: string
  readonly rows: number
  readonly longestLine: number
  readonly leftOut: LeftOut
}

/** Counts what is left out and keeps the first of it. */
export class LeftOutLines {
  readonly found: { n: number; examples: { line: number; reason: string }[] } = { n: 0, examples: [] }

  add(line: number, reason: string): void {
    this.found.n++
    if (this.found.examples.length < listed) this.found.examples.push({ line, reason })
  }
}

/** Lines of a file with their numbers, without their ends. A line that is too long comes as null. */
export async function* readLines(
  path: string,
  onPiece: (piece: Buffer) => void = () => undefined,
): AsyncGenerator<{ readonly number: number; readonly text: string | null }> {
  let rest: Buffer[] = []
  let restBytes = 0
  let number = 1
  const take = (end: Buffer): { number: number; text: string | null } => {
    const bytes = restBytes + end.length
    const text = bytes > mostLineBytes ? null : Buffer.concat([...rest, end], bytes).toString('utf8')
    rest = []
    restBytes = 0
    const from = number === 1 && text?.charCodeAt(0) === 0xfeff ? 1 : 0
    return { number: number++, text: text === null ? null : text.slice(from, text.endsWith('\r') ? -1 : undefined) }
  }
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>) {
    onPiece(piece)
    let from = 0
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, from)) {
      yield take(piece.subarray(from, end))
      from = end + 1
    }
    restBytes += piece.length - from
    // Of a line that is too long nothing is kept but its length.
    if (restBytes <= mostLineBytes) rest.push(piece.subarray(from))
    else rest = []
  }
  if (restBytes > 0) yield take(Buffer.alloc(0))
}

export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

/** A missing value is an empty field, an empty text is a quoted one. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean)
  return `"${text.replaceAll('"', '""').replaceAll('\0', '\ufffd')}"`
}

export async function flattenJsonLines(request: JsonLinesRequest): Promise<FlatLines> {
  const { fields } = request
  const steps = fields.map(readPath)
  const hash = createHash('sha256')
  const leftOut = new LeftOutLines()
  const output = await open(request.output, 'w')
  let pending: string[] = []
  let pendingLength = 0
  let rows = 0
  let bytes = 0
  let longestLine = 0
  try {
    const lines = readLines(request.path, (piece) => {
      request.signal.throwIfAborted()
      hash.update(piece)
      bytes += piece.length
    })
    for await (const { number, text } of lines) {
      if (text === null) {
        leftOut.add(number, 'the line is longer than 4 MB')
        continue
      }
      if (text.trim() === '') continue
      const object = parseObject(text)
      const reason = object === null ? 'it is not a JSON object' : request.check(object)
      if (object === null || reason !== null) {
        leftOut.add(number, reason ?? '')
        continue
      }
      let line: string
      try {
        line = `${fields.map((field, k) => cell(valueAt(object, field, steps[k]))).join(',')}\n`
      } catch {
        // What is nested too deeply for the stack can be parsed, and not be written again.
        leftOut.add(number, 'a value is nested too deeply')
        continue
      }
      pending.push(line)
      pendingLength += line.length
      // In UTF-8 a character takes at most three bytes for each unit of UTF-16.
      longestLine = Math.max(longestLine, 3 * line.length)
      rows++
      if (pendingLength < pieceBytes) continue
      await output.writeFile(pending.join(''))
      pending = []
      pendingLength = 0
      request.onProgress(bytes)
    }
    await output.writeFile(pending.join(''))
  } finally {
    await output.close()
  }
  return { sha256: hash.digest('hex'), rows, longestLine, leftOut: leftOut.found }
}

/** As DuckDB reads what `flattenJsonLines` wrote: columns c0, c1, … of texts. */
export function flatRelation(path: string, width: number, longestLine: number): string {
  const columns = Array.from({ length: width }, (_, k) => `'c${k}': 'VARCHAR'`).join(', ')
  const lineSize = Math.max(2_097_152, longestLine + 1)
  const options = [
    'auto_detect=false',
    'header=false',
    "delim=','",
    `quote='"'`,
    `escape='"'`,
    `max_line_size=${lineSize}`,
    // DuckDB would take 32 lines of the largest size; the buffer must only hold a few.
    `buffer_size=${lineSize * 4}`,
    "nullstr=''",
    'allow_quoted_nulls=false',
    `columns={${columns}}`,
  ]
  return `read_csv(${quoteText(path)}, ${options.join(', ')})`
}
