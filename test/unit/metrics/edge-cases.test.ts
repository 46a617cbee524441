import { describe, expect, it } from 'vitest'
import { taskEvidenceSchema } from '../../../shared/contract/evidence.ts'
import type { Metrics, TaskEvidence } from '../../../shared/contract/evidence.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
import { expectSound } from './sound.ts'

interface Evaluation {
  readonly metrics: Metrics
  readonly detail: TaskEvidence
}

/** Checks what the evidence document demands of any evaluation. */
function sound<T extends Evaluation>(evaluation: T): T {
  expectSound(evaluation.metrics)
  taskEvidenceSchema.parse(evaluation.detail)
  if (evaluation.detail.kind === 'multiclass') for (const entry of evaluation.detail.classes) expectSound(entry.metrics)
  return evaluation
}

function binary(y: number[], score: number[], threshold = 0.5) {
  return sound(
    evaluateBinary({
      y: Uint8Array.from(y),
      score: Float64Array.from(score),
      threshold,
      positive: 'yes',
      negative: 'no',
      seed: 1,
    }),
  )
}

function multiclass(y: number[], scores: number[][], labels = scores[0]!.map((_, k) => `c${k}`)) {
  return sound(evaluateMulticlass({ y: Int32Array.from(y), scores: Float64Array.from(scores.flat()), labels, seed: 1 }))
}

function regression(y: number[], prediction: number[]) {
  return sound(evaluateRegression({ y: Float64Array.from(y), prediction: Float64Array.from(prediction), seed: 1 }))
}

function expectNull(metrics: Metrics, keys: readonly string[], reason: string | RegExp): void {
  for (const key of keys) {
    expect(metrics[key]!.value, key).toBeNull()
    expect(metrics[key]!.reason, key).toMatch(reason)
  }
}

describe('binary', () => {
  it('with positives only has no comparison of classes, and keeps the rest', () => {
    const { metrics, detail } = binary([1, 1, 1], [0.9, 0.8, 0.2])
    expectNull(metrics, ['roc_auc', 'gini', 'ks_statistic', 'specificity', 'fpr'], 'no negative rows')
    expect(detail.roc).toBeNull()
    expect(metrics['recall']!.value).toBeCloseTo(2 / 3, 12)
    expect(metrics['average_precision']!.value).toBe(1)
    expect(metrics['log_loss']!.value).toBeCloseTo(-(Math.log(0.9) + Math.log(0.8) + Math.log(0.2)) / 3, 12)
  })

  it('with negatives only has no recall and no precision-recall curve', () => {
    const { metrics, detail } = binary([0, 0, 0], [0.9, 0.2, 0.1])
    expectNull(metrics, ['recall', 'fnr', 'average_precision', 'roc_auc', 'lift_top_decile'], 'no positive rows')
    expectNull(metrics, ['mcc'], 'all of one class')
    expect(detail.pr).toBeNull()
    expect(detail.thresholds!.recall.every((value) => value === null)).toBe(true)
  })

  it('with nothing predicted positive has no precision, and an F1 of 0', () => {
    const { metrics } = binary([1, 0, 1, 0], [0.4, 0.1, 0.3, 0.2])
    expectNull(metrics, ['precision'], 'no rows predicted positive')
    expect(metrics['f1']!.value).toBe(0)
    expectNull(metrics, ['mcc'], 'all of one class')
    expect(metrics['selection_rate']!.value).toBe(0)
  })

  it('with a constant score has an area of one half and one group on its curves', () => {
    const { metrics, detail } = binary([1, 0, 1, 0, 0, 0], [0.3, 0.3, 0.3, 0.3, 0.3, 0.3])
    expect(metrics['roc_auc']!.value).toBe(0.5)
    expect(metrics['average_precision']!.value).toBeCloseTo(1 / 3, 12)
    expect(metrics['lift_top_decile']!.value).toBeCloseTo(1, 12)
    expect(metrics['partial_auc_fpr0_1']!.value).toBeCloseTo(0.5, 12)
    expect(detail.roc!.exactPoints).toBe(2)
  })

  it('with one row is all null or exact', () => {
    const { metrics } = binary([1], [0.7])
    expect(metrics['accuracy']!.value).toBe(1)
    expect(metrics['log_loss']!.reason).toBe('too few rows for an interval')
    expectNull(metrics, ['roc_auc'], 'no negative rows')
  })

  it('with no rows is null throughout', () => {
    const { metrics } = binary([], [])
    for (const [key, metric] of Object.entries(metrics)) expect(metric.value, key).toBeNull()
  })

  it('with a perfect ranking has an area of 1, of which few rows say little', () => {
    const { metrics } = binary([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1])
    expect(metrics['roc_auc']).toMatchObject({ value: 1, high: 1, method: 'Score of the area' })
    expect(metrics['roc_auc']!.low).toBeLessThan(0.6)
    expect(metrics['gini']).toMatchObject({ value: 1, high: 1 })
    expect(binary([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]).metrics['roc_auc']).toMatchObject({ value: 0, low: 0 })
    // Three positive rows among twenty thousand are three rows, whatever the others are.
    const y = Array.from({ length: 2000 }, (_, row) => (row < 3 ? 1 : 0))
    const { low } = binary(
      y,
      y.map((label, row) => label - row / 1e5),
    ).metrics['roc_auc']!
    expect(low).toBeGreaterThan(0.5)
    expect(low).toBeLessThan(0.85)
    expect(metrics['average_precision']!.reason).toBe('no spread between rows to make an interval from')
    expect(metrics['accuracy']!.low).toBeLessThan(1)
  })

  it('takes scores that are not probabilities for a ranking only', () => {
    const { metrics, detail } = binary([1, 0, 1, 0], [3, -2, 1.5, 2], 0)
    expectNull(metrics, ['log_loss', 'brier_score', 'ece', 'mce'], 'not probabilities')
    expect(metrics['roc_auc']!.value).toBe(0.75)
    expect(detail.calibration).toBeNull()
    expect(detail.thresholds!.threshold[0]).toBe(-2)
    expect(detail.thresholds!.threshold[100]).toBe(3)
  })

  it('without scores uses the labels of the model', () => {
    const { metrics, detail } = sound(
      evaluateBinary({
        y: Uint8Array.of(1, 0, 1, 0),
        score: null,
        predicted: Uint8Array.of(1, 0, 0, 0),
        threshold: 0.5,
        positive: 'yes',
        negative: 'no',
        seed: 1,
      }),
    )
    expect(metrics['accuracy']!.value).toBe(0.75)
    expectNull(metrics, ['roc_auc', 'best_f1', 'log_loss', 'mce'], 'labels but no scores')
    expect(detail.scores).toBeNull()
  })

  it('clips a probability of 0 for the true class to 2.22e-16', () => {
    const { metrics } = binary([1, 0], [0, 0.5])
    expect(metrics['log_loss']!.value).toBeCloseTo((-Math.log(2 ** -52) + Math.log(2)) / 2, 10)
  })
})

describe('multiclass', () => {
  const uneven = [
    [0.6, 0.3, 0.1, 0],
    [0.2, 0.5, 0.2, 0.1],
    [0.1, 0.6, 0.2, 0.1],
    [0.7, 0.1, 0.1, 0.1],
  ]

  it('with absent classes has no mean over all, and one over the present', () => {
    const { metrics, detail } = multiclass([0, 1, 0, 0], uneven)
    expectNull(metrics, ['roc_auc_ovr', 'roc_auc_ovr_weighted', 'roc_auc_ovo', 'average_precision_macro'], 'no rows')
    expect(metrics['roc_auc_ovr_present']!.value).not.toBeNull()
    expectNull(detail.classes[3]!.metrics, ['recall', 'roc_auc'], 'no')
    expect(detail.classes[3]!.roc).toBeNull()
  })

  it('counts rows of a class that the model never names as wrong everywhere', () => {
    const { metrics, detail } = multiclass([0, 1, -1, 0], uneven)
    expect(metrics['accuracy']!.value).toBe(0.75)
    expect(metrics['balanced_accuracy']!.value).toBeCloseTo(2 / 3, 12)
    expect(metrics['top_3_accuracy']!.value).toBe(0.75)
    expect(metrics['recall_micro_all_labels']!.value).toBe(1)
    expect(metrics['precision_micro_all_labels']!.value).toBe(0.75)
    expect(detail.confusion.labels).toHaveLength(5)
    expect(detail.confusion.counts[4]).toEqual([0, 1, 0, 0, 0])
    expect(metrics['brier_score']!.value).toBeCloseTo(
      (0.16 + 0.09 + 0.01 + (0.04 + 0.25 + 0.04 + 0.01) + (1 + 0.01 + 0.36 + 0.04 + 0.01) + (0.09 + 0.03)) / 4,
      12,
    )
  })

  it('never takes two classes that the model does not name for the same', () => {
    const { metrics } = sound(
      evaluateMulticlass({
        y: Int32Array.of(0, -1, 1),
        scores: null,
        predicted: Int32Array.of(0, -1, 1),
        labels: ['a', 'b', 'c'],
        seed: 1,
      }),
    )
    expect(metrics['accuracy']!.value).toBeCloseTo(2 / 3, 12)
    expectNull(metrics, ['top_2_accuracy', 'log_loss', 'roc_auc_ovo'], 'labels but no scores')
  })

  it('with one class only keeps accuracy and says why the rest is null', () => {
    const { metrics } = multiclass([1, 1], uneven.slice(1, 3))
    expect(metrics['accuracy']!.value).toBe(1)
    expectNull(metrics, ['mcc', 'cohen_kappa'], 'all of one class')
    expectNull(metrics, ['cohen_kappa_quadratic'], 'not numbers')
    expectNull(metrics, ['roc_auc_ovr_present'], 'fewer than two classes')
  })

  it('with constant scores predicts the first class, each area one half', () => {
    const { metrics } = multiclass(
      [0, 1, 2, 2],
      [1, 2, 3, 4].map(() => [1 / 3, 1 / 3, 1 / 3]),
    )
    expect(metrics['accuracy']!.value).toBe(0.25)
    for (const key of ['roc_auc_ovr', 'roc_auc_ovr_weighted', 'roc_auc_ovo', 'roc_auc_ovo_weighted']) {
      expect(metrics[key]!.value, key).toBeCloseTo(0.5, 12)
    }
  })

  it('with one row and with none is sound', () => {
    multiclass([2], [[0.1, 0.2, 0.7]])
    sound(evaluateMulticlass({ y: new Int32Array(0), scores: new Float32Array(0), labels: ['a', 'b'], seed: 1 }))
  })

  it('takes logits for a ranking only', () => {
    const { metrics, detail } = multiclass(
      [0, 1, 2],
      [
        [5, -1, 2],
        [0, 3, 1],
        [1, 4, 2],
      ],
    )
    expectNull(metrics, ['log_loss', 'brier_score', 'ece'], 'not probabilities')
    expectNull(detail.classes[0]!.metrics, ['brier_score'], 'not probabilities')
    expect(metrics['top_2_accuracy']!.value).toBe(1)
  })
})

describe('regression', () => {
  it('with a constant target explains nothing', () => {
    const { metrics } = regression([5, 5, 5], [4, 5, 7])
    expectNull(metrics, ['r2', 'explained_variance', 'd2_absolute_error', 'pearson_r'], 'the target is constant')
    expect(metrics['mae']!.value).toBe(1)
  })

  it('with a constant prediction correlates with nothing', () => {
    const { metrics } = regression([1, 2, 3], [2, 2, 2])
    expectNull(metrics, ['pearson_r', 'spearman_rho'], 'the prediction is constant')
    expect(metrics['r2']!.value).toBe(0)
  })

  it('has no log error of negative values and no percentage of 0', () => {
    const { metrics } = regression([0, 2, 3], [-1, 2, 4])
    expectNull(metrics, ['msle', 'rmsle'], 'a prediction is negative')
    expectNull(metrics, ['mape'], '1 targets are 0')
    expect(metrics['smape']!.value).toBeCloseTo((2 + 0 + 2 / 7) / 3, 12)
  })

  it('with perfect predictions has errors of 0 and correlations of 1', () => {
    const { metrics } = regression([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7])
    expect(metrics['rmse']).toMatchObject({ value: 0, low: null })
    expect(metrics['r2']!.value).toBe(1)
    expect(metrics['pearson_r']!.value).toBeCloseTo(1, 12)
  })

  it('with one row and with none is sound', () => {
    const { metrics } = regression([1], [2])
    expect(metrics['mae']).toMatchObject({ value: 1, low: null })
    expectNull(metrics, ['r2', 'residual_std', 'pearson_r'], 'fewer than two rows')
    const none = regression([], [])
    for (const [key, metric] of Object.entries(none.metrics)) expect(metric.value, key).toBeNull()
  })
})
