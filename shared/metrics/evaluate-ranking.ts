/** From graded relevance and scores of documents, by query, to ranking metrics averaged over queries. */
import type { Metric, Metrics, RankingEvidence } from '../contract/evidence.ts'
import { argsort } from '../statistics/argsort.ts'
import { meanAndError } from '../statistics/mean.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { histogram } from './histogram.ts'
import { wilsonInterval, wilsonNearLimits } from '../statistics/wilson.ts'
import { metricWithInterval, metricWithoutInterval, undefinedMetric } from './metric.ts'
import { rankQuery, rankingCutoffs } from './rank-query.ts'

export interface RankingRequest {
  /** Relevance of each row, finite, 0 or more; above 0 the row is relevant. */
  readonly relevance: Float64Array
  /** Score of each row, finite, higher for rows to be shown first. */
  readonly score: Float64Array
  /** Query of each row, 0 to queries − 1. */
  readonly query: Int32Array
  readonly queries: number
}

export interface RankingEvaluation {
  readonly metrics: Metrics
  readonly detail: RankingEvidence
}

const ndcgBins = 20
const sizeQuantiles = [0, 0.25, 0.5, 0.75, 1]
const cutoffKeys = ['ndcg', 'precision', 'recall', 'hit_rate'] as const

/**
 * Every metric of a ranking: each is a mean over the queries that have a relevant row, its interval from the spread
 * between them, because the rows of one query depend on each other.
 */
export function evaluateRanking({ relevance, score, query, queries }: RankingRequest): RankingEvaluation {
  const { starts, order } = rowsByQuery(query, queries, score)
  const sizes = new Float64Array(queries)
  const width = 3 + cutoffKeys.length * rankingCutoffs.length
  const values: number[] = []
  let rows = 0
  for (let q = 0; q < queries; q++) {
    const own = order.subarray(starts[q]!, starts[q + 1]!)
    sizes[q] = own.length
    const found = rankQuery(own, relevance, score)
    if (!found) continue
    rows += own.length
    values.push(found.ndcgOfAll, found.averagePrecision, found.reciprocalRank)
    for (const key of cutoffKeys) values.push(...found[key])
  }
  const judged = values.length / width
  const metric = (column: number, isShare = false): Metric => {
    if (judged === 0) return undefinedMetric(0, 'no query has a relevant row')
    const { mean, standardError } = meanAndError(judged, (at) => values[at * width + column]!)
    // As many yes-or-no queries as would leave a share as uncertain: near 0 and 1 a normal interval holds too little.
    const effective = mean > 0 && mean < 1 ? (mean * (1 - mean)) / standardError ** 2 : judged
    if (!(effective > 0 && effective < Infinity)) return metricWithoutInterval(mean, rows, 'no spread between queries')
    const kind = isShare ? 'Wilson score, modified near 0 and 1,' : 'Wilson score'
    const interval = isShare ? wilsonNearLimits : wilsonInterval
    const method = `${kind} with the effective number of ${judged} queries`
    return metricWithInterval(mean, rows, method, interval(mean * effective, effective))
  }
  const atCutoffs = Object.fromEntries(
    cutoffKeys.map((key, part) => [
      key,
      rankingCutoffs.map((_, k) => metric(3 + part * rankingCutoffs.length + k, key === 'hit_rate')),
    ]),
  ) as Record<(typeof cutoffKeys)[number], Metric[]>
  sizes.sort()
  return {
    metrics: {
      ndcg: metric(0),
      map: metric(1),
      mrr: metric(2),
      ...Object.fromEntries(
        cutoffKeys.flatMap((key) => rankingCutoffs.map((k, at) => [`${key}_at_${k}`, atCutoffs[key][at]!] as const)),
      ),
    },
    detail: {
      kind: 'ranking',
      queries: { total: queries, judged, sizeQuantiles: sizeQuantiles.map((p) => quantileOfSorted(sizes, p)) },
      cutoffs: { k: [...rankingCutoffs], ...atCutoffs },
      ndcg: histogram(
        Float64Array.from({ length: judged }, (_, at) => values[at * width]!),
        () => 0,
        ['queries'],
        ndcgBins,
        [0, 1],
      ),
    },
  }
}

/** Rows of each query, highest score first: a stable sort by score, then a counting sort by query. */
function rowsByQuery(
  query: Int32Array,
  queries: number,
  score: Float64Array,
): { readonly starts: Uint32Array; readonly order: Uint32Array } {
  const starts = new Uint32Array(queries + 1)
  for (const q of query) starts[q + 1]!++
  for (let q = 0; q < queries; q++) starts[q + 1]! += starts[q]!
  const next = starts.slice()
  const order = new Uint32Array(query.length)
  const rising = argsort(score)
  for (let at = rising.length - 1; at >= 0; at--) order[next[query[rising[at]!]!]!++] = rising[at]!
  return { starts, order }
}
