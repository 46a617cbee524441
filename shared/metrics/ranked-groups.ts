import { argsort } from '../statistics/argsort.ts'
import type { ScoreGroups } from '../statistics/delong.ts'

/** Rows sorted by score, equal scores in one group: all that ranking metrics and curves need. */
export interface RankedGroups extends ScoreGroups {
  /** The score of each group, falling. */
  readonly threshold: Float64Array
  readonly positiveRows: number
  readonly negativeRows: number
  /** Rows by falling score. */
  readonly order: Uint32Array
  /** Where each group ends in `order`. */
  readonly ends: Uint32Array
}

/**
 * @param positive 1 where the row is positive, else 0.
 * @param score One score a row, finite, higher for rows that are more surely positive.
 */
export function rankGroups(positive: Uint8Array, score: Float32Array | Float64Array): RankedGroups {
  const order = argsort(score).reverse()
  const n = order.length
  let size = 0
  for (let i = 0; i < n; i++) if (i === 0 || score[order[i]!] !== score[order[i - 1]!]) size++
  const threshold = new Float64Array(size)
  const positives = new Float64Array(size)
  const negatives = new Float64Array(size)
  const ends = new Uint32Array(size)
  let positiveRows = 0
  let group = -1
  for (let i = 0; i < n; i++) {
    const row = order[i]!
    if (i === 0 || score[row] !== threshold[group]) threshold[++group] = score[row]!
    if (positive[row] === 1) {
      positives[group]!++
      positiveRows++
    } else negatives[group]!++
    ends[group] = i + 1
  }
  return { threshold, positives, negatives, positiveRows, negativeRows: n - positiveRows, order, ends }
}

/**
 * Neighbouring groups joined until at most about `limit` are left, each with an equal share of the positive rows plus
 * the negative rows, so that rare positives keep groups of their own.
 */
export function joinGroups(groups: RankedGroups, limit: number): ScoreGroups {
  const { positives, negatives } = groups
  if (positives.length <= limit) return groups
  const share = 2 / limit
  const joined: { p: number; q: number }[] = []
  let filled = Infinity
  for (let g = 0; g < positives.length; g++) {
    const p = positives[g]!
    const q = negatives[g]!
    const more = p / groups.positiveRows + q / groups.negativeRows
    const last = joined[joined.length - 1]
    if (!last || filled + more > share) {
      joined.push({ p, q })
      filled = more
    } else {
      last.p += p
      last.q += q
      filled += more
    }
  }
  return {
    positives: Float64Array.from(joined, ({ p }) => p),
    negatives: Float64Array.from(joined, ({ q }) => q),
  }
}

/** Why a comparison of positive with negative rows is undefined, or null where it is defined. */
export function missingClassReason(groups: { positiveRows: number; negativeRows: number }): string | null {
  if (groups.positiveRows === 0) return 'no positive rows'
  return groups.negativeRows === 0 ? 'no negative rows' : null
}
