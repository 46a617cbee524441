/** Evaluations of the reference cases, laid out like the documents of the references, so that each number has its place. */
import { analyseFairness } from '../../../shared/fairness/analyse-fairness.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import type { MulticlassRequest } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
import { groupScores } from '../../../shared/metrics/ranked-groups.ts'
import { delong } from '../../../shared/statistics/delong.ts'
import { quantileOfSorted } from '../../../shared/statistics/quantile.ts'
import { mcnemar } from '../../../shared/comparison/mcnemar.ts'

/** Numbers and texts by name, as in a document of the references. */
export interface Mirror {
  [key: string]: Mirror | readonly unknown[] | number | string | boolean | null | undefined
}

const scoreQuantiles = ['0', '0.05', '0.25', '0.5', '0.75', '0.95', '1']

export interface BinaryCase {
  readonly y: Uint8Array
  readonly score: Float32Array | Float64Array
  readonly threshold: number
  readonly positive: string
}

export function binaryMirror({ y, score, threshold, positive }: BinaryCase): Mirror {
  const { metrics, detail } = evaluateBinary({ y, score, threshold, positive, negative: '', seed: 1 })
  const value = (key: string): number | null => metrics[key]!.value
  const [[tn, fp], [fn, tp]] = detail.confusion.counts as [[number, number], [number, number]]
  const filled = detail.calibration!.bins.filter((bin) => bin.n > 0)
  const table = detail.thresholds!
  const sorted = Float64Array.from(score).sort()
  return {
    n: y.length,
    positive,
    threshold,
    ...Object.fromEntries(
      ['prevalence', 'accuracy', 'balanced_accuracy', 'precision', 'recall', 'specificity', 'npv', 'f1', 'f2', 'f05']
        .concat(['mcc', 'cohen_kappa', 'jaccard', 'roc_auc', 'average_precision', 'pr_auc_trapezoid', 'log_loss'])
        .concat(['gini', 'ks_threshold', 'lift_top_decile'])
        .map((key) => [key, value(key)]),
    ),
    confusion: { tn, fp, fn, tp },
    partial_auc_mcclish_fpr0_1: value('partial_auc_fpr0_1'),
    brier: value('brier_score'),
    ks_stat: value('ks_statistic'),
    ece10: value('ece'),
    mce10: value('mce'),
    calibration_curve_uniform10: {
      mean_predicted: filled.map((bin) => bin.meanPredicted),
      fraction_positive: filled.map((bin) => bin.observed.value),
    },
    roc_points: detail.roc!.exactPoints,
    distinct_scores: detail.pr!.exactPoints - 1,
    score_quantiles: Object.fromEntries(scoreQuantiles.map((p) => [p, quantileOfSorted(sorted, Number(p))])),
    threshold_sweep: Array.from({ length: 9 }, (_, step) => {
      const at = 10 * (step + 1)
      return {
        threshold: table.threshold[at],
        precision: table.precision[at],
        recall: table.recall[at],
        f1: table.f1[at],
        predicted_positive: Math.round(table.selectionRate[at]! * y.length),
      }
    }),
    best_f1: { threshold: value('best_f1_threshold'), f1: value('best_f1') },
  }
}

/** @param attributes Text of each row, by column. */
export function fairnessMirror(
  { y, score, threshold }: BinaryCase,
  attributes: Readonly<Record<string, readonly string[]>>,
): Mirror {
  const decided = Uint8Array.from(score, (value) => (value >= threshold ? 1 : 0))
  const columns = Object.entries(attributes).map(([name, texts]) => {
    const labels = [...new Set(texts)].sort()
    return { name, labels, codes: Uint16Array.from(texts, (text) => labels.indexOf(text)) }
  })
  const result = analyseFairness({
    rows: {
      kind: 'classifier',
      y,
      decided,
      correct: Uint8Array.from(y, (truth, row) => (truth === decided[row] ? 1 : 0)),
      score,
      probabilities: true,
    },
    columns,
    attributes: columns.map((_, place) => [place]),
    strata: null,
    reference: {},
    minimumGroup: 10,
    threshold,
    seed: 1,
  })
  return Object.fromEntries(
    result.attributes.map((attribute) => {
      const parity = (name: string) => attribute.parity.find((entry) => entry.name === name)!
      return [
        attribute.name,
        {
          groups: Object.fromEntries(
            attribute.groups.map(({ values, n, counts, metrics }) => [
              values[0]!,
              {
                n,
                confusion: { ...counts },
                ...Object.fromEntries(
                  ['base_rate', 'selection_rate', 'accuracy', 'tpr', 'fpr', 'fnr', 'ppv', 'roc_auc'].map((key) => [
                    key,
                    metrics[key]?.value,
                  ]),
                ),
              },
            ]),
          ),
          dp_difference: parity('demographic_parity').difference.value,
          dp_ratio: parity('demographic_parity').ratio!.value,
          tpr_difference: parity('equal_opportunity').difference.value,
          fpr_difference: parity('predictive_equality').difference.value,
          eo_difference: parity('equalized_odds').difference.value,
        },
      ]
    }),
  )
}

export function regressionMirror(y: Float64Array, prediction: Float64Array): Mirror {
  const { metrics, detail } = evaluateRegression({ y, prediction, seed: 1 })
  const same = ['mae', 'mse', 'rmse', 'r2', 'explained_variance', 'mape', 'smape', 'median_ae', 'max_error', 'rmsle']
  same.push('mean_residual', 'd2_absolute_error', 'pinball_0_9', 'pearson_r', 'spearman_rho', 'target_mean')
  const { probability, value } = detail.residualQuantiles
  return {
    n: y.length,
    ...Object.fromEntries(same.map((key) => [key, metrics[key]!.value])),
    residual_std_ddof1: metrics['residual_std']!.value,
    pred_mean: metrics['prediction_mean']!.value,
    residual_quantiles: Object.fromEntries(probability.map((p, at) => [String(p), value[at]])),
  }
}

export function multiclassMirror(request: Omit<MulticlassRequest, 'seed'>): Mirror {
  const { metrics, detail } = evaluateMulticlass({ ...request, seed: 1 })
  const value = (key: string): number | null => metrics[key]!.value
  const averages = (suffix: string, prefix: string): Mirror =>
    Object.fromEntries(
      ['macro', 'micro', 'weighted'].map((average) => [
        `${prefix}_${average}`,
        Object.fromEntries(['precision', 'recall', 'f1'].map((part) => [part, value(`${part}_${average}${suffix}`)])),
      ]),
    )
  const byClass = (key: string): Mirror =>
    Object.fromEntries(detail.classes.map((entry) => [entry.label, entry.metrics[key]!.value]))
  return {
    n: request.y.length,
    classes: [...request.labels],
    classes_in_holdout: detail.classes.filter((entry) => entry.support > 0).map((entry) => entry.label),
    ...Object.fromEntries(
      [
        'accuracy',
        'balanced_accuracy',
        'mcc',
        'cohen_kappa',
        'cohen_kappa_quadratic',
        'log_loss',
        'roc_auc_ovr_weighted',
      ].map((key) => [key, value(key)]),
    ),
    top2_accuracy: value('top_2_accuracy'),
    multiclass_brier: value('brier_score'),
    roc_auc_ovr_macro_over_present: value('roc_auc_ovr_present'),
    roc_auc_ovr_macro: value('roc_auc_ovr'),
    roc_auc_ovo_macro: value('roc_auc_ovo'),
    confusion_matrix: { labels: detail.confusion.labels, matrix: detail.confusion.counts },
    // scikit-learn writes 0 where a class is never predicted or has no rows; here that is null.
    per_class: Object.fromEntries(
      detail.classes.map(({ label, support, metrics: own }) => [
        label,
        {
          precision: own['precision']!.value ?? 0,
          recall: own['recall']!.value ?? 0,
          'f1-score': own['f1']!.value ?? 0,
          support,
        },
      ]),
    ),
    roc_auc_ovr_per_class: byClass('roc_auc'),
    average_precision_per_class: byClass('average_precision'),
    ...averages('_all_labels', 'all_labels'),
    ...averages('', 'sklearn_default_labels'),
  }
}

/** What R's pROC, caret, ROCR and MLmetrics say of a binary classifier. */
export function rBinaryMirror(rows: BinaryCase): Mirror {
  const { y, score } = rows
  const { metrics } = evaluateBinary({ ...rows, negative: '', seed: 1 })
  const value = (key: string): number => metrics[key]!.value!
  const auc = metrics['roc_auc']!
  const youden = evaluateBinary({ ...rows, threshold: value('ks_threshold'), negative: '', seed: 1 }).metrics
  const decided = Uint8Array.from(score, (one) => (one >= rows.threshold ? 1 : 0))
  const chance = 0.1 ** 2 / 2
  return {
    auc: auc.value,
    auc_delong_var: delong(groupScores(y, score)).variance,
    auc_ci95_delong: [auc.low, auc.value, auc.high],
    // McClish's correction, undone.
    'auc_partial_fpr0_0.1_raw': chance + (2 * value('partial_auc_fpr0_1') - 1) * (0.1 - chance),
    'auc_partial_fpr0_0.1_corrected': value('partial_auc_fpr0_1'),
    youden: { sensitivity: youden['recall']!.value, specificity: youden['specificity']!.value },
    caret_overall: {
      Accuracy: value('accuracy'),
      Kappa: value('cohen_kappa'),
      AccuracyNull: Math.max(value('prevalence'), 1 - value('prevalence')),
      McnemarPValue: mcnemar(y, decided).correctedP,
    },
    caret_byClass: {
      Sensitivity: value('recall'),
      Specificity: value('specificity'),
      'Pos Pred Value': value('precision'),
      'Neg Pred Value': value('npv'),
      Precision: value('precision'),
      Recall: value('recall'),
      F1: value('f1'),
      Prevalence: value('prevalence'),
      'Detection Rate': value('recall') * value('prevalence'),
      'Detection Prevalence': value('selection_rate'),
      'Balanced Accuracy': value('balanced_accuracy'),
    },
    logloss_MLmetrics: value('log_loss'),
    ks_stat_percent_MLmetrics: 100 * value('ks_statistic'),
    rocr_auc: auc.value,
    brier: value('brier_score'),
  }
}

export function rRegressionMirror(y: Float64Array, prediction: Float64Array): Mirror {
  const { metrics } = evaluateRegression({ y, prediction, seed: 1 })
  const value = (key: string): number => metrics[key]!.value!
  return {
    mae: value('mae'),
    rmse: value('rmse'),
    mape: value('mape'),
    r2_MLmetrics: value('r2'),
    caret: { RMSE: value('rmse'), Rsquared: value('pearson_r') ** 2, MAE: value('mae') },
  }
}
