import type { Metric } from '../contract/evidence.ts'
import { meanOfProportionsInterval } from '../statistics/wilson.ts'
import { metricWithInterval, undefinedMetric } from './metric.ts'

/**
 * Mean recall over the classes that occur (scikit-learn's balanced_accuracy_score).
 *
 * @param recalls Each class's rows (effective ones, with weights) and how many of them were called by it.
 * @param rows Rows of these classes; the sum of their `n` where left out.
 */
export function balancedAccuracyMetric(
  recalls: readonly { readonly successes: number; readonly n: number }[],
  rows = recalls.reduce((sum, recall) => sum + recall.n, 0),
): Metric {
  const occurring = recalls.filter((recall) => recall.n > 0)
  if (occurring.length === 0) return undefinedMetric(0, 'no rows')
  return metricWithInterval(
    occurring.reduce((sum, recall) => sum + recall.successes / recall.n, 0) / occurring.length,
    rows,
    'Recovered from Wilson intervals (MOVER)',
    meanOfProportionsInterval(occurring),
  )
}
