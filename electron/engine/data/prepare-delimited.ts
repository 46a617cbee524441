/**
 * Reads a delimited file once from end to end: its hash, whether its bytes are what the encoding allows, and whether
 * every row is whole. Where DuckDB could not read it as it is, a clean UTF-8 copy is written beside.
 */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import iconv from 'iconv-lite'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dialect } from './detect-dialect.ts'
import { DelimitedScanner } from './scan-delimited.ts'
import type { BadRow, ScanFacts } from './scan-delimited.ts'

export interface PreparedDelimited {
  /** What DuckDB reads: the file itself, or the clean copy. */
  readonly path: string
  readonly dialect: Dialect
  readonly sha256: string
  readonly facts: ScanFacts
  /** Physical lines that DuckDB must skip. */
  readonly skipLines: number
}

export interface PrepareRequest {
  readonly path: string
  readonly fileName: string
  readonly bytes: number
  readonly dialect: Dialect
  readonly encodingGiven: boolean
  readonly badRows: 'stop' | 'skip'
  /** Where a clean copy may be written. */
  readonly copyPath: string
  readonly signal: AbortSignal
  readonly onProgress: (done: number) => void
}

const pieceBytes = 1024 * 1024

/** @throws AssayError dataset/ragged-row, dataset/stray-quote, dataset/open-quote, dataset/line-too-long, dataset/no-rows */
export async function prepareDelimited(request: PrepareRequest): Promise<PreparedDelimited> {
  let { dialect } = request
  let copied = dialect.encoding !== 'utf-8'
  let pass = await onePass(request, dialect, copied)
  if (!pass.validUtf8 && dialect.encoding === 'utf-8' && !request.encodingGiven) {
    // The sample was plain ASCII and the rest is not UTF-8.
    dialect = { ...dialect, encoding: 'windows-1252' }
    copied = true
    pass = await onePass(request, dialect, copied)
  }
  const { facts } = pass
  const [first] = facts.badRows
  if (first && request.badRows === 'stop') throw badRow(first, facts, request.fileName)
  if (facts.rows === 0) throw badRow(first!, facts, request.fileName)
  // DuckDB counts a header of several lines as one.
  const needsCopy = facts.badCount > 0 || facts.headerHasNewline || (facts.width === 1 && facts.blankLines > 0)
  if (needsCopy && !copied) {
    copied = true
    pass = await onePass(request, dialect, copied)
  }
  return {
    path: copied ? request.copyPath : request.path,
    dialect,
    sha256: pass.sha256,
    facts,
    skipLines: copied ? 0 : facts.headerPhysicalLines,
  }
}

function badRow(row: BadRow, facts: ScanFacts, fileName: string): AssayError {
  const more = facts.badCount > 1 ? ` ${facts.badCount - 1} more rows have the same trouble.` : ''
  const skip = 'Or import with bad rows left out (--skip-bad-rows).'
  if (row.kind === 'stray-quote') {
    return new AssayError({
      code: 'dataset/stray-quote',
      message: `Line ${row.line} of ${fileName} has text after a closing quote.${more}`,
      remedy: `Double the quotes inside the field at line ${row.line}. ${skip}`,
      where: { file: fileName, line: row.line, badRows: facts.badCount },
    })
  }
  return new AssayError({
    code: 'dataset/ragged-row',
    message: `Line ${row.line} of ${fileName} has ${row.actual} ${row.actual === 1 ? 'field' : 'fields'}, the header has ${facts.width}.${more}`,
    remedy: `${row.actual > facts.width ? 'An unquoted delimiter' : 'A missing delimiter or a footer'}? Open the file at line ${row.line}. ${skip}`,
    where: { file: fileName, line: row.line, expected: facts.width, actual: row.actual, badRows: facts.badCount },
  })
}

interface Pass {
  readonly sha256: string
  readonly facts: ScanFacts
  readonly validUtf8: boolean
}

async function onePass(request: PrepareRequest, dialect: Dialect, copy: boolean): Promise<Pass> {
  const hash = createHash('sha256')
  const decoder = dialect.encoding === 'utf-8' ? null : iconv.getDecoder(dialect.encoding)
  const output = copy ? await open(request.copyPath, 'w') : null
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  const scanner = new DelimitedScanner({
    delimiter: dialect.delimiter.charCodeAt(0),
    quote: dialect.quote.charCodeAt(0),
    headerRecords: dialect.headerLines,
    width: null,
    fileName: request.fileName,
    keep: output
      ? (bytes) => {
          pending.push(bytes)
          pendingBytes += bytes.length
        }
      : null,
  })
  const flush = async (atLeast: number): Promise<void> => {
    if (!output || pendingBytes < atLeast) return
    await output.writeFile(Buffer.concat(pending))
    pending = []
    pendingBytes = 0
  }
  const utf8 = new Utf8Check()
  let done = 0
  let atStart = true
  try {
    for await (const piece of createReadStream(request.path, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>) {
      request.signal.throwIfAborted()
      hash.update(piece)
      let bytes: Uint8Array = piece
      if (atStart && dialect.bom) bytes = piece.subarray(dialect.encoding === 'utf-8' ? 3 : 2)
      atStart = false
      if (decoder) bytes = Buffer.from(decoder.write(Buffer.from(bytes)))
      else utf8.push(bytes)
      scanner.push(bytes)
      await flush(pieceBytes)
      done += piece.length
      request.onProgress(done)
    }
    const rest = decoder?.end()
    if (rest) scanner.push(Buffer.from(rest))
    const facts = scanner.end()
    await flush(0)
    await output?.sync()
    return { sha256: hash.digest('hex'), facts, validUtf8: utf8.end() }
  } finally {
    await output?.close()
  }
}

/** Validates UTF-8 piece by piece; a character cut by a piece's end waits for the next. */
class Utf8Check {
  #rest: Uint8Array = new Uint8Array()
  #valid = true

  push(piece: Uint8Array): void {
    if (!this.#valid) return
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece]) : piece
    let end = bytes.length
    // Back to the start of the last character, at most three bytes away.
    for (let back = 1; back <= Math.min(4, bytes.length); back++) {
      const byte = bytes[bytes.length - back]!
      if ((byte & 0xc0) === 0x80) continue
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
      if (needed > back) end = bytes.length - back
      break
    }
    this.#valid = isUtf8(bytes.subarray(0, end))
    this.#rest = bytes.slice(end)
  }

  end(): boolean {
    return this.#valid && this.#rest.length === 0
  }
}
