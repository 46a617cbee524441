/** Changes of one column to values of the data, within what a person allows, with their costs. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { CounterfactualRequest } from '../../../shared/contract/explain-turning.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import type { RowDistance } from '../../../shared/explain/row-distance.ts'
import { noSuchColumn } from './change-values.ts'
import { ownValue } from '../../../shared/format/own-value.ts'

const gridSize = 16

export interface Change {
  readonly column: number
  readonly value: unknown
  readonly cost: number
}

export interface Candidates {
  readonly single: readonly Change[]
  /** Values of the data from the row's own (excluded) to the change's (included), nearest first; none for a text. */
  valuesBetween(change: Change): readonly number[]
  /** A change of a number. */
  at(column: number, value: number): Change
}

/** @throws AssayError explain/no-such-column, explain/bad-bound */
export function candidatesOf(
  given: GivenRows,
  data: GivenRows,
  distance: RowDistance,
  { fixed, bounds, costs }: Pick<CounterfactualRequest, 'fixed' | 'bounds' | 'costs'>,
): Candidates {
  const names = given.columns.map((column) => column.name)
  for (const name of [...fixed, ...Object.keys(bounds), ...Object.keys(costs)]) {
    if (!names.includes(name)) throw noSuchColumn(name, names)
  }
  for (const [name, { low, high }] of Object.entries(bounds)) {
    const isNumber = given.columns.some((column) => column.name === name && column.as !== 'string')
    if (isNumber && (low ?? -Infinity) <= (high ?? Infinity)) continue
    throw new AssayError({
      code: 'explain/bad-bound',
      message: isNumber
        ? `No number lies between the bounds of "${name}".`
        : `"${name}" holds no numbers to be bounded.`,
      remedy: isNumber ? 'Give the lower one first.' : 'Keep it fixed, or leave its bounds out.',
      where: { column: name },
    })
  }
  const isFixed = new Set(fixed)
  const sorted = given.columns.map((column, place) => {
    if (column.as === 'string' || column.as === 'blob') return []
    const { low, high } = ownValue(bounds, column.name) ?? { low: null, high: null }
    const all = Float64Array.from(data.columns[place]!.values as ArrayLike<number | bigint>, Number)
      .filter((value) => Number.isFinite(value) && value >= (low ?? -Infinity) && value <= (high ?? Infinity))
      .sort()
    return [...new Set(all)]
  })
  const change = (column: number, value: unknown): Change => {
    const { name, values } = given.columns[column]!
    return { column, value, cost: (ownValue(costs, name) ?? 1) * distance.step(column, values[0], value) }
  }
  const at = (column: number, value: number): Change =>
    change(column, given.columns[column]!.as === 'bigint' ? BigInt(value) : value)
  return {
    at,
    valuesBetween: ({ column, value }) => {
      const [from, to] = [Number(given.columns[column]!.values[0]), Number(value)]
      if (!Number.isFinite(from)) return []
      const between = sorted[column]!.filter((one) => (to > from ? one > from && one <= to : one < from && one >= to))
      return to > from ? between : between.reverse()
    },
    single: given.columns.flatMap((column, place): Change[] => {
      if (isFixed.has(column.name) || column.as === 'blob') return []
      const own = column.values[0] as unknown
      if (column.as === 'string') {
        const distinct = new Set(data.columns[place]!.values as (string | null)[])
        return [...distinct]
          .filter((value) => value !== null && value !== own)
          .slice(0, gridSize)
          .map((value) => change(place, value))
      }
      const values = sorted[place]!
      // By rank in the data, so that common values are near one another.
      const all = data.columns[place]!.values as ArrayLike<number | bigint>
      const ranked = Float64Array.from(all, Number)
        .filter((value) => values.length > 0 && value >= values[0]! && value <= values.at(-1)!)
        .sort()
      const grid = new Set(
        Array.from(
          { length: ranked.length === 0 ? 0 : gridSize },
          (_, k) => ranked[Math.round((k / (gridSize - 1)) * (ranked.length - 1))]!,
        ),
      )
      return [...grid].filter((value) => value !== Number(own)).map((value) => at(place, value))
    }),
  }
}
