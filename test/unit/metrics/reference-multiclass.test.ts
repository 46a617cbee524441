import { describe, expect, it } from 'vitest'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import type { MulticlassRequest } from '../../../shared/metrics/evaluate-multiclass.ts'
import { expectNear, expectSound } from './near.ts'
import { casesPresent, numbers, readColumns, readExpected, rowMajor } from './read-case.ts'

const keys: Record<string, string> = {
  accuracy: 'accuracy',
  balanced_accuracy: 'balanced_accuracy',
  mcc: 'mcc',
  cohen_kappa: 'cohen_kappa',
  cohen_kappa_quadratic: 'cohen_kappa_quadratic',
  top_2_accuracy: 'top2_accuracy',
  log_loss: 'log_loss',
  brier_score: 'multiclass_brier',
  roc_auc_ovr_present: 'roc_auc_ovr_macro_over_present',
  roc_auc_ovr: 'roc_auc_ovr_macro',
  roc_auc_ovr_weighted: 'roc_auc_ovr_weighted',
  roc_auc_ovo: 'roc_auc_ovo_macro',
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as read from the reference file
function expectReference(request: Omit<MulticlassRequest, 'seed'>, expected: any): void {
  const { metrics, detail } = evaluateMulticlass({ ...request, seed: 1 })
  expectSound(metrics)
  for (const [key, theirs] of Object.entries(keys)) expectNear(metrics[key]?.value, expected[theirs] ?? null, key)
  for (const average of ['macro', 'weighted', 'micro']) {
    for (const part of ['precision', 'recall', 'f1']) {
      const key = `${part}_${average}`
      expectNear(metrics[key]?.value, expected[`sklearn_default_labels_${average}`][part], key)
      expectNear(metrics[`${key}_all_labels`]?.value, expected[`all_labels_${average}`][part], `${key}_all_labels`)
    }
  }
  expect(detail.confusion.counts).toEqual(expected.confusion_matrix.matrix)
  for (const entry of detail.classes) {
    expectSound(entry.metrics)
    const theirs = expected.per_class[entry.label]
    expect(entry.support, entry.label).toBe(theirs.support)
    // scikit-learn writes 0 where a class is never predicted or has no rows; here that is null.
    for (const [key, name] of Object.entries({ precision: 'precision', recall: 'recall', f1: 'f1-score' })) {
      expectNear(entry.metrics[key]!.value ?? 0, theirs[name], `${key} of ${entry.label}`)
    }
    expectNear(entry.metrics['roc_auc']!.value, expected.roc_auc_ovr_per_class[entry.label] ?? null, 'roc_auc')
    expectNear(
      entry.metrics['average_precision']!.value,
      expected.average_precision_per_class[entry.label] ?? null,
      'average_precision',
    )
  }
}

describe.skipIf(!casesPresent)('multiclass metrics', () => {
  const wine = casesPresent ? readColumns('wine_quality') : {}
  const qualities = [3, 4, 5, 6, 7, 8, 9]
  const forest = (): Float64Array => rowMajor(qualities.map((quality) => numbers(wine[`rf_p_${quality}`]!)))

  it('are those of scikit-learn for seven imbalanced classes', () => {
    expectReference(
      {
        y: Int32Array.from(wine['quality']!, (value) => Number(value) - 3),
        scores: forest(),
        labels: qualities.map(String),
        numericLabels: qualities,
      },
      readExpected('wine_quality').metrics.model,
    )
  })

  it('are those of scikit-learn where a class has no rows', () => {
    const isRed = readColumns('wine_quality', 'holdout.csv')['is_red']!
    const red = isRed.flatMap((value, row) => (Number(value) === 1 ? [row] : []))
    const all = forest()
    expectReference(
      {
        y: Int32Array.from(red, (row) => Number(wine['quality']![row]) - 3),
        scores: Float64Array.from(red.flatMap((row) => [...all.subarray(row * 7, row * 7 + 7)])),
        labels: qualities.map(String),
        numericLabels: qualities,
      },
      readExpected('wine_quality').metrics.model_on_shifted,
    )
  })

  it('are those of scikit-learn for three named classes', () => {
    const labels = ['good', 'ok', 'poor']
    expectReference(
      {
        y: Int32Array.from(wine['quality3']!, (value) => labels.indexOf(value)),
        scores: rowMajor(labels.map((label) => numbers(wine[`lr_p_${label}`]!))),
        labels,
      },
      readExpected('wine_quality').metrics.model_3class_logreg,
    )
  })

  it('are those of scikit-learn for the softmax of logits of some thousands', () => {
    const columns = readColumns('digits_mnist_cnn')
    const digits = Array.from({ length: 10 }, (_, digit) => digit)
    const scores = rowMajor(digits.map((digit) => numbers(columns[`logit_${digit}`]!)))
    for (let start = 0; start < scores.length; start += 10) {
      const row = scores.subarray(start, start + 10)
      const most = Math.max(...row)
      const sum = row.reduce((total, logit) => total + Math.exp(logit - most), 0)
      row.forEach((logit, k) => (row[k] = Math.exp(logit - most) / sum))
    }
    expectReference(
      {
        y: Int32Array.from(columns['label']!, Number),
        scores,
        labels: digits.map(String),
        numericLabels: digits,
      },
      readExpected('digits_mnist_cnn').metrics.model_softmax_of_logits,
    )
  })

  it('give the Hand–Till area of pROC', () => {
    const { metrics } = evaluateMulticlass({
      y: Int32Array.from(wine['quality']!, (value) => Number(value) - 3),
      scores: forest(),
      labels: qualities.map(String),
      seed: 1,
    })
    const { hand_till_multiclass_auc: expected } = readExpected('wine_quality', 'expected_r.json')
    expectNear(metrics['roc_auc_ovo']!.value, expected, 'roc_auc_ovo')
  })
})
