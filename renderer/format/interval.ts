import type { Metric } from '../../shared/contract/evidence.ts'
import { formatMetric } from './number.ts'

/** "0.823 to 0.859", or null where there is no interval. */
export const intervalText = (metric: Metric): string | null => {
  const { low, high } = formatMetric(metric)
  return low === null || high === null ? null : `${low} to ${high}`
}
