/** Table cells of a metric; an undefined one is "—" with its reason. */
import type { Metric } from '../../contract/evidence.ts'
import type { Evidence } from '../../contract/run.ts'
import { intervalText } from '../../format/interval.ts'
import { formatMetric, formatNumber } from '../../format/number.ts'
import { metricTitle } from '../../format/words.ts'
import type { Cell } from '../report-document.ts'
import { clipText, nameText } from '../visible-text.ts'

export const dash = '—'

/** A p-value, as exact as the tests are. */
export const pText = (p: number | null): string => (p === null ? dash : p < 0.0001 ? '< 0.0001' : formatNumber(p))

const reasonOf = (metric: Metric): string => clipText(metric.reason ?? 'no reason recorded', 300)

export const titleOf = (evidence: Evidence, key: string): string =>
  nameText(evidence.definitions[key]?.title ?? metricTitle(key))

export const valueCell = (metric: Metric): Cell =>
  metric.value === null ? { text: dash, note: reasonOf(metric) } : formatMetric(metric).value

export function intervalCell(metric: Metric): Cell {
  const interval = intervalText(metric)
  if (interval !== null) return interval
  // The value's cell has the reason already.
  return metric.value === null || metric.reason === undefined ? dash : { text: dash, note: reasonOf(metric) }
}

/** Value and interval in one cell. */
export function metricCell(metric: Metric | undefined): Cell {
  if (metric === undefined) return dash
  const interval = intervalText(metric)
  return interval === null ? valueCell(metric) : { text: formatMetric(metric).value, note: interval }
}

/** The headline first, then the document's order. */
export const metricKeys = (evidence: Evidence): string[] => {
  const keys = Object.keys(evidence.metrics)
  return keys.includes(evidence.headline)
    ? [evidence.headline, ...keys.filter((key) => key !== evidence.headline)]
    : keys
}
