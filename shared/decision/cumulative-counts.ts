/**
 * The run's rows sorted by score once, as cumulative counts: after that, what a threshold, a capacity or a cost gives is
 * found by halving, however many rows there are.
 */
import type { Payoff } from '../contract/decision.ts'
import { groupScores } from '../metrics/ranked-groups.ts'

export interface CumulativeCounts {
  /** Distinct scores, falling. */
  readonly threshold: Float32Array | Float64Array
  /** Positive rows at or above each threshold. */
  readonly tp: Uint32Array
  /** Negative rows at or above each threshold. */
  readonly fp: Uint32Array
  readonly positives: number
  readonly negatives: number
  /** Positions on the upper convex hull of (fp, tp), the first and the last included, rising; −1 selects no row. */
  readonly hull: Int32Array
}

/** Position that selects no row. */
const selectNone = -1

/**
 * @param y 1 where the row is positive, else 0.
 * @param score One finite score a row, higher for rows that are more surely positive.
 */
export function cumulativeCounts(y: Uint8Array, score: Float32Array | Float64Array): CumulativeCounts {
  const groups = groupScores(y, score)
  const size = groups.threshold.length
  const tp = new Uint32Array(size)
  const fp = new Uint32Array(size)
  for (let g = 0, p = 0, q = 0; g < size; g++) {
    tp[g] = p += groups.positives[g]!
    fp[g] = q += groups.negatives[g]!
  }
  const { positiveRows: positives, negativeRows: negatives, threshold } = groups
  return { threshold, tp, fp, positives, negatives, hull: upperHull(tp, fp) }
}

/** As `cumulativeCounts`, from one object, as a worker thread is given it. */
export function cumulativeCountsOf(input: {
  readonly y: Uint8Array
  readonly score: Float32Array | Float64Array
}): CumulativeCounts {
  return cumulativeCounts(input.y, input.score)
}

/** Andrew's monotone chain (1979) over points that rise in both directions: one pass. */
function upperHull(tp: Uint32Array, fp: Uint32Array): Int32Array {
  const kept: number[] = [selectNone]
  const x = (at: number) => (at < 0 ? 0 : fp[at]!)
  const y = (at: number) => (at < 0 ? 0 : tp[at]!)
  for (let at = 0; at < tp.length; at++) {
    while (kept.length > 1) {
      const last = kept[kept.length - 1]!
      const before = kept[kept.length - 2]!
      // Kept while the path turns right. Counts stay below 2^32, so the products are exact enough to be compared.
      if ((y(last) - y(before)) * (x(at) - x(last)) > (y(at) - y(last)) * (x(last) - x(before))) break
      kept.pop()
    }
    kept.push(at)
  }
  return Int32Array.from(kept)
}

/** Last position of [from, to] for which `holds` is true, where it is true up to some place and false after; from − 1 if nowhere. */
function lastWhere(from: number, to: number, holds: (at: number) => boolean): number {
  let low = from - 1
  let high = to
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}

/** Position of the rows with a score at or above the threshold. */
export function atThreshold({ threshold }: CumulativeCounts, wanted: number): number {
  return lastWhere(0, threshold.length - 1, (at) => threshold[at]! >= wanted)
}

/** Position that selects as many rows as there may be, and no more. Equal scores are selected together. */
export function atCapacity({ tp, fp }: CumulativeCounts, rows: number): number {
  return lastWhere(0, tp.length - 1, (at) => tp[at]! + fp[at]! <= rows)
}

/**
 * Position with the highest value; of equal ones that with the fewest rows selected. A linear value has its maximum on the
 * convex hull, where it rises up to one edge and falls after.
 *
 * @param payoff A positive row must be worth no less selected than not, and a negative one no more.
 */
export function atBestValue({ tp, fp, hull }: CumulativeCounts, payoff: Payoff): number {
  const gain = payoff.truePositive - payoff.falseNegative
  const loss = payoff.trueNegative - payoff.falsePositive
  const edge = lastWhere(1, hull.length - 1, (corner) => {
    const from = hull[corner - 1]!
    const to = hull[corner]!
    const found = tp[to]! - (from < 0 ? 0 : tp[from]!)
    const flagged = fp[to]! - (from < 0 ? 0 : fp[from]!)
    return found * gain > flagged * loss
  })
  return hull[edge]!
}

/** The counts at a position. */
export function confusionAt(counts: CumulativeCounts, at: number): { tp: number; fp: number; fn: number; tn: number } {
  const tp = at < 0 ? 0 : counts.tp[at]!
  const fp = at < 0 ? 0 : counts.fp[at]!
  return { tp, fp, fn: counts.positives - tp, tn: counts.negatives - fp }
}
