import { describe, expect, it } from 'vitest'
import type { Metrics } from '../../../shared/contract/evidence.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { pythonWithSklearn, runPython } from '../../support/python.ts'
import { expectSound } from './sound.ts'

const n = 600
const classes = 3

/** A weighted sample with ties among the scores. */
function draw(seed: number) {
  const random = createRandom(seed)
  const weight = Float64Array.from({ length: n }, () => 1 + Math.floor(random.uniform() * 4))
  const score = Float64Array.from({ length: n }, () => Math.round(random.uniform() * 200) / 200)
  const y = Uint8Array.from(score, (p) => (random.uniform() < 0.15 + 0.7 * p ? 1 : 0))
  const truth = Int32Array.from({ length: n }, () => Math.floor(random.uniform() * classes))
  const scores = new Float64Array(n * classes)
  for (let row = 0; row < n; row++) {
    const raw = Array.from({ length: classes }, (_, k) => Math.exp(random.normal() + (k === truth[row] ? 1 : 0)))
    const sum = raw.reduce((a, b) => a + b, 0)
    raw.forEach((value, k) => (scores[row * classes + k] = value / sum))
  }
  const target = Float64Array.from({ length: n }, () => Math.exp(random.normal()))
  const prediction = target.map((value) => value * Math.exp(0.3 * random.normal()))
  return { weight, score, y, truth, scores, target, prediction }
}

type Draw = ReturnType<typeof draw>

function evaluate(rows: Draw, weight: Float64Array | null): { binary: Metrics; multi: Metrics; numeric: Metrics } {
  const { y, score, truth, scores, target, prediction } = rows
  return {
    binary: evaluateBinary({ y, score, threshold: 0.5, positive: 'a', negative: 'b', seed: 3, weight }).metrics,
    multi: evaluateMulticlass({
      y: truth,
      scores,
      labels: ['0', '1', '2'],
      numericLabels: [0, 1, 2],
      seed: 3,
      weight,
    }).metrics,
    numeric: evaluateRegression({ y: target, prediction, seed: 3, weight }).metrics,
  }
}

/** Each row as often as it weighs. */
function repeated(rows: Draw): Draw {
  const at: number[] = []
  rows.weight.forEach((count, row) => {
    for (let k = 0; k < count; k++) at.push(row)
  })
  const take = (values: Float64Array): Float64Array<ArrayBuffer> => Float64Array.from(at, (row) => values[row]!)
  return {
    weight: take(rows.weight),
    score: take(rows.score),
    y: Uint8Array.from(at, (row) => rows.y[row]!),
    truth: Int32Array.from(at, (row) => rows.truth[row]!),
    scores: Float64Array.from(
      at.flatMap((row) => Array.from({ length: classes }, (_, k) => rows.scores[row * classes + k]!)),
    ),
    target: take(rows.target),
    prediction: take(rows.prediction),
  }
}

const script = `
import numpy as np
from sklearn import metrics as m
a = {k: np.array(v) for k, v in data.items()}
w, y, p = a['weight'], a['y'], a['score']
d = (p >= .5).astype(int)
result = {
  'binary/accuracy': m.accuracy_score(y, d, sample_weight=w), 'binary/balanced_accuracy': m.balanced_accuracy_score(y, d, sample_weight=w),
  'binary/precision': m.precision_score(y, d, sample_weight=w), 'binary/recall': m.recall_score(y, d, sample_weight=w),
  'binary/f1': m.f1_score(y, d, sample_weight=w), 'binary/f2': m.fbeta_score(y, d, beta=2, sample_weight=w),
  'binary/mcc': m.matthews_corrcoef(y, d, sample_weight=w), 'binary/cohen_kappa': m.cohen_kappa_score(y, d, sample_weight=w),
  'binary/jaccard': m.jaccard_score(y, d, sample_weight=w), 'binary/roc_auc': m.roc_auc_score(y, p, sample_weight=w),
  'binary/partial_auc_fpr0_1': m.roc_auc_score(y, p, max_fpr=.1, sample_weight=w),
  'binary/average_precision': m.average_precision_score(y, p, sample_weight=w),
  'binary/log_loss': m.log_loss(y, p, sample_weight=w), 'binary/brier_score': m.brier_score_loss(y, p, sample_weight=w),
}
y, s = a['truth'], a['scores'].reshape(-1, 3); d = s.argmax(1)
result.update({
  'multi/accuracy': m.accuracy_score(y, d, sample_weight=w), 'multi/balanced_accuracy': m.balanced_accuracy_score(y, d, sample_weight=w),
  'multi/mcc': m.matthews_corrcoef(y, d, sample_weight=w), 'multi/cohen_kappa': m.cohen_kappa_score(y, d, sample_weight=w),
  'multi/cohen_kappa_quadratic': m.cohen_kappa_score(y, d, weights='quadratic', sample_weight=w),
  'multi/log_loss': m.log_loss(y, s, sample_weight=w), 'multi/top_2_accuracy': m.top_k_accuracy_score(y, s, k=2, sample_weight=w),
  'multi/roc_auc_ovr': m.roc_auc_score(y, s, multi_class='ovr', sample_weight=w),
  'multi/average_precision_macro': m.average_precision_score(np.eye(3)[y], s, average='macro', sample_weight=w),
})
for av in ['macro', 'weighted', 'micro']:
  for name, f in [('precision', m.precision_score), ('recall', m.recall_score), ('f1', m.f1_score)]:
    result['multi/%s_%s' % (name, av)] = f(y, d, average=av, sample_weight=w)
y, p = a['target'], a['prediction']
result.update({
  'numeric/mae': m.mean_absolute_error(y, p, sample_weight=w), 'numeric/mse': m.mean_squared_error(y, p, sample_weight=w),
  'numeric/rmse': m.mean_squared_error(y, p, squared=False, sample_weight=w), 'numeric/r2': m.r2_score(y, p, sample_weight=w),
  'numeric/mape': m.mean_absolute_percentage_error(y, p, sample_weight=w), 'numeric/msle': m.mean_squared_log_error(y, p, sample_weight=w),
  'numeric/median_ae': m.median_absolute_error(y, p, sample_weight=w),
  'numeric/explained_variance': m.explained_variance_score(y, p, sample_weight=w),
  'numeric/d2_absolute_error': m.d2_absolute_error_score(y, p, sample_weight=w),
  'numeric/pinball_0_9': m.mean_pinball_loss(y, p, alpha=.9, sample_weight=w),
})
`

describe('weighted rows', () => {
  const rows = draw(1)
  const weighted = evaluate(rows, rows.weight)

  it('have sound metrics', () => {
    for (const metrics of Object.values(weighted)) expectSound(metrics)
  })

  it('give the values of rows that are there as often as they weigh', () => {
    const copies = evaluate(repeated(rows), null)
    // The median of an even number of rows lies between two of them; ranks have no weights.
    const apart = new Set(['median_ae', 'd2_absolute_error', 'spearman_rho', 'residual_std', 'lift_top_decile'])
    for (const part of ['binary', 'multi', 'numeric'] as const) {
      for (const [key, { value }] of Object.entries(copies[part])) {
        if (apart.has(key) || value === null) continue
        expect(weighted[part][key]!.value! / value, key).toBeCloseTo(1, 9)
      }
    }
  })

  it('of weight 1 give the values and the intervals of rows without weights', () => {
    const ones = evaluate(rows, new Float64Array(n).fill(1))
    const plain = evaluate(rows, null)
    const apart = new Set(['median_ae', 'spearman_rho', 'd2_absolute_error', 'lift_top_decile'])
    for (const part of ['binary', 'multi', 'numeric'] as const) {
      for (const [key, { value, low, high }] of Object.entries(plain[part])) {
        if (apart.has(key) || value === null) continue
        expect(ones[part][key]!.value! / value, key).toBeCloseTo(1, 9)
        if (low === null || high === null) continue
        expect(ones[part][key]!.low, key).toBeCloseTo(low, 8)
        expect(ones[part][key]!.high, key).toBeCloseTo(high, 8)
      }
    }
  })

  it.skipIf(!pythonWithSklearn)('give scikit-learn’s values with sample_weight', () => {
    const expected = runPython(
      script,
      Object.fromEntries(Object.entries(rows).map(([key, values]) => [key, Array.from(values)])),
    )
    expect(Object.keys(expected).length).toBeGreaterThan(40)
    for (const [path, value] of Object.entries(expected)) {
      const [part, key] = path.split('/') as ['binary' | 'multi' | 'numeric', string]
      expect(weighted[part][key]!.value! / value!, path).toBeCloseTo(1, 9)
    }
  })
})
