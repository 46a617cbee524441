/**
 * One pass over the bytes of a delimited file: is every record complete and as wide as the header, and where is it not?
 * DuckDB parses in parallel and cannot always say the line; this can, at a few hundred megabytes a second. The same pass
 * writes a clean copy where one is needed (another encoding, rows left out).
 */
import { AssayError } from '../../../shared/contract/errors.ts'

export interface BadRow {
  readonly line: number
  readonly kind: 'ragged' | 'stray-quote'
  readonly actual: number
}

export interface ScanFacts {
  /** Complete records of the right width, the header left out. */
  readonly rows: number
  readonly badRows: readonly BadRow[]
  readonly badCount: number
  readonly width: number
  readonly longestLine: number
  /** Lines that the header takes, blank lines before it counted. */
  readonly headerPhysicalLines: number
  /** A name in the header has a line end in it. */
  readonly headerHasNewline: boolean
  /** Blank lines among the rows. */
  readonly blankLines: number
}

/** A line past this is no table: DuckDB's buffers and any reader of the file would suffer. */
const longestLineBytes = 4 * 1024 * 1024
const keptBadRows = 100

const states = { fieldStart: 0, plain: 1, quoted: 2, quoteInQuoted: 3 } as const
const [LF, CR] = [10, 13]

export interface ScanOptions {
  readonly delimiter: number
  readonly quote: number
  /** Records before the data. */
  readonly headerRecords: number
  /** Expected fields; null takes the first record's. */
  readonly width: number | null
  readonly fileName: string
  /** Called with each record that is kept, its newline included; null where no copy is wanted. */
  readonly keep: ((bytes: Uint8Array) => void) | null
}

export class DelimitedScanner {
  readonly #options: ScanOptions
  #state: number = states.fieldStart
  #fields = 1
  #line = 1
  #recordLine = 1
  #recordLength = 0
  #quoteLine = 0
  #stray = false
  #lastWasCr = false
  #records = 0
  #rows = 0
  #width: number | null
  #longest = 0
  #badCount = 0
  #badRows: BadRow[] = []
  #headerPhysicalLines = 0
  #headerHasNewline = false
  #blankLines = 0
  /** Parts of the present record that came with earlier pieces. */
  #held: Uint8Array[] = []

  constructor(options: ScanOptions) {
    this.#options = options
    this.#width = options.width
  }

  /** @throws AssayError dataset/line-too-long */
  push(bytes: Uint8Array): void {
    const { delimiter, quote } = this.#options
    let recordStart = 0
    let state = this.#state
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (byte === LF && this.#lastWasCr) {
        // The second half of CRLF: the record ended at the CR already.
        this.#lastWasCr = false
        if (state === states.quoted) continue
        this.#takeNewline(bytes, recordStart, at + 1)
        recordStart = at + 1
        continue
      }
      if (this.#lastWasCr && state !== states.quoted) {
        this.#takeNewline(bytes, recordStart, at)
        recordStart = at
      }
      this.#lastWasCr = byte === CR
      if (state === states.quoted) {
        if (byte === quote) state = states.quoteInQuoted
        else if (byte === LF || byte === CR) this.#line++
        continue
      }
      if (byte === delimiter) {
        this.#fields++
        state = states.fieldStart
      } else if (byte === LF || byte === CR) {
        this.#line++
        state = states.fieldStart
        if (byte === LF) {
          this.#takeNewline(bytes, recordStart, at + 1)
          recordStart = at + 1
        }
      } else if (byte === quote) {
        if (state === states.fieldStart) {
          state = states.quoted
          this.#quoteLine = this.#line
        } else if (state === states.quoteInQuoted) state = states.quoted
      } else if (state === states.quoteInQuoted) {
        // Text after a closing quote: the quotes of this record cannot be trusted.
        this.#stray = true
        state = states.plain
      } else state = states.plain
    }
    this.#state = state
    this.#recordLength += bytes.length - recordStart
    if (this.#recordLength > longestLineBytes) this.#refuseLength()
    // Short records are held in any case: whether one is blank is known at its end only.
    if (recordStart < bytes.length && (this.#options.keep || this.#recordLength <= 2))
      this.#held.push(bytes.slice(recordStart))
  }

  /** @throws AssayError dataset/open-quote, dataset/no-rows */
  end(): ScanFacts {
    const { fileName } = this.#options
    if (this.#state === states.quoted) {
      throw new AssayError({
        code: 'dataset/open-quote',
        message: `A quote opened at line ${this.#quoteLine} of ${fileName} is never closed.`,
        remedy: `Close or remove the quote at line ${this.#quoteLine}.`,
        where: { file: fileName, line: this.#quoteLine },
      })
    }
    if (this.#recordLength > 0 || this.#held.length > 0 || this.#lastWasCr) this.#takeNewline(new Uint8Array(), 0, 0)
    if (this.#rows === 0 && this.#badCount === 0) {
      throw new AssayError({
        code: 'dataset/no-rows',
        message: `${fileName} has a header and no rows.`,
        remedy: 'Choose a file with at least one row of data.',
        where: { file: fileName, rows: 0 },
      })
    }
    return {
      rows: this.#rows,
      badRows: this.#badRows,
      badCount: this.#badCount,
      width: this.#width ?? 0,
      longestLine: this.#longest,
      headerPhysicalLines: this.#headerPhysicalLines,
      headerHasNewline: this.#headerHasNewline,
      blankLines: this.#blankLines,
    }
  }

  /** The record ends: bytes[from, to) are its last part. */
  #takeNewline(bytes: Uint8Array, from: number, to: number): void {
    const length = this.#recordLength + (to - from)
    if (length > this.#longest) this.#longest = length
    if (length > longestLineBytes) this.#refuseLength()
    const blank = this.#fields === 1 && length <= 2 && !hasText(this.#held, bytes, from, to)
    let kept = false
    if (!blank) kept = this.#takeRecord()
    else if (this.#records < this.#options.headerRecords) this.#headerPhysicalLines = this.#line - 1
    else this.#blankLines++
    if (this.#options.keep) {
      if (kept) {
        for (const part of this.#held) this.#options.keep(part)
        this.#options.keep(bytes.subarray(from, to))
      }
    }
    this.#held = []
    this.#fields = 1
    this.#recordLength = 0
    this.#stray = false
    this.#recordLine = this.#line
    this.#lastWasCr = false
  }

  #takeRecord(): boolean {
    const number = this.#records++
    this.#width ??= this.#fields
    if (number < this.#options.headerRecords) {
      this.#headerPhysicalLines = this.#line - 1
      if (this.#line - this.#recordLine > 1) this.#headerHasNewline = true
      return false
    }
    if (this.#stray || this.#fields !== this.#width) {
      this.#badCount++
      if (this.#badRows.length < keptBadRows) {
        this.#badRows.push({
          line: this.#recordLine,
          kind: this.#stray ? 'stray-quote' : 'ragged',
          actual: this.#fields,
        })
      }
      return false
    }
    this.#rows++
    return true
  }

  #refuseLength(): never {
    throw new AssayError({
      code: 'dataset/line-too-long',
      message: `Line ${this.#recordLine} of ${this.#options.fileName} is longer than ${longestLineBytes / 1024 / 1024} MB.`,
      remedy: 'Check the delimiter and the quotes at that line; a table has a line end after each row.',
      where: { file: this.#options.fileName, line: this.#recordLine, limitBytes: longestLineBytes },
    })
  }
}

function hasText(held: readonly Uint8Array[], bytes: Uint8Array, from: number, to: number): boolean {
  const isText = (byte: number) => byte !== LF && byte !== CR
  return held.some((part) => part.some(isText)) || bytes.subarray(from, to).some(isText)
}
