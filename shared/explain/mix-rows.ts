/** Rows made of a row's values and a background row's: what a coalition of columns is scored with. */
import type { GivenColumn } from '../contract/scorer-messages.ts'
import type { ColumnValues } from '../scoring/columns.ts'
import { pick } from './given-rows.ts'
import type { GivenRows } from './given-rows.ts'

export interface Mixed {
  readonly row: number
  readonly background: number
  readonly fromRow: (player: number) => boolean
}

/** @returns the player of column j; player p has the column `columns[p]` */
export function playerOfColumn(columns: readonly string[], given: readonly GivenColumn[]): number[] {
  return given.map((column) => columns.indexOf(column.name))
}

/** @param players the player of each column; a column of player −1 comes from the row */
export function mixRows(
  players: readonly number[],
  rows: GivenRows,
  background: GivenRows,
  mixed: readonly Mixed[],
): GivenColumn[] {
  return rows.columns.map((column, j) => {
    const player = players[j]!
    const other = background.columns[j]!.values
    const own = column.values
    const values: ColumnValues = pick(own, new Uint8Array(mixed.length))
    mixed.forEach((one, k) => {
      const isOwn = player < 0 || one.fromRow(player)
      ;(values as unknown[])[k] = isOwn ? own[one.row]! : other[one.background]!
    })
    return { ...column, values }
  })
}
