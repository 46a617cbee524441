/** Definitions of the metrics of a ranking by query. */
import type { MetricDefinition } from '../contract/evidence.ts'
import { rankingCutoffs } from './rank-query.ts'

const higher = { better: 'higher', unit: 'fraction' } as const
const over = 'averaged over the queries with a relevant row; rows of equal score count in every order'

const atCutoff: Readonly<Record<string, (k: number) => MetricDefinition>> = {
  ndcg: (k) => ({
    title: `NDCG at ${k}`,
    definition: `Discounted gain of the first ${k} rows, Σ relevance / log₂(rank + 1), over that of the best order, ${over}.`,
    source: 'Järvelin and Kekäläinen 2002; McSherry and Najork 2008; scikit-learn ndcg_score',
    ...higher,
  }),
  precision: (k) => ({
    title: `Precision at ${k}`,
    definition: `Relevant rows among the first ${k}, over ${k}, ${over}.`,
    source: 'Manning, Raghavan and Schütze 2008, 8.4; McSherry and Najork 2008',
    ...higher,
  }),
  recall: (k) => ({
    title: `Recall at ${k}`,
    definition: `Relevant rows among the first ${k}, over all relevant rows of the query, ${over}.`,
    source: 'Manning, Raghavan and Schütze 2008, 8.4; McSherry and Najork 2008',
    ...higher,
  }),
  hit_rate: (k) => ({
    title: `Hit rate at ${k}`,
    definition: `Whether any of the first ${k} rows is relevant, ${over}.`,
    source: 'Karypis 2001',
    ...higher,
  }),
}

export const rankingDefinitions: Readonly<Record<string, MetricDefinition>> = {
  ndcg: {
    title: 'NDCG',
    definition: `Discounted gain of the whole list, Σ relevance / log₂(rank + 1), over that of the best order, ${over}.`,
    source: 'Järvelin and Kekäläinen 2002; scikit-learn ndcg_score',
    ...higher,
  },
  map: {
    title: 'Mean average precision',
    definition:
      'Average precision of each query’s list (relevance above 0 is relevant), averaged over the queries with a relevant row; rows of equal score end together.',
    source: 'Buckley and Voorhees 2000; scikit-learn average_precision_score by query',
    ...higher,
  },
  mrr: {
    title: 'Mean reciprocal rank',
    definition: `1 over the rank of the first relevant row, ${over}.`,
    source: 'Voorhees 1999',
    ...higher,
  },
  ...Object.fromEntries(
    Object.entries(atCutoff).flatMap(([key, define]) => rankingCutoffs.map((k) => [`${key}_at_${k}`, define(k)])),
  ),
}
