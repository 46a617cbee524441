/**
 * How far rows are apart: numbers in units of the middle half of the data, texts 0 or 1, a missing value 1 from any other
 * (Gower 1971, with the interquartile range in place of the range, which outliers set).
 */
import { quantileOfSorted } from '../statistics/quantile.ts'
import type { GivenRows } from './given-rows.ts'
import { mapTo } from '../statistics/map-to.ts'

export interface RowDistance {
  /** Unit of each column; NaN for texts. */
  readonly units: Float64Array
  /** Between a row and a row of columns in the same order; stops adding once `most` is passed. */
  between(a: GivenRows, row: number, b: GivenRows, other: number, most?: number): number
  /** Of one column. */
  step(column: number, from: unknown, to: unknown): number
}

/** @param data rows that say how much a column varies */
export function makeRowDistance(data: GivenRows): RowDistance {
  const units = Float64Array.from(data.columns, ({ as, values }) => {
    if (as === 'string' || as === 'blob') return NaN
    const sorted = mapTo(Float64Array, values as ArrayLike<number | bigint>, Number)
      .filter(Number.isFinite)
      .sort()
    if (sorted.length === 0) return 1
    return quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25) || sorted.at(-1)! - sorted[0]! || 1
  })
  const step = (column: number, from: unknown, to: unknown): number => {
    const unit = units[column]!
    if (Number.isNaN(unit)) return from === to ? 0 : 1
    const distance = Math.abs(Number(from) - Number(to)) / unit
    if (!Number.isNaN(distance)) return distance
    return Number.isNaN(Number(from)) && Number.isNaN(Number(to)) ? 0 : 1
  }
  return {
    units,
    step,
    between: (a, row, b, other, most = Infinity) => {
      let sum = 0
      for (let k = 0; k < units.length && sum <= most; k++) {
        sum += step(k, a.columns[k]!.values[row], b.columns[k]!.values[other])
      }
      return sum
    },
  }
}
