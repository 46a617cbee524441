/** Charts of a ranking. */
import type { RankingEvidence } from '../../contract/evidence.ts'
import { formatCount, formatNumber } from '../../format/number.ts'
import { figures, left, right, table, text } from '../report-document.ts'
import type { Section } from '../report-document.ts'
import { metricCell } from './metric-cells.ts'
import { histogramFigure } from './shared-figures.ts'

export function rankingSection({ queries, cutoffs, ndcg }: RankingEvidence): Section {
  const [least, , median, , most] = queries.sizeQuantiles
  return {
    id: 'charts',
    title: 'Behaviour',
    blocks: [
      text(
        `${formatCount(queries.total)} queries of ${formatNumber(least ?? 0)} to ${formatNumber(most ?? 0)} rows, ${formatNumber(median ?? 0)} in the middle; ${formatCount(queries.judged)} of them have a relevant row, and every metric is a mean over these.`,
      ),
      table({
        caption: 'The first rows of a query, with 95 % intervals',
        columns: [left('First rows'), right('NDCG'), right('Precision'), right('Recall'), right('Hit rate')],
        rows: cutoffs.k.map((k, at) => [
          String(k),
          ...(['ndcg', 'precision', 'recall', 'hit_rate'] as const).map((key) => metricCell(cutoffs[key][at])),
        ]),
      }),
      ...figures([
        histogramFigure({
          title: 'Queries by NDCG',
          note: 'How well each query is ordered: 1 is the best order.',
          xTitle: 'NDCG',
          histogram: ndcg,
        }),
      ]),
    ],
  }
}
