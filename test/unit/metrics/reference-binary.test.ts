import { describe, expect, it } from 'vitest'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { expectNear, expectSound } from './near.ts'
import { casesPresent, numbers, readColumns, readExpected } from './read-case.ts'

/** Our key and the reference's. */
const keys = {
  accuracy: 'accuracy',
  balanced_accuracy: 'balanced_accuracy',
  precision: 'precision',
  recall: 'recall',
  specificity: 'specificity',
  npv: 'npv',
  f1: 'f1',
  f2: 'f2',
  f05: 'f05',
  mcc: 'mcc',
  cohen_kappa: 'cohen_kappa',
  jaccard: 'jaccard',
  roc_auc: 'roc_auc',
  average_precision: 'average_precision',
  pr_auc_trapezoid: 'pr_auc_trapezoid',
  partial_auc_fpr0_1: 'partial_auc_mcclish_fpr0_1',
  log_loss: 'log_loss',
  brier_score: 'brier',
  gini: 'gini',
  ks_statistic: 'ks_stat',
  ks_threshold: 'ks_threshold',
  ece: 'ece10',
  mce: 'mce10',
  prevalence: 'prevalence',
  lift_top_decile: 'lift_top_decile',
}

interface Case {
  readonly folder: string
  readonly file?: string
  readonly model: string
  readonly target: string
  readonly positive: string
  readonly score: string
  readonly threshold?: number
  readonly r?: string
}

const cases: Case[] = [
  { folder: 'telco_churn', model: 'model', target: 'Churn', positive: 'Yes', score: 'gb_p_yes', r: 'gb' },
  { folder: 'telco_churn', model: 'model_rf', target: 'Churn', positive: 'Yes', score: 'rf_p_yes', r: 'rf' },
  { folder: 'telco_churn', model: 'model_raw', target: 'Churn', positive: 'Yes', score: 'raw_gb_p_yes' },
  {
    folder: 'telco_churn',
    model: 'model_raw_threshold_0_3',
    target: 'Churn',
    positive: 'Yes',
    score: 'raw_gb_p_yes',
    threshold: 0.3,
  },
  {
    folder: 'telco_churn',
    file: 'holdout_shifted_scored.csv',
    model: 'model_raw_on_shifted',
    target: 'Churn',
    positive: 'Yes',
    score: 'raw_gb_p_yes',
  },
  { folder: 'bike_xgb', model: 'model_busy_clf', target: 'busy', positive: '1', score: 'busy_p', r: 'busy' },
]

describe.skipIf(!casesPresent)('binary metrics', () => {
  it.each(cases)('are those of scikit-learn and pROC for $folder $model', (entry) => {
    const columns = readColumns(entry.folder, entry.file)
    const expected = readExpected(entry.folder).metrics[entry.model]
    // The reference scored in float32 and wrote its shortest decimals.
    const written = numbers(columns[entry.score]!)
    const { metrics, detail } = evaluateBinary({
      y: Uint8Array.from(columns[entry.target]!, (value) => (value === entry.positive ? 1 : 0)),
      score: entry.folder === 'bike_xgb' ? Float32Array.from(written) : written,
      threshold: entry.threshold ?? 0.5,
      positive: 'yes',
      negative: 'no',
      seed: 1,
    })
    expectSound(metrics)
    for (const [key, theirs] of Object.entries(keys)) expectNear(metrics[key]?.value, expected[theirs], key)
    expectNear(metrics['best_f1']!.value, expected.best_f1.f1, 'best_f1')
    expectNear(metrics['best_f1_threshold']!.value, expected.best_f1.threshold, 'best_f1_threshold')
    const { tn, fp, fn, tp } = expected.confusion
    expect(detail.confusion.counts).toEqual([
      [tn, fp],
      [fn, tp],
    ])
    expect(detail.roc!.exactPoints).toBe(expected.roc_points)
    expect(detail.pr!.exactPoints).toBe(expected.distinct_scores + 1)
    const filled = detail.calibration!.bins.filter((bin) => bin.n > 0)
    filled.forEach((bin, index) => {
      expectNear(bin.meanPredicted, expected.calibration_curve_uniform10.mean_predicted[index], 'mean predicted')
      expectNear(bin.observed.value, expected.calibration_curve_uniform10.fraction_positive[index], 'observed')
    })
    for (const row of expected.threshold_sweep) {
      const at = Math.round(row.threshold * 100)
      expectNear(detail.thresholds!.threshold[at], row.threshold, 'threshold')
      for (const key of ['precision', 'recall', 'f1'] as const) {
        expectNear(detail.thresholds![key][at], row[key], `${key} at ${row.threshold}`)
      }
    }
    if (entry.r) {
      const [low, , high] = readExpected(entry.folder, 'expected_r.json')[entry.r].auc_ci95_delong
      expectNear(metrics['roc_auc']!.low, low, 'DeLong low')
      expectNear(metrics['roc_auc']!.high, high, 'DeLong high')
    }
  })
})
