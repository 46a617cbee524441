/** Of slices that owe their losses to the same rows, the one that stands out most; the others only repeat it. */
import { rowsOf } from './beam.ts'
import type { Candidate, SearchColumn } from './beam.ts'
import { statisticOf, without } from './slice-test.ts'
import type { Losses, Sums } from './slice-test.ts'

/** A slice with more of its rows in another than this is a part of it. */
const partOf = 0.75
/** Rows that differ from those around them by fewer standard errors than this add nothing. */
const standsOut = 3
/** Each costs a pass over its rows for each slice that is shown. */
const mostCompared = 300

interface Shown<T> {
  readonly slice: T
  readonly member: Uint8Array
}

/**
 * Goes through the slices from the worst on. One that is part of a slice shown already is kept where it is worse than
 * the rest of that slice; another where its rows that no shown slice holds are worse than the rows outside.
 *
 * @param slices Worst first.
 */
export function leaveOutSimilar<T extends Candidate>(
  columns: readonly SearchColumn[],
  losses: Losses,
  slices: readonly T[],
  most: number,
): { kept: T[]; similar: number } {
  const total = losses.values.length
  const shown: Shown<T>[] = []
  const covered = new Uint8Array(total)
  let coveredSums: Sums = { n: 0, sum: 0, squares: 0 }
  for (const slice of slices.slice(0, mostCompared)) {
    if (shown.length >= most) break
    const rows = rowsOf(columns, slice, total)
    const fresh = without(slice, sumWithin(losses, rows, covered))
    const around = shown.filter(({ member }) => sumWithin(losses, rows, member).n >= partOf * slice.n)
    const keeps =
      around.length > 0
        ? around.every((one) => {
            const common = sumWithin(losses, rows, one.member)
            return statisticOf(losses.isRate, common, without(one.slice, common)) >= standsOut
          })
        : fresh.n === slice.n ||
          statisticOf(losses.isRate, fresh, without(without(losses.total, coveredSums), fresh)) >= standsOut
    if (!keeps) continue
    const member = new Uint8Array(total)
    for (const row of rows) {
      member[row] = 1
      covered[row] = 1
    }
    coveredSums = {
      n: coveredSums.n + fresh.n,
      sum: coveredSums.sum + fresh.sum,
      squares: coveredSums.squares + fresh.squares,
    }
    shown.push({ slice, member })
  }
  return { kept: shown.map(({ slice }) => slice), similar: slices.length - shown.length }
}

/** Losses of the rows that are members. */
function sumWithin(losses: Losses, rows: Uint32Array, member: Uint8Array): Sums {
  let n = 0
  let sum = 0
  let squares = 0
  for (const row of rows) {
    if (member[row] === 0) continue
    n++
    sum += losses.values[row]!
    squares += losses.values[row]! ** 2
  }
  return { n, sum, squares }
}
