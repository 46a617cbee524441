import { randomBytes } from 'node:crypto'

/** A fresh id: a prefix that says what it names, and 16 random hexadecimal digits. */
export function newId<T extends string>(prefix: string): T {
  return `${prefix}_${randomBytes(8).toString('hex')}` as T
}
