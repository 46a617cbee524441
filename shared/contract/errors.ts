/**
 * Expected failures are values with a code that never changes its meaning; anything else that is thrown is a bug.
 * The code is `area/what`, for example `dataset/ragged-row`; `area/internal` is a bug that had to become a value. The
 * message says what happened, `where` says where, `remedy` says what to do.
 */
export interface AssayErrorData {
  readonly code: string
  readonly message: string
  readonly remedy: string
  /** Places and quantities: a line number, a column name, expected and actual. */
  readonly where?: Readonly<Record<string, string | number | boolean | null>>
}

export class AssayError extends Error {
  readonly code: string
  readonly remedy: string
  readonly where: Readonly<Record<string, string | number | boolean | null>>

  constructor(data: AssayErrorData, options?: ErrorOptions) {
    super(data.message, options)
    this.name = 'AssayError'
    this.code = data.code
    this.remedy = data.remedy
    this.where = data.where ?? {}
  }

  toJSON(): AssayErrorData {
    return { code: this.code, message: this.message, remedy: this.remedy, where: this.where }
  }
}

/** Cancellation is neither a failure nor a bug: the user asked for it. */
export class Cancelled extends Error {
  constructor(what: string) {
    super(`${what} was cancelled`)
    this.name = 'Cancelled'
  }
}
