/** What a model's whole-number inputs take: a cast would change anything else in silence. */
import { AssayError } from '../contract/errors.ts'

/** @param row counted from 1 */
export function notWhole(value: number | bigint | undefined, row: number, column: string): AssayError {
  return new AssayError({
    code: 'binding/not-an-integer',
    message: `Row ${row} of "${column}" is ${String(value)}; the input takes whole numbers.`,
    remedy: 'Fill or remove missing values in that column, or bind another.',
    where: { row, column },
  })
}

/** @param row counted from 1 */
export function outOfRange(value: number | bigint, row: number, column: string, type: string): AssayError {
  return new AssayError({
    code: 'binding/integer-range',
    message: `Row ${row} of "${column}" is ${String(value)}, which the input’s type ${type} cannot hold.`,
    remedy: 'Correct the value, bind another column, or export the model with a wider type.',
    where: { row, column, type },
  })
}
