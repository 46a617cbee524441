/** A row with some values changed by a person. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { ownValue } from '../../../shared/format/own-value.ts'

/** Values as text by column; null for a missing value. */
export type Changes = Readonly<Record<string, string | null>>

/** @throws AssayError explain/no-such-column, explain/bad-value */
export function changeValues(given: GivenRows, changes: Changes): GivenRows {
  for (const name of Object.keys(changes)) {
    if (given.columns.some((column) => column.name === name)) continue
    throw noSuchColumn(
      name,
      given.columns.map((column) => column.name),
    )
  }
  return {
    ...given,
    columns: given.columns.map((column): GivenColumn => {
      const change = ownValue(changes, column.name)
      return change === undefined ? column : { ...column, values: oneValue(column, change) }
    }),
  }
}

function oneValue(column: GivenColumn, text: string | null): GivenColumn['values'] {
  if (column.as === 'string') return [text]
  const number = text === null ? NaN : Number(text)
  const isWhole = column.as === 'bigint'
  if ((text !== null && (text.trim() === '' || !Number.isFinite(number))) || (isWhole && !Number.isInteger(number))) {
    throw new AssayError({
      code: 'explain/bad-value',
      message: `"${text ?? 'missing'}" is not a ${isWhole ? 'whole ' : ''}number; the model takes one in "${column.name}".`,
      remedy: isWhole ? 'Give a whole number.' : 'Give a number, or leave the value missing.',
      where: { column: column.name },
    })
  }
  if (isWhole) return BigInt64Array.of(BigInt(number))
  return column.as === 'float' ? Float32Array.of(number) : Float64Array.of(number)
}

export function noSuchColumn(name: string, columns: readonly string[]): AssayError {
  return new AssayError({
    code: 'explain/no-such-column',
    message: `The model takes no column "${name}".`,
    remedy: `It takes ${columns.slice(0, 10).join(', ')}.`,
    where: { column: name },
  })
}
