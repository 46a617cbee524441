/**
 * Beam search over conjunctions of up to three conditions. Each step adds up losses by code, so that all conditions on a
 * column cost one pass over the rows of the slice that they are added to: rows × columns × beam at most, never rows².
 */
import type { CutColumn, Predicate } from './cut-column.ts'
import { statisticOf, without } from './slice-test.ts'
import type { Losses, Sums } from './slice-test.ts'

export interface SearchColumn extends CutColumn {
  /** One a row. */
  readonly coded: Uint8Array
}

/** A conjunction: places of columns, rising, and of one predicate in each. */
export interface Candidate extends Sums {
  readonly columns: readonly number[]
  readonly predicates: readonly number[]
  readonly statistic: number
}

export interface BeamResult {
  /** Every slice of at least the minimum size whose losses were added up, by number of conditions. */
  readonly computed: readonly (readonly Candidate[])[]
  /** How many slices could have been looked at, by number of conditions, whatever their size past the first. */
  readonly possible: readonly number[]
}

export interface BeamRequest {
  readonly columns: readonly SearchColumn[]
  readonly losses: Losses
  readonly depth: number
  readonly minimumRows: number
  readonly beam: number
  readonly progress: (done: number, total: number) => void
}

/** Of the first step's beam, at most this many conditions on one column, so that one column cannot fill it. */
const mostOfColumn = 4

/** Losses of some rows (all, where `rows` is null) added up by the code that a column gives them. */
function sumByCode(column: SearchColumn, losses: Losses, rows: Uint32Array | null): Sums[] {
  const n = new Float64Array(column.codes)
  const sum = new Float64Array(column.codes)
  const squares = new Float64Array(column.codes)
  const { coded } = column
  const { values } = losses
  if (rows === null) {
    for (let row = 0; row < coded.length; row++) {
      const code = coded[row]!
      const loss = values[row]!
      n[code]!++
      sum[code]! += loss
      squares[code]! += loss * loss
    }
  } else {
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!
      const code = coded[row]!
      const loss = values[row]!
      n[code]!++
      sum[code]! += loss
      squares[code]! += loss * loss
    }
  }
  return Array.from(n, (count, code) => ({ n: count, sum: sum[code]!, squares: squares[code]! }))
}

function sumOver(byCode: readonly Sums[], { first, last }: Predicate): Sums {
  let n = 0
  let sum = 0
  let squares = 0
  for (let code = first; code <= last; code++) {
    n += byCode[code]!.n
    sum += byCode[code]!.sum
    squares += byCode[code]!.squares
  }
  return { n, sum, squares }
}

/** Rows that meet each condition. @param among Rows to look at; null for all. */
export function rowsOf(
  columns: readonly SearchColumn[],
  slice: Pick<Candidate, 'columns' | 'predicates'>,
  total: number,
  among: Uint32Array | null = null,
): Uint32Array {
  let rows = among
  slice.columns.forEach((place, index) => {
    const { coded, predicates } = columns[place]!
    const { first, last } = predicates[slice.predicates[index]!]!
    const kept = new Uint32Array(rows ? rows.length : total)
    let count = 0
    for (let at = 0; at < kept.length; at++) {
      const row = rows ? rows[at]! : at
      const code = coded[row]!
      if (code >= first && code <= last) kept[count++] = row
    }
    rows = kept.subarray(0, count)
  })
  return rows ?? new Uint32Array(0)
}

/** Candidates by number of conditions: every one of one, and of more those that extend the best of one condition fewer. */
export function beamSearch(request: BeamRequest): BeamResult {
  const { columns, losses, depth, minimumRows, beam } = request
  const total = losses.values.length
  const steps = columns.length + (depth - 1) * beam
  const computed: Candidate[][] = [firstStep(request)]
  const large = (count: number): boolean => count >= minimumRows && total - count >= minimumRows
  request.progress(columns.length, steps)
  for (let size = 2; size <= depth; size++) {
    const seen = new Set<string>()
    const found: Candidate[] = []
    const parents = best(computed[size - 2]!, beam, size === 2 ? mostOfColumn : Infinity)
    parents.forEach((parent, index) => {
      const rows = rowsOf(columns, parent, total)
      columns.forEach((column, place) => {
        if (parent.columns.includes(place)) return
        const byCode = sumByCode(column, losses, rows)
        column.predicates.forEach((predicate, number) => {
          const sums = sumOver(byCode, predicate)
          // As large as its parent, the condition says nothing new.
          if (!large(sums.n) || sums.n === parent.n) return
          const joined = joinCondition(parent, place, number)
          const key = `${joined.columns.join()}|${joined.predicates.join()}`
          if (seen.has(key)) return
          seen.add(key)
          found.push({ ...joined, ...sums, statistic: statisticOf(losses.isRate, sums, without(losses.total, sums)) })
        })
      })
      request.progress(columns.length + (size - 2) * beam + index + 1, steps)
    })
    computed.push(found)
  }
  return { computed, possible: countPossible(columns, computed[0]!, depth) }
}

function firstStep({ columns, losses, minimumRows }: BeamRequest): Candidate[] {
  const total = losses.values.length
  return columns.flatMap((column, place) => {
    const byCode = sumByCode(column, losses, null)
    return column.predicates.flatMap((predicate, number) => {
      const sums = sumOver(byCode, predicate)
      if (sums.n < minimumRows || total - sums.n < minimumRows) return []
      const statistic = statisticOf(losses.isRate, sums, without(losses.total, sums))
      return [{ columns: [place], predicates: [number], ...sums, statistic }]
    })
  })
}

/** The worst slices, as far as they are worse than the rest. */
function best(candidates: readonly Candidate[], beam: number, mostEach: number): Candidate[] {
  const taken = new Map<number, number>()
  return candidates
    .filter(({ statistic }) => statistic > 0)
    .sort((a, b) => b.statistic - a.statistic)
    .filter(({ columns }) => {
      const count = taken.get(columns[0]!) ?? 0
      taken.set(columns[0]!, count + 1)
      return count < mostEach
    })
    .slice(0, beam)
}

function joinCondition(parent: Candidate, place: number, predicate: number): Pick<Candidate, 'columns' | 'predicates'> {
  const at = parent.columns.findIndex((column) => column > place)
  const position = at < 0 ? parent.columns.length : at
  return {
    columns: parent.columns.toSpliced(position, 0, place),
    predicates: parent.predicates.toSpliced(position, 0, predicate),
  }
}

/**
 * Elementary symmetric sums of the columns' numbers of conditions: how many conjunctions of 1, 2 or 3 there are. A
 * condition that is too rare alone is in none, which depends on the columns only and never on the losses.
 */
function countPossible(columns: readonly SearchColumn[], single: readonly Candidate[], depth: number): number[] {
  const sums = [1, ...new Array<number>(depth).fill(0)]
  columns.forEach((_, place) => {
    const own = single.filter((candidate) => candidate.columns[0] === place).length
    for (let size = depth; size >= 1; size--) sums[size]! += sums[size - 1]! * own
  })
  return sums.slice(1)
}
