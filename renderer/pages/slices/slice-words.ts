import type { SliceMetric } from '../../../shared/contract/slices.ts'

export const metricTitles: Readonly<Record<SliceMetric, string>> = {
  error_rate: 'Error rate',
  log_loss: 'Log loss',
  false_negative_rate: 'False negative rate',
  false_positive_rate: 'False positive rate',
  absolute_error: 'Absolute error',
  squared_error: 'Squared error',
}
