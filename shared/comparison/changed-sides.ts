/** Rows on which two models part: put right by the other, or put wrong. */
import type { ChangedRow, ChangedSides } from '../contract/comparison.ts'
import { proportionMetric } from '../metrics/metric.ts'

/** Rows of each kind that are named; all are counted. */
const named = 100

/** Keeps the rows with the largest moves without sorting all of them. */
class LargestMoves {
  readonly #rows: { row: number; moved: number }[] = []

  add(row: number, moved: number): void {
    const last = this.#rows[this.#rows.length - 1]
    if (this.#rows.length >= named && last && moved <= last.moved) return
    let at = this.#rows.length
    while (at > 0 && this.#rows[at - 1]!.moved < moved) at--
    this.#rows.splice(at, 0, { row, moved })
    if (this.#rows.length > named) this.#rows.pop()
  }

  list(): readonly { readonly row: number; readonly moved: number }[] {
    return this.#rows
  }
}

export interface LabelsRequest {
  /** Class index, or −1 for a class that the models never name. */
  readonly y: Int32Array
  /** Class called, −1 for one that is not among `labels`. */
  readonly other: Int32Array
  readonly reference: Int32Array
  readonly labels: readonly string[]
  /** How far the two scores of a row lie apart. */
  readonly movedAt: (row: number) => number
  /** Number of the row in the dataset, from 0. */
  readonly rowNumber: Uint32Array
}

const otherClass = '(another class)'

/**
 * Rows that another model calls otherwise: how many it put right, broke, or left wrong in another way, and of the first
 * two those that moved furthest.
 *
 * @param request class numbers a row, −1 for a class that neither names
 */
export function changedLabels(request: LabelsRequest): ChangedSides {
  const { y, other, reference, labels, movedAt, rowNumber } = request
  const size = labels.length
  const counts = Array.from({ length: size + 1 }, () => new Array<number>(size + 1).fill(0))
  const at = (k: number) => (k < 0 ? size : k)
  const fixedRows = new LargestMoves()
  const brokenRows = new LargestMoves()
  let fixed = 0
  let broken = 0
  let otherwiseWrong = 0
  for (let row = 0; row < y.length; row++) {
    const before = reference[row]!
    const after = other[row]!
    counts[at(before)]![at(after)]!++
    if (before === after) continue
    if (y[row]! >= 0 && after === y[row]) {
      fixed++
      fixedRows.add(row, movedAt(row))
    } else if (y[row]! >= 0 && before === y[row]) {
      broken++
      brokenRows.add(row, movedAt(row))
    } else otherwiseWrong++
  }
  const nameOf = (k: number) => labels[k] ?? otherClass
  const list = (moves: LargestMoves): ChangedRow[] =>
    moves.list().map(({ row, moved }) => ({
      row: rowNumber[row]! + 1,
      truth: nameOf(y[row]!),
      reference: nameOf(reference[row]!),
      other: nameOf(other[row]!),
      moved,
    }))
  const beyond = counts[size]!.some((n) => n > 0) || counts.some((cells) => cells[size]! > 0)
  const shown = beyond ? size + 1 : size
  return {
    fixed,
    broken,
    otherwiseWrong,
    fixedShare: proportionMetric(fixed, fixed + broken, 'no row changed sides'),
    fixedRows: list(fixedRows),
    brokenRows: list(brokenRows),
    decisions: {
      labels: Array.from({ length: shown }, (_, k) => nameOf(k)),
      counts: counts.slice(0, shown).map((cells) => cells.slice(0, shown)),
    },
  }
}

export interface ValuesRequest {
  readonly y: Float64Array
  readonly other: Float64Array
  readonly reference: Float64Array
  readonly rowNumber: Uint32Array
}

/** Errors nearer to each other than this share of the target count as equal: float32 carries no more. */
const rounding = 1e-6

/** For a regression a row is fixed where the other is nearer to the target, and broken where it is farther. */
export function changedValues({ y, other, reference, rowNumber }: ValuesRequest): ChangedSides {
  const fixedRows = new LargestMoves()
  const brokenRows = new LargestMoves()
  let fixed = 0
  let broken = 0
  for (let row = 0; row < y.length; row++) {
    const gain = Math.abs(y[row]! - reference[row]!) - Math.abs(y[row]! - other[row]!)
    if (Math.abs(gain) <= rounding * Math.abs(y[row]!)) continue
    if (gain > 0) {
      fixed++
      fixedRows.add(row, gain)
    } else {
      broken++
      brokenRows.add(row, -gain)
    }
  }
  const list = (moves: LargestMoves): ChangedRow[] =>
    moves.list().map(({ row, moved }) => ({
      row: rowNumber[row]! + 1,
      truth: String(y[row]!),
      reference: String(reference[row]!),
      other: String(other[row]!),
      moved,
    }))
  return {
    fixed,
    broken,
    otherwiseWrong: 0,
    fixedShare: proportionMetric(fixed, fixed + broken, 'no row is nearer to the target with one than with the other'),
    fixedRows: list(fixedRows),
    brokenRows: list(brokenRows),
    decisions: null,
  }
}
