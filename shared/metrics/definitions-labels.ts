/** Definitions of the metrics that need a classifier’s decisions only. */
import type { MetricDefinition } from '../contract/evidence.ts'

export const labelDefinitions: Readonly<Record<string, MetricDefinition>> = {
  accuracy: {
    title: 'Accuracy',
    definition: 'Fraction of rows whose predicted class is the true one: correct rows / rows.',
    source: 'scikit-learn accuracy_score (1.2, 2022)',
    better: 'higher',
    unit: 'fraction',
  },
  balanced_accuracy: {
    title: 'Balanced accuracy',
    definition: 'Mean over the classes that occur of the fraction of their rows that is predicted correctly (recall).',
    source: 'Brodersen et al. 2010; scikit-learn balanced_accuracy_score',
    better: 'higher',
    unit: 'fraction',
  },
  precision: {
    title: 'Precision',
    definition: 'Of the rows predicted positive (or as the class), the fraction that is: TP / (TP + FP).',
    source: 'van Rijsbergen 1979; scikit-learn precision_score',
    better: 'higher',
    unit: 'fraction',
  },
  recall: {
    title: 'Recall',
    definition:
      'Of the positive rows (or rows of the class), the fraction predicted so: TP / (TP + FN); also sensitivity or true positive rate.',
    source: 'van Rijsbergen 1979; scikit-learn recall_score',
    better: 'higher',
    unit: 'fraction',
  },
  specificity: {
    title: 'Specificity',
    definition: 'Of the negative rows (or rows of other classes), the fraction predicted so: TN / (TN + FP).',
    source: 'Yerushalmy 1947',
    better: 'higher',
    unit: 'fraction',
  },
  npv: {
    title: 'Negative predictive value',
    definition: 'Of the rows predicted negative, the fraction that is: TN / (TN + FN).',
    source: 'Altman and Bland 1994',
    better: 'higher',
    unit: 'fraction',
  },
  f1: {
    title: 'F1',
    definition: 'Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).',
    source: 'van Rijsbergen 1979; scikit-learn f1_score',
    better: 'higher',
    unit: 'fraction',
  },
  f2: {
    title: 'F2',
    definition: 'F-score that weighs recall twice as much as precision: 5 TP / (5 TP + 4 FN + FP).',
    source: 'van Rijsbergen 1979; scikit-learn fbeta_score with beta 2',
    better: 'higher',
    unit: 'fraction',
  },
  f05: {
    title: 'F0.5',
    definition: 'F-score that weighs recall half as much as precision: 1.25 TP / (1.25 TP + 0.25 FN + FP).',
    source: 'van Rijsbergen 1979; scikit-learn fbeta_score with beta 0.5',
    better: 'higher',
    unit: 'fraction',
  },
  fpr: {
    title: 'False positive rate',
    definition: 'Of the negative rows, the fraction predicted positive: FP / (FP + TN).',
    source: 'Fawcett 2006',
    better: 'lower',
    unit: 'fraction',
  },
  fnr: {
    title: 'False negative rate',
    definition: 'Of the positive rows, the fraction predicted negative: FN / (FN + TP).',
    source: 'Fawcett 2006',
    better: 'lower',
    unit: 'fraction',
  },
  mcc: {
    title: 'Matthews correlation coefficient',
    definition:
      'Correlation of true and predicted class, −1 to 1; for two classes (TP·TN − FP·FN) / √((TP+FP)(TP+FN)(TN+FP)(TN+FN)), for more the RK statistic.',
    source: 'Matthews 1975; Gorodkin 2004; scikit-learn matthews_corrcoef',
    better: 'higher',
    unit: 'coefficient',
  },
  cohen_kappa: {
    title: 'Cohen’s kappa',
    definition:
      'Agreement of true and predicted class beyond chance: (pₒ − pₑ) / (1 − pₑ), pₒ being accuracy and pₑ the agreement expected from the class counts.',
    source: 'Cohen 1960; scikit-learn cohen_kappa_score',
    better: 'higher',
    unit: 'coefficient',
  },
  cohen_kappa_quadratic: {
    title: 'Quadratic weighted kappa',
    definition:
      'Kappa where a wrong class costs the square of its distance in rank among the numeric labels: 1 − Σ w·observed / Σ w·expected.',
    source: 'Cohen 1968; scikit-learn cohen_kappa_score with weights quadratic',
    better: 'higher',
    unit: 'coefficient',
  },
  jaccard: {
    title: 'Jaccard index',
    definition: 'Of the rows that are or are predicted positive, the fraction that is both: TP / (TP + FP + FN).',
    source: 'Jaccard 1901; scikit-learn jaccard_score',
    better: 'higher',
    unit: 'fraction',
  },
  prevalence: {
    title: 'Prevalence',
    definition: 'Fraction of rows that are positive (or of the class).',
    source: 'Altman and Bland 1994',
    better: 'none',
    unit: 'fraction',
  },
  selection_rate: {
    title: 'Selection rate',
    definition: 'Fraction of rows that are predicted positive (or as the class): (TP + FP) / rows.',
    source: 'Fairlearn selection_rate (0.8, 2022)',
    better: 'none',
    unit: 'fraction',
  },
}

const parts = {
  precision: 'Precision',
  recall: 'Recall',
  f1: 'F1',
} as const
const averages = {
  macro: ['plain mean', 'mean over classes, each counting the same'],
  weighted: ['weighted mean', 'mean over classes, each counting by its rows'],
  micro: ['pooled', 'taken over the hits, misses and false calls of all classes together'],
} as const
const labelSets = {
  '': ['', 'the classes that occur or are predicted (scikit-learn’s default)'],
  _all_labels: [', all labels', 'all classes that the model names'],
} as const

/** Precision, recall and F1 of a multiclass classifier, averaged in three ways over two sets of classes. */
export const averageDefinitions: Readonly<Record<string, MetricDefinition>> = Object.fromEntries(
  Object.entries(parts).flatMap(([part, title]) =>
    Object.entries(averages).flatMap(([average, [averageTitle, how]]) =>
      Object.entries(labelSets).map(([suffix, [suffixTitle, which]]): [string, MetricDefinition] => [
        `${part}_${average}${suffix}`,
        {
          title: `${title}, ${averageTitle}${suffixTitle}`,
          definition: `${title}, ${how}, over ${which}; 0 for a class where it is undefined.`,
          source: `scikit-learn precision_recall_fscore_support with average ${average} (1.2, 2022)`,
          better: 'higher',
          unit: 'fraction',
        },
      ]),
    ),
  ),
)
