/** A metric's interval, and how many rows stand behind it, as text. */
import type { Metric } from '../contract/evidence.ts'
import { formatCount, formatMetric } from './number.ts'

/** "0.823 to 0.859", or null where there is no interval. */
export function intervalText(metric: Pick<Metric, 'value' | 'low' | 'high'>): string | null {
  const { low, high } = formatMetric(metric)
  return low === null || high === null ? null : `${low} to ${high}`
}

/** "6,980 used / 7,043 total". */
export const usedText = (used: number, total: number): string =>
  `${formatCount(used)} used / ${formatCount(total)} total`
