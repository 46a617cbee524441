/** Definitions of the metrics that only a multilabel classifier has. */
import type { MetricDefinition } from '../contract/evidence.ts'

const higher = { better: 'higher', unit: 'fraction' } as const
const lower = { better: 'lower', unit: 'fraction' } as const

export const multilabelDefinitions: Readonly<Record<string, MetricDefinition>> = {
  subset_accuracy: {
    title: 'Subset accuracy',
    definition: 'Fraction of rows whose labels are all given and no other: the exact match ratio.',
    source: 'scikit-learn accuracy_score of label indicators (1.2, 2022)',
    ...higher,
  },
  hamming_loss: {
    title: 'Hamming loss',
    definition: 'Fraction of all pairs of row and label that are wrong.',
    source: 'Tsoumakas and Katakis 2007; scikit-learn hamming_loss',
    ...lower,
  },
  precision_samples: {
    title: 'Precision, mean over rows',
    definition: 'Of the labels a row is given, the fraction that it has, averaged over rows; 0 where none is given.',
    source: 'Godbole and Sarawagi 2004; scikit-learn precision_score with average samples',
    ...higher,
  },
  recall_samples: {
    title: 'Recall, mean over rows',
    definition: 'Of the labels a row has, the fraction that it is given, averaged over rows; 0 where it has none.',
    source: 'Godbole and Sarawagi 2004; scikit-learn recall_score with average samples',
    ...higher,
  },
  f1_samples: {
    title: 'F1, mean over rows',
    definition:
      'Harmonic mean of a row’s precision and recall, averaged over rows; 0 where it has and is given no label.',
    source: 'Godbole and Sarawagi 2004; scikit-learn f1_score with average samples',
    ...higher,
  },
  jaccard_samples: {
    title: 'Jaccard index, mean over rows',
    definition: 'Labels that a row has and is given over labels that it has or is given, averaged over rows.',
    source: 'Godbole and Sarawagi 2004; scikit-learn jaccard_score with average samples',
    ...higher,
  },
  jaccard_macro: {
    title: 'Jaccard index, plain mean',
    definition: 'Jaccard index of each label, averaged over labels, each counting the same.',
    source: 'scikit-learn jaccard_score with average macro',
    ...higher,
  },
  jaccard_weighted: {
    title: 'Jaccard index, weighted mean',
    definition: 'Jaccard index of each label, averaged over labels, each counting by its rows.',
    source: 'scikit-learn jaccard_score with average weighted',
    ...higher,
  },
  jaccard_micro: {
    title: 'Jaccard index, pooled',
    definition: 'Jaccard index over all pairs of row and label together.',
    source: 'scikit-learn jaccard_score with average micro',
    ...higher,
  },
  roc_auc_macro: {
    title: 'ROC AUC, plain mean',
    definition:
      'Plain mean over all labels of the ROC AUC of the label; undefined where a label is on no row or on all.',
    source: 'scikit-learn roc_auc_score of label indicators with average macro',
    ...higher,
  },
  roc_auc_macro_present: {
    title: 'ROC AUC, plain mean over present labels',
    definition: 'Plain mean, over the labels that some rows have and some lack, of the ROC AUC of the label.',
    source: 'Fawcett 2006',
    ...higher,
  },
  roc_auc_weighted: {
    title: 'ROC AUC, weighted mean',
    definition: 'Mean over all labels, weighted by their rows, of the ROC AUC of the label.',
    source: 'scikit-learn roc_auc_score of label indicators with average weighted',
    ...higher,
  },
  roc_auc_micro: {
    title: 'ROC AUC, pooled',
    definition: 'ROC AUC over all pairs of row and label together.',
    source: 'scikit-learn roc_auc_score of label indicators with average micro',
    ...higher,
  },
  average_precision_micro: {
    title: 'Average precision, pooled',
    definition: 'Average precision over all pairs of row and label together.',
    source: 'scikit-learn average_precision_score with average micro',
    ...higher,
  },
  label_ranking_average_precision: {
    title: 'Label ranking average precision',
    definition:
      'For each label that a row has, the fraction of its own among the labels scored at least as high, averaged over labels, then rows; 1 for a row with no label or with all.',
    source: 'Tsoumakas et al. 2010; scikit-learn label_ranking_average_precision_score',
    ...higher,
  },
  label_ranking_loss: {
    title: 'Label ranking loss',
    definition:
      'Fraction of a row’s pairs of a label that it has and one that it lacks that are scored in the wrong order, ties being wrong; averaged over rows.',
    source: 'Tsoumakas et al. 2010; scikit-learn label_ranking_loss',
    ...lower,
  },
  coverage_error: {
    title: 'Coverage error',
    definition:
      'How many labels must be taken from the highest score down to have all of a row’s own, averaged over rows.',
    source: 'Tsoumakas et al. 2010; scikit-learn coverage_error',
    better: 'lower',
    unit: 'count',
  },
}
