/** What the numbers of a calibration mean, beside those that the evaluation defines itself (ece, mce, brier_score). */
import type { MetricDefinition } from '../contract/evidence.ts'

export const calibrationDefinitions: Readonly<Record<string, MetricDefinition>> = {
  ace: {
    title: 'Adaptive calibration error',
    definition:
      'Mean distance between predicted probability and observed share over ten bins of as many rows each; tied scores stay together.',
    source: 'Nixon et al. 2019',
    better: 'lower',
    unit: 'fraction',
  },
  brier_reliability: {
    title: 'Reliability (of the Brier score)',
    definition:
      'Mean squared distance between predicted probability and observed share over ten bins of equal width. What a perfect recalibration would take off the Brier score.',
    source: 'Murphy 1973',
    better: 'lower',
    unit: 'none',
  },
  brier_resolution: {
    title: 'Resolution (of the Brier score)',
    definition:
      'Mean squared distance of the bins’ observed shares from the overall share: how far rows are told apart.',
    source: 'Murphy 1973',
    better: 'higher',
    unit: 'none',
  },
  brier_uncertainty: {
    title: 'Uncertainty (of the Brier score)',
    definition: 'Prevalence · (1 − prevalence): the Brier score of always saying the prevalence.',
    source: 'Murphy 1973',
    better: 'none',
    unit: 'none',
  },
  brier_within_bins: {
    title: 'Within bins (of the Brier score)',
    definition:
      'What reliability − resolution + uncertainty leave of the Brier score, because rows of one bin have different probabilities.',
    source: 'Stephenson, Coelho and Jolliffe 2008',
    better: 'none',
    unit: 'none',
  },
  calibration_slope: {
    title: 'Calibration slope',
    definition:
      'Slope of the log odds of the event on the log odds that were predicted. 1 is right; below 1 the probabilities are too extreme, above 1 too timid.',
    source: 'Cox 1958; Steyerberg 2019',
    better: 'none',
    unit: 'none',
  },
  calibration_intercept: {
    title: 'Calibration intercept',
    definition: 'Log odds of the event where the predicted log odds are 0, from the same fit as the slope. 0 is right.',
    source: 'Cox 1958; Steyerberg 2019',
    better: 'zero',
    unit: 'none',
  },
  calibration_in_the_large: {
    title: 'Calibration in the large',
    definition: 'Observed share minus mean predicted probability. Above 0 the event is predicted too seldom.',
    source: 'Steyerberg 2019',
    better: 'zero',
    unit: 'none',
  },
}
