import { argsort } from '../statistics/argsort.ts'
import type { PairOfSums, ScoreGroups } from '../statistics/delong.ts'
import { sortNumbers } from '../statistics/sort-numbers.ts'

/** Rows sorted by score from the highest down, equal scores in one group: all that ranking metrics and curves need. */
export interface ScoredGroups extends ScoreGroups {
  /** The score of each group, falling. */
  readonly threshold: Float32Array | Float64Array
  /** All positive rows: how many, or their weight. */
  readonly positiveRows: number
  readonly negativeRows: number
  /** Rows in all, whatever they weigh. */
  readonly rows: number
}

/** Groups that also remember which rows they hold. */
export interface RankedGroups extends ScoredGroups {
  /** Rows by falling score. */
  readonly order: Uint32Array
  /** Where each group ends in `order`. */
  readonly ends: Uint32Array
}

type Scores = Float32Array | Float64Array

/**
 * Sorts the scores of positive and of negative rows apart and merges them, which is cheaper than sorting row numbers.
 *
 * @param positive 1 where the row is positive, else 0.
 * @param score One score a row, finite, higher for rows that are more surely positive.
 * @param weight What each row counts for, more than 0; 1 where left out.
 */
export function groupScores(positive: Uint8Array, score: Scores, weight?: Float64Array | null): ScoredGroups {
  if (weight) return rankGroups(positive, score, weight)
  const n = score.length
  let positiveRows = 0
  for (let row = 0; row < n; row++) positiveRows += positive[row]!
  const make = (size: number): Scores =>
    score instanceof Float32Array ? new Float32Array(size) : new Float64Array(size)
  // One place more: each score is written to both, and counts where its label says.
  const own = make(positiveRows + 1)
  const others = make(n - positiveRows + 1)
  for (let row = 0, p = 0, q = 0; row < n; row++) {
    // −0 and 0 are one score but not the same bits.
    const value = score[row]! + 0
    own[p] = value
    others[q] = value
    p += positive[row]!
    q += 1 - positive[row]!
  }
  return mergeSorted(
    sortNumbers(own.subarray(0, positiveRows) as Scores),
    sortNumbers(others.subarray(0, n - positiveRows) as Scores),
    make(n),
  )
}

/** @param thresholds Working memory of as many numbers as there are rows. */
function mergeSorted(own: Scores, others: Scores, thresholds: Scores): ScoredGroups {
  const positives = new Float64Array(thresholds.length)
  const negatives = new Float64Array(thresholds.length)
  let size = 0
  let p = own.length - 1
  let q = others.length - 1
  while (p >= 0 || q >= 0) {
    const a = p >= 0 ? own[p]! : -Infinity
    const b = q >= 0 ? others[q]! : -Infinity
    if (a >= b) {
      const from = p
      do p--
      while (p >= 0 && own[p] === a)
      positives[size] = from - p
    }
    if (b >= a) {
      const from = q
      do q--
      while (q >= 0 && others[q] === b)
      negatives[size] = from - q
    }
    thresholds[size++] = a > b ? a : b
  }
  return {
    threshold: thresholds.subarray(0, size),
    positives: positives.subarray(0, size),
    negatives: negatives.subarray(0, size),
    positiveRows: own.length,
    negativeRows: others.length,
    rows: own.length + others.length,
  }
}

/** As `groupScores`, with the rows of each group. */
export function rankGroups(positive: Uint8Array, score: Scores, weight?: Float64Array | null): RankedGroups {
  const order = argsort(score).reverse()
  const n = order.length
  let size = 0
  for (let i = 0; i < n; i++) if (i === 0 || score[order[i]!] !== score[order[i - 1]!]) size++
  const threshold = new Float64Array(size)
  const positives = new Float64Array(size)
  const negatives = new Float64Array(size)
  const pair = (): PairOfSums => ({ positives: new Float64Array(size), negatives: new Float64Array(size) })
  const weighted = weight ? { squares: pair(), counts: pair() } : null
  const ends = new Uint32Array(size)
  let positiveRows = 0
  let negativeRows = 0
  let group = -1
  for (let i = 0; i < n; i++) {
    const row = order[i]!
    if (i === 0 || score[row] !== threshold[group]) threshold[++group] = score[row]!
    const w = weight ? weight[row]! : 1
    const side = positive[row] === 1 ? 'positives' : 'negatives'
    if (side === 'positives') {
      positives[group]! += w
      positiveRows += w
    } else {
      negatives[group]! += w
      negativeRows += w
    }
    if (weighted) {
      weighted.squares[side][group]! += w * w
      weighted.counts[side][group]!++
    }
    ends[group] = i + 1
  }
  return {
    threshold,
    positives,
    negatives,
    ...weighted,
    positiveRows,
    negativeRows,
    rows: n,
    order,
    ends,
  }
}

/**
 * Neighbouring groups joined until at most about `limit` are left, each with an equal share of the positive rows plus
 * the negative rows, so that rare positives keep groups of their own.
 */
export function joinGroups(groups: ScoredGroups, limit: number): ScoreGroups {
  const { positives, negatives, squares } = groups
  if (positives.length <= limit) return groups
  const share = 2 / limit
  const ends: number[] = []
  let filled = Infinity
  for (let g = 0; g < positives.length; g++) {
    const more = positives[g]! / groups.positiveRows + negatives[g]! / groups.negativeRows
    if (filled + more > share) {
      if (g > 0) ends.push(g)
      filled = more
    } else filled += more
  }
  ends.push(positives.length)
  const sums = (values: Float64Array): Float64Array => {
    let from = 0
    return Float64Array.from(ends, (end) => {
      let sum = 0
      for (; from < end; from++) sum += values[from]!
      return sum
    })
  }
  return {
    positives: sums(positives),
    negatives: sums(negatives),
    ...(squares ? { squares: { positives: sums(squares.positives), negatives: sums(squares.negatives) } } : {}),
  }
}

/** Why a comparison of positive with negative rows is undefined, or null where it is defined. */
export function missingClassReason(groups: { positiveRows: number; negativeRows: number }): string | null {
  if (groups.positiveRows === 0) return 'no positive rows'
  return groups.negativeRows === 0 ? 'no negative rows' : null
}
