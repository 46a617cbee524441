/** Metrics of one query. Rows of equal score have no order: each metric is its mean over all orders of them. */
import { mapTo } from '../statistics/map-to.ts'

/** Ranks at which a result list is cut. */
export const rankingCutoffs = [1, 3, 5, 10, 20] as const

export interface RankedQuery {
  readonly averagePrecision: number
  readonly reciprocalRank: number
  readonly ndcgOfAll: number
  /** These at each cut-off. */
  readonly ndcg: readonly number[]
  readonly precision: readonly number[]
  readonly recall: readonly number[]
  readonly hit_rate: readonly number[]
}

const discount = (rank: number): number => 1 / Math.log2(rank + 2)

interface Ties {
  /** Rank of the first row of the tie, from 0. */
  readonly start: number
  readonly size: number
  readonly relevant: number
  readonly gain: number
}

function tiesOf(rows: Uint32Array, relevance: Float64Array, score: Float64Array): Ties[] {
  const ties: Ties[] = []
  for (let start = 0; start < rows.length;) {
    let end = start
    let relevant = 0
    let gain = 0
    for (; end < rows.length && score[rows[end]!] === score[rows[start]!]; end++) {
      gain += relevance[rows[end]!]!
      if (relevance[rows[end]!]! > 0) relevant++
    }
    ties.push({ start, size: end - start, relevant, gain })
    start = end
  }
  return ties
}

/** Discounted gain of the first `k` ranks (Järvelin and Kekäläinen 2002; ties as McSherry and Najork 2008). */
function discountedGain(ties: readonly Ties[], k: number): number {
  let sum = 0
  for (const { start, size, gain } of ties) {
    if (start >= k) break
    let discounts = 0
    for (let rank = start; rank < Math.min(k, start + size); rank++) discounts += discount(rank)
    sum += (gain / size) * discounts
  }
  return sum
}

function idealGain(gains: Float64Array, k: number): number {
  let sum = 0
  for (let rank = 0; rank < Math.min(k, gains.length); rank++) sum += gains[rank]! * discount(rank)
  return sum
}

/** Relevant rows expected among the first `k`. */
function found(ties: readonly Ties[], k: number): number {
  return ties.reduce(
    (sum, { start, size, relevant }) => sum + relevant * Math.max(0, Math.min(1, (k - start) / size)),
    0,
  )
}

/** Probability of at least one relevant row among the first `k`. */
function hit(ties: readonly Ties[], k: number): number {
  for (const { start, size, relevant } of ties) {
    if (start >= k) return 0
    if (relevant === 0) continue
    let missed = 1
    for (let drawn = 0; drawn < Math.min(size, k - start); drawn++) {
      missed *= Math.max(0, size - relevant - drawn) / (size - drawn)
    }
    return 1 - missed
  }
  return 0
}

/** Expected 1 / rank of the first relevant row. */
function reciprocalRank(ties: readonly Ties[]): number {
  const first = ties.find(({ relevant }) => relevant > 0)!
  let expected = 0
  let none = 1
  for (let drawn = 0; drawn <= first.size - first.relevant; drawn++) {
    expected += (none * (first.relevant / (first.size - drawn))) / (first.start + drawn + 1)
    none *= (first.size - first.relevant - drawn) / (first.size - drawn)
  }
  return expected
}

/**
 * @param rows Rows of the query, highest score first.
 * @returns Null where no row is relevant: there is nothing to be found.
 */
export function rankQuery(rows: Uint32Array, relevance: Float64Array, score: Float64Array): RankedQuery | null {
  const ties = tiesOf(rows, relevance, score)
  const relevant = ties.reduce((sum, tie) => sum + tie.relevant, 0)
  if (relevant === 0) return null
  const ideal = mapTo(Float64Array, rows, (row) => relevance[row]!)
    .sort()
    .reverse()
  // As scikit-learn's average_precision_score: precision at the end of each tie.
  let hits = 0
  let averagePrecision = 0
  for (const { start, size, relevant: here } of ties) {
    hits += here
    averagePrecision += (here / relevant) * (hits / (start + size))
  }
  const ndcgAt = (k: number): number => discountedGain(ties, k) / idealGain(ideal, k)
  return {
    averagePrecision,
    reciprocalRank: reciprocalRank(ties),
    ndcgOfAll: ndcgAt(rows.length),
    ndcg: rankingCutoffs.map(ndcgAt),
    precision: rankingCutoffs.map((k) => found(ties, k) / k),
    recall: rankingCutoffs.map((k) => found(ties, k) / relevant),
    hit_rate: rankingCutoffs.map((k) => hit(ties, k)),
  }
}
