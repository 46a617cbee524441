/** Records of a delimited text, piece by piece: RFC 4180 with any delimiter and quote, newlines inside quotes included. */

export interface CsvRecord {
  readonly fields: readonly string[]
  /** Physical line on which it starts, from 1. */
  readonly line: number
}

export class CsvRecords {
  readonly #delimiter: string
  readonly #quote: string
  #field = ''
  #fields: string[] = []
  #quoted = false
  /** A quote inside quotes was read: the next character says whether it is doubled or ends the field. */
  #quoteEnds = false
  #touched = false
  #line = 1
  #recordLine = 1
  #lastWasCr = false

  constructor(delimiter: string, quote: string) {
    this.#delimiter = delimiter
    this.#quote = quote
  }

  *push(text: string): Generator<CsvRecord> {
    for (let at = 0; at < text.length; at++) {
      const char = text[at]!
      const afterCr = this.#lastWasCr
      this.#lastWasCr = false
      if (this.#quoted && !this.#quoteEnds) {
        if (char === this.#quote) this.#quoteEnds = true
        else {
          this.#field += char
          if (char === '\n') this.#line++
        }
        continue
      }
      if (this.#quoteEnds && char === this.#quote) {
        this.#field += char
        this.#quoteEnds = false
        continue
      }
      if (char === this.#quote && this.#field === '' && !this.#quoteEnds) {
        this.#quoted = true
        this.#touched = true
        continue
      }
      if (char === this.#delimiter) {
        this.#endField()
        this.#touched = true
        continue
      }
      if (char === '\n' || char === '\r') {
        if (char === '\n' && afterCr) {
          this.#recordLine = ++this.#line
          continue
        }
        const record = this.#endRecord()
        if (record) yield record
        if (char === '\r') this.#lastWasCr = true
        else this.#line++
        this.#recordLine = this.#line
        continue
      }
      // A character after a closing quote belongs to the field: readers of such files have it so.
      this.#quoted = false
      this.#quoteEnds = false
      this.#field += char
      this.#touched = true
    }
  }

  /** The last record, where the text does not end with a newline. */
  end(): CsvRecord | null {
    return this.#endRecord()
  }

  #endField(): void {
    this.#fields.push(this.#field)
    this.#field = ''
    this.#quoted = false
    this.#quoteEnds = false
  }

  /** null for a blank line. */
  #endRecord(): CsvRecord | null {
    if (!this.#touched) {
      this.#quoted = false
      return null
    }
    this.#endField()
    const record = { fields: this.#fields, line: this.#recordLine }
    this.#fields = []
    this.#touched = false
    return record
  }
}
