/** What each number of a fairness analysis means, and which question it answers. */
import type { MetricDefinition } from '../contract/evidence.ts'
import type { Mitigation } from '../contract/fairness.ts'

const fraction = (title: string, definition: string, source: string): MetricDefinition => ({
  title,
  definition,
  source,
  better: 'none',
  unit: 'fraction',
})

const fairlearn = 'Fairlearn (Bird et al. 2020)'
const aequitas = 'Aequitas (Saleiro et al. 2018)'
const clarify = 'Amazon SageMaker Clarify (Hardt et al. 2021), smclarify'

/** Rates and means of one group. "Selected" is the class that the analysis asks about. */
export const groupMetricDefinitions: Readonly<Record<string, MetricDefinition>> = {
  selection_rate: fraction('Selection rate', 'Share of the group that the model selects.', fairlearn),
  base_rate: fraction('Base rate', 'Share of the group that truly is of the selected class.', aequitas),
  tpr: fraction('True positive rate', 'Of the rows that truly are positive, the share selected.', fairlearn),
  tnr: fraction('True negative rate', 'Of the rows that truly are negative, the share not selected.', fairlearn),
  fpr: fraction('False positive rate', 'Of the rows that truly are negative, the share selected.', fairlearn),
  fnr: fraction('False negative rate', 'Of the rows that truly are positive, the share not selected.', fairlearn),
  ppv: fraction('Precision', 'Of the selected rows, the share that truly is positive.', aequitas),
  npv: fraction('Negative predictive value', 'Of the rows not selected, the share that truly is negative.', aequitas),
  fdr: fraction('False discovery rate', 'Of the selected rows, the share that truly is negative.', aequitas),
  for: fraction('False omission rate', 'Of the rows not selected, the share that truly is positive.', aequitas),
  accuracy: fraction('Accuracy', 'Share of the group whose predicted class is the true one.', fairlearn),
  roc_auc: fraction(
    'ROC AUC',
    'How well scores tell positive from negative rows within the group.',
    'Hanley and McNeil 1982',
  ),
  mean_score: fraction('Mean score', 'Mean score of the selected class in the group.', 'Kleinberg et al. 2016'),
  calibration_gap: {
    title: 'Observed minus predicted',
    definition: 'Share of positive rows minus mean probability: above 0 the model says too little for this group.',
    source: 'Kleinberg, Mullainathan and Raghavan 2016',
    better: 'zero',
    unit: 'fraction',
  },
  ece: {
    title: 'Expected calibration error',
    definition: 'Mean size of the gap between probability and observed share, over ten bins, in the group.',
    source: 'Naeini, Cooper and Hauskrecht 2015; Pleiss et al. 2017',
    better: 'lower',
    unit: 'fraction',
  },
  mean_residual: {
    title: 'Mean residual',
    definition: 'Mean of target minus prediction: above 0 the model predicts too little for the group.',
    source: 'Agarwal, Dudík and Wu 2019',
    better: 'zero',
    unit: 'target',
  },
  mae: {
    title: 'MAE',
    definition: 'Mean size of target minus prediction in the group.',
    source: fairlearn,
    better: 'lower',
    unit: 'target',
  },
  rmse: {
    title: 'RMSE',
    definition: 'Root of the mean squared error in the group.',
    source: fairlearn,
    better: 'lower',
    unit: 'target',
  },
  prediction_mean: {
    title: 'Mean prediction',
    definition: 'Mean prediction in the group.',
    source: 'Agarwal, Dudík and Wu 2019',
    better: 'none',
    unit: 'target',
  },
  target_mean: {
    title: 'Mean target',
    definition: 'Mean of the target in the group.',
    source: aequitas,
    better: 'none',
    unit: 'target',
  },
}

const measure = (title: string, definition: string, better: MetricDefinition['better'] = 'zero'): MetricDefinition => ({
  title,
  definition,
  source: clarify,
  better,
  unit: 'coefficient',
})

/** Clarify's measures: group d against reference group a. */
export const clarifyDefinitions: Readonly<Record<string, MetricDefinition>> = {
  DPPL: measure('DPPL', 'Difference in positive proportions in predicted labels: selection rate of a minus that of d.'),
  DI: measure(
    'DI',
    'Disparate impact: selection rate of d over that of a; 1 is parity, under 0.8 the US four-fifths rule.',
    'none',
  ),
  DCA: measure('DCA', 'Difference in conditional acceptance: positive labels over selections, of a minus that of d.'),
  DCR: measure('DCR', 'Difference in conditional rejection: negative labels over rejections, of d minus that of a.'),
  RD: measure('RD', 'Recall difference: true positive rate of a minus that of d.'),
  SD: measure('SD', 'Specificity difference: true negative rate of d minus that of a.'),
  DAR: measure('DAR', 'Difference in acceptance rates: precision of a minus that of d.'),
  DRR: measure('DRR', 'Difference in rejection rates: negative predictive value of d minus that of a.'),
  AD: measure('AD', 'Accuracy difference: accuracy of a minus that of d.'),
  TE: measure('TE', 'Treatment equality: misses over false alarms, of d minus that of a.'),
  CDDPL: measure(
    'CDDPL',
    'Conditional demographic disparity in predicted labels: within each stratum, the share of d among the rejected minus that among the selected, weighted by rows.',
  ),
}

export interface ParityGuide {
  readonly title: string
  /** The question that it answers. */
  readonly question: string
  /** When it is the right one, and what speaks against it. */
  readonly advice: string
}

/** Which parity answers which question. Where base rates differ, not all of them can hold at once (Chouldechova 2017). */
export const parityGuides: Readonly<Record<string, ParityGuide>> = {
  demographic_parity: {
    title: 'Demographic parity',
    question: 'Is each group selected equally often?',
    advice:
      'Right where selection itself is the good to be shared, or labels repeat past injustice. It takes no heed of who is truly positive: with different base rates it forces errors on one group.',
  },
  equal_opportunity: {
    title: 'Equal opportunity',
    question: 'Of those who truly are positive, is each group found equally often?',
    advice:
      'Right where being selected helps those who deserve it, such as a loan that would be repaid. It needs labels that can be trusted for every group.',
  },
  predictive_equality: {
    title: 'Predictive equality',
    question: 'Of those who truly are negative, is each group flagged by mistake equally often?',
    advice:
      'Right where being selected harms, such as an investigation: the innocent of each group bear the same risk.',
  },
  equalized_odds: {
    title: 'Equalized odds',
    question: 'Are both kinds of error equally frequent in each group?',
    advice:
      'Equal opportunity and predictive equality together. Strict: thresholds alone can rarely reach it, and it may cost much accuracy.',
  },
  predictive_parity: {
    title: 'Predictive parity',
    question: 'Does being selected mean the same in each group?',
    advice:
      'Right where someone acts on a selection and must be able to trust it alike. It can hold while one group is missed far more often.',
  },
  negative_predictive_parity: {
    title: 'Negative predictive parity',
    question: 'Does not being selected mean the same in each group?',
    advice: 'Right where a rejection closes the case. Look at it together with predictive parity.',
  },
  accuracy_parity: {
    title: 'Accuracy parity',
    question: 'Is the model right equally often in each group?',
    advice: 'The first thing to look at, and the weakest: equal accuracy can hide opposite kinds of error.',
  },
  auc_parity: {
    title: 'AUC parity',
    question: 'Does the model rank equally well within each group?',
    advice:
      'Needs no threshold. A group with a lower area lacks informative features or rows; no choice of threshold repairs that.',
  },
  mean_residual_parity: {
    title: 'Mean residual parity',
    question: 'Is any group predicted too high or too low?',
    advice: 'The first thing to look at in a regression: a difference means that one group is favoured throughout.',
  },
  absolute_error_parity: {
    title: 'Absolute error parity',
    question: 'Are errors equally large in each group?',
    advice: 'Right where any error harms. Groups with a wider spread of targets have larger errors by nature.',
  },
  prediction_parity: {
    title: 'Mean prediction parity',
    question: 'Is each group given the same on average?',
    advice: 'Demographic parity of a regression, with the same limits: it takes no heed of true values.',
  },
}

/** What must be said beside every threshold of its own for a group. */
export const mitigationCaution =
  'A threshold for each group takes the protected attribute into the decision itself, which may be unlawful where you are; one threshold for all does not. The numbers are of rows that the thresholds were not fitted to.'

/** What a set of thresholds makes alike, and how, in words. */
export const mitigationTitle = ({ goal, choice, target }: Pick<Mitigation, 'goal' | 'choice' | 'target'>): string => {
  const how = {
    keep: 'by group, overall rate kept',
    best: 'by group, most accurate',
    single: `one for all, at most ${target} apart`,
  }[choice]
  return `${parityGuides[goal]?.title ?? goal}, ${how}`
}
