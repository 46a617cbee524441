import { describe, expect, it } from 'vitest'
import { evaluateMultilabel } from '../../../shared/metrics/evaluate-multilabel.ts'
import { evaluateRanking } from '../../../shared/metrics/evaluate-ranking.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { pythonWithSklearn, runPython } from '../../support/python.ts'
import { expectSound } from './sound.ts'

const labels = ['a', 'b', 'c', 'd', 'e']

/** Rows of dependent labels with ties among the scores; some rows have no label, some all. */
function drawLabels(n: number, seed: number) {
  const random = createRandom(seed)
  const truth = new Uint8Array(n * labels.length)
  const scores = new Float64Array(n * labels.length)
  for (let row = 0; row < n; row++) {
    const common = random.normal()
    labels.forEach((_, k) => {
      const logit = common + random.normal() - 0.4 * k
      const at = row * labels.length + k
      scores[at] = Math.round(100 / (1 + Math.exp(-logit))) / 100
      truth[at] = random.uniform() < 1 / (1 + Math.exp(-1.5 * logit)) ? 1 : 0
    })
  }
  const weight = Float64Array.from({ length: n }, () => 0.5 + random.uniform())
  return { truth, scores, weight }
}

function drawQueries(queries: number, seed: number) {
  const random = createRandom(seed)
  const relevance: number[] = []
  const score: number[] = []
  const query: number[] = []
  for (let q = 0; q < queries; q++) {
    const rows = 2 + Math.floor(random.uniform() * 30)
    for (let row = 0; row < rows; row++) {
      const merit = random.normal()
      relevance.push(Math.max(0, Math.round(merit + 0.5 * random.normal())))
      score.push(Math.round(3 * (merit + random.normal())) / 3)
      query.push(q)
    }
  }
  return {
    relevance: Float64Array.from(relevance),
    score: Float64Array.from(score),
    query: Int32Array.from(query),
    queries,
  }
}

const multilabelScript = `
import numpy as np
from sklearn import metrics as m
L = 5
y = np.array(data['truth']).reshape(-1, L); s = np.array(data['scores']).reshape(-1, L); d = (s >= .5).astype(int)
result = {}
for suffix, w in [('', None), ('/w', np.array(data['weight']))]:
  k = dict(sample_weight=w)
  result.update({key + suffix: value for key, value in {
    'subset_accuracy': m.accuracy_score(y, d, **k), 'hamming_loss': m.hamming_loss(y, d, **k),
    'label_ranking_average_precision': m.label_ranking_average_precision_score(y, s, **k),
    'label_ranking_loss': m.label_ranking_loss(y, s, **k), 'coverage_error': m.coverage_error(y, s, **k),
    'average_precision_macro': m.average_precision_score(y, s, average='macro', **k),
    'average_precision_micro': m.average_precision_score(y, s, average='micro', **k),
    'roc_auc_macro': m.roc_auc_score(y, s, average='macro', **k), 'roc_auc_micro': m.roc_auc_score(y, s, average='micro', **k),
    'roc_auc_weighted': np.average([m.roc_auc_score(y[:, j], s[:, j], **k) for j in range(L)], weights=np.average(y, 0, w)),
    'brier_score': np.mean([m.brier_score_loss(y[:, j], s[:, j], **k) for j in range(L)]),
    'log_loss': np.mean([m.log_loss(y[:, j], s[:, j], **k) for j in range(L)]),
  }.items()})
  for name, f in [('precision', m.precision_score), ('recall', m.recall_score), ('f1', m.f1_score), ('jaccard', m.jaccard_score)]:
    for average in ['micro', 'macro', 'weighted', 'samples']:
      result['%s_%s%s' % (name, average, suffix)] = f(y, d, average=average, zero_division=0, **k)
`

const rankingScript = `
import numpy as np
from sklearn import metrics as m
r, s, q = (np.array(data[k]) for k in ['relevance', 'score', 'query'])
sums = {}
n = 0
for g in np.unique(q):
  y, p = r[q == g], s[q == g]
  if not (y > 0).any(): continue
  n += 1
  found = {'ndcg': m.ndcg_score([y], [p]), 'map': m.average_precision_score(y > 0, p)}
  for k in [1, 3, 5, 10, 20]: found['ndcg_at_%d' % k] = m.ndcg_score([y], [p], k=k)
  for k, v in found.items(): sums[k] = sums.get(k, 0) + v
result = {k: v / n for k, v in sums.items()}
`

describe('a multilabel classifier', () => {
  const { truth, scores, weight } = drawLabels(400, 5)
  const plain = evaluateMultilabel({ truth, scores, labels, threshold: 0.5, seed: 1 })
  const weighted = evaluateMultilabel({ truth, scores, labels, threshold: 0.5, seed: 1, weight })

  it('has sound metrics, also by label', () => {
    for (const { metrics, detail } of [plain, weighted]) {
      expectSound(metrics)
      for (const entry of detail.classes) expectSound(entry.metrics)
    }
    expect(plain.detail.classes.map((entry) => entry.label)).toEqual(labels)
    const counts = plain.detail.labelsPerRow.series[0]!.counts
    expect(counts.reduce((sum, count, k) => sum + k * count, 0)).toBe(truth.reduce((sum, has) => sum + has, 0))
  })

  it.skipIf(!pythonWithSklearn)('has scikit-learn’s values, with and without weights', () => {
    const given = { truth: Array.from(truth), scores: Array.from(scores), weight: Array.from(weight) }
    const expected = runPython(multilabelScript, given)
    expect(Object.keys(expected)).toHaveLength(56)
    for (const [path, value] of Object.entries(expected)) {
      const [key, isWeighted] = path.split('/') as [string, string | undefined]
      const { metrics } = isWeighted ? weighted : plain
      expect(metrics[key]!.value! / value!, path).toBeCloseTo(1, 9)
    }
  })
})

describe('a ranking by query', () => {
  const rows = drawQueries(200, 8)
  const { metrics, detail } = evaluateRanking(rows)

  it('has sound metrics and counts its queries', () => {
    expectSound(metrics)
    expect(detail.queries.total).toBe(200)
    expect(detail.ndcg.series[0]!.counts.reduce((a, b) => a + b, 0)).toBe(detail.queries.judged)
    expect(metrics['hit_rate_at_1']!.value).toBeCloseTo(metrics['precision_at_1']!.value!, 12)
  })

  it.skipIf(!pythonWithSklearn)('has scikit-learn’s values, ties and all', () => {
    const expected = runPython(rankingScript, {
      relevance: Array.from(rows.relevance),
      score: Array.from(rows.score),
      query: Array.from(rows.query),
    })
    expect(Object.keys(expected)).toHaveLength(7)
    for (const [key, value] of Object.entries(expected)) expect(metrics[key]!.value! / value!, key).toBeCloseTo(1, 9)
  })

  it('is the mean over every order of rows of equal score', () => {
    // Ranks 2 to 4 are shared by one relevant row and two others.
    const one = evaluateRanking({
      relevance: Float64Array.of(0, 2, 0, 0, 1),
      score: Float64Array.of(9, 5, 5, 5, 1),
      query: new Int32Array(5),
      queries: 1,
    }).metrics
    expect(one['mrr']!.value).toBeCloseTo((1 / 2 + 1 / 3 + 1 / 4) / 3, 12)
    expect(one['recall_at_3']!.value).toBeCloseTo((1 / 2) * (2 / 3), 12)
    expect(one['precision_at_3']!.value).toBeCloseTo(2 / 3 / 3, 12)
    expect(one['hit_rate_at_3']!.value).toBeCloseTo(2 / 3, 12)
  })

  it('without a relevant row has no metric, and says why', () => {
    const none = evaluateRanking({ ...rows, relevance: new Float64Array(rows.relevance.length) })
    expect(none.detail.queries.judged).toBe(0)
    expect(none.metrics['ndcg']!.reason).toBe('no query has a relevant row')
  })
})
