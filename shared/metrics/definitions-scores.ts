/** Definitions of the metrics that need a classifier’s scores. */
import type { MetricDefinition } from '../contract/evidence.ts'

export const scoreDefinitions: Readonly<Record<string, MetricDefinition>> = {
  roc_auc: {
    title: 'ROC AUC',
    definition:
      'Probability that a positive row scores higher than a negative row, ties counting half: the area under the ROC curve.',
    source: 'Hanley and McNeil 1982; DeLong et al. 1988; scikit-learn roc_auc_score',
    better: 'higher',
    unit: 'fraction',
  },
  gini: {
    title: 'Gini coefficient',
    definition: '2 · ROC AUC − 1: 0 for a ranking by chance, 1 for a perfect one.',
    source: 'Thomas, Edelman and Crook 2002',
    better: 'higher',
    unit: 'coefficient',
  },
  average_precision: {
    title: 'Average precision',
    definition:
      'Precision averaged over the increases of recall from the highest score down: Σ (Rₖ − Rₖ₋₁) Pₖ, without interpolation.',
    source: 'scikit-learn average_precision_score (1.2, 2022)',
    better: 'higher',
    unit: 'fraction',
  },
  pr_auc_trapezoid: {
    title: 'PR AUC (trapezoid)',
    definition:
      'Area under the precision-recall curve with straight lines between its points; higher than average precision or lower, and optimistic.',
    source: 'Davis and Goadrich 2006; scikit-learn auc of precision_recall_curve',
    better: 'higher',
    unit: 'fraction',
  },
  partial_auc_fpr0_1: {
    title: 'Partial ROC AUC (FPR up to 0.1)',
    definition:
      'Area under the ROC curve up to a false positive rate of 0.1, scaled so that chance is 0.5 and perfect is 1.',
    source: 'McClish 1989; scikit-learn roc_auc_score with max_fpr 0.1',
    better: 'higher',
    unit: 'fraction',
  },
  ks_statistic: {
    title: 'KS statistic',
    definition:
      'Largest distance of the positive from the negative rows’ score distribution: max (TPR − FPR) over thresholds.',
    source: 'Kolmogorov 1933; Thomas, Edelman and Crook 2002',
    better: 'higher',
    unit: 'fraction',
  },
  ks_threshold: {
    title: 'KS threshold',
    definition: 'The highest threshold at which TPR − FPR is largest, which is also Youden’s.',
    source: 'Youden 1950',
    better: 'none',
    unit: 'none',
  },
  lift_top_decile: {
    title: 'Lift in the top decile',
    definition:
      'Prevalence in the tenth of rows with the highest scores, rounded down, over prevalence in all rows; equal scores share the last places.',
    source: 'Ling and Li 1998',
    better: 'higher',
    unit: 'none',
  },
  best_f1: {
    title: 'Best F1',
    definition: 'Largest F1 over all thresholds; chosen on these rows, so optimistic.',
    source: 'Lipton, Elkan and Naryanaswamy 2014',
    better: 'higher',
    unit: 'fraction',
  },
  best_f1_threshold: {
    title: 'Threshold of the best F1',
    definition: 'The highest threshold at which F1 is largest.',
    source: 'Lipton, Elkan and Naryanaswamy 2014',
    better: 'none',
    unit: 'none',
  },
  log_loss: {
    title: 'Log loss',
    definition:
      'Mean of −ln of the probability given to the true class, clipped to [2.22e-16, 1 − 2.22e-16]; with several classes each row is then divided by its sum; a class that the model never names has probability 0.',
    source: 'Good 1952; scikit-learn log_loss (1.2, 2022)',
    better: 'lower',
    unit: 'nats',
  },
  brier_score: {
    title: 'Brier score',
    definition:
      'Mean squared error of the probability: mean (p − y)² for two classes or one class against the rest, the sum of it over all classes (0 to 2) for a multiclass model.',
    source: 'Brier 1950; scikit-learn brier_score_loss',
    better: 'lower',
    unit: 'none',
  },
  ece: {
    title: 'Expected calibration error',
    definition:
      'Distance of predicted probability from observed fraction, averaged over 10 bins of equal width weighted by rows: Σ (n_b / n) |observed − predicted|; for a multiclass model of the predicted class. Biased upward on few rows.',
    source: 'Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017',
    better: 'lower',
    unit: 'fraction',
  },
  mce: {
    title: 'Maximum calibration error',
    definition:
      'Largest distance of predicted probability from observed fraction over the non-empty of 10 bins of equal width. Biased upward on few rows.',
    source: 'Naeini, Cooper and Hauskrecht 2015',
    better: 'lower',
    unit: 'fraction',
  },
  top_2_accuracy: {
    title: 'Top-2 accuracy',
    definition:
      'Fraction of rows whose true class is among the 2 with the highest scores; of equal scores the earlier class goes first, as for the predicted class.',
    source: 'scikit-learn top_k_accuracy_score (1.2, 2022), which puts the later class first',
    better: 'higher',
    unit: 'fraction',
  },
  top_3_accuracy: {
    title: 'Top-3 accuracy',
    definition:
      'Fraction of rows whose true class is among the 3 with the highest scores; of equal scores the earlier class goes first, as for the predicted class.',
    source: 'scikit-learn top_k_accuracy_score (1.2, 2022), which puts the later class first',
    better: 'higher',
    unit: 'fraction',
  },
  top_5_accuracy: {
    title: 'Top-5 accuracy',
    definition:
      'Fraction of rows whose true class is among the 5 with the highest scores; of equal scores the earlier class goes first, as for the predicted class.',
    source: 'scikit-learn top_k_accuracy_score (1.2, 2022), which puts the later class first',
    better: 'higher',
    unit: 'fraction',
  },
  roc_auc_ovr: {
    title: 'ROC AUC, one against the rest',
    definition:
      'Plain mean over all classes of the ROC AUC of the class against all others; undefined where a class has no rows.',
    source: 'Fawcett 2006; scikit-learn roc_auc_score with multi_class ovr',
    better: 'higher',
    unit: 'fraction',
  },
  roc_auc_ovr_present: {
    title: 'ROC AUC, one against the rest, present classes',
    definition: 'Plain mean, over the classes that have rows, of the ROC AUC of the class against all others.',
    source: 'Fawcett 2006',
    better: 'higher',
    unit: 'fraction',
  },
  roc_auc_ovr_weighted: {
    title: 'ROC AUC, one against the rest, weighted',
    definition: 'Mean over all classes, weighted by their rows, of the ROC AUC of the class against all others.',
    source: 'Provost and Domingos 2000; scikit-learn roc_auc_score with multi_class ovr, average weighted',
    better: 'higher',
    unit: 'fraction',
  },
  roc_auc_ovo: {
    title: 'ROC AUC, one against one',
    definition:
      'Plain mean over pairs of classes of the ROC AUC between them: M = 2 / (K (K − 1)) Σ (A(i|j) + A(j|i)) / 2.',
    source: 'Hand and Till 2001; scikit-learn roc_auc_score with multi_class ovo',
    better: 'higher',
    unit: 'fraction',
  },
  roc_auc_ovo_weighted: {
    title: 'ROC AUC, one against one, weighted',
    definition: 'Mean over pairs of classes, weighted by the rows of both, of the ROC AUC between them.',
    source:
      'Ferri, Hernández-Orallo and Modroiu 2009; scikit-learn roc_auc_score with multi_class ovo, average weighted',
    better: 'higher',
    unit: 'fraction',
  },
  average_precision_macro: {
    title: 'Average precision, plain mean',
    definition:
      'Plain mean over all classes of the average precision of the class against all others; undefined where a class has no rows.',
    source: 'scikit-learn average_precision_score with average macro (1.2, 2022)',
    better: 'higher',
    unit: 'fraction',
  },
}
