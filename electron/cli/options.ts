/** Reading what people type behind options; what cannot be read is a usage error. */
import { AssayError } from '../../shared/contract/errors.ts'

/** @param code For example `margin`: the error is then usage/margin. */
export function usage(code: string, message: string): AssayError {
  return new AssayError({ code: `usage/${code}`, message, remedy: 'See --help.' })
}

export function readNumber(text: string, code: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw usage(code, `"${text}" is not a number.`)
}

/** For options that may be given several times. */
export const collect = (text: string, before: string[]): string[] => [...before, text]

export const real = (text: string): number => readNumber(text, 'number')

export function wholeOrZero(text: string): number {
  const value = readNumber(text, 'number')
  if (Number.isInteger(value) && value >= 0) return value
  throw usage('number', `"${text}" is not a whole number of 0 or more.`)
}

/** @param what For example `stage`: the error is then usage/stage. */
export function oneOf<T extends string>(what: string, options: readonly T[], given: string): T {
  const found = options.find((option) => option === given)
  if (found) return found
  throw new AssayError({
    code: `usage/${what}`,
    message: `"${given}" is not a ${what}.`,
    remedy: `It is one of ${options.join(', ')}.`,
  })
}

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw usage('number', `"${text}" is not a whole number above 0.`)
}
