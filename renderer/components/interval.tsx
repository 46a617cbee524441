/** A metric with its interval: numbers, and a small drawing on a scale that the rows of one table share. */
import type { Metric } from '../../shared/contract/evidence.ts'
import { intervalText } from '../../shared/format/interval.ts'
import { formatCount, formatMetric } from '../../shared/format/number.ts'

/** Where the drawing starts and ends, for metrics whose range is known. */
export interface Range {
  readonly from: number
  readonly to: number
}

export const IntervalBar = ({ metric, range }: { readonly metric: Metric; readonly range: Range }) => {
  const { value, low, high } = metric
  if (value === null) return null
  const at = (x: number): number => 2 + 116 * Math.min(1, Math.max(0, (x - range.from) / (range.to - range.from || 1)))
  return (
    <svg className="interval-bar" width="120" height="12" viewBox="0 0 120 12" aria-hidden="true" focusable="false">
      <line className="interval-axis" x1="2" x2="118" y1="6" y2="6" />
      {low !== null && high !== null && (
        <rect className="interval-span" x={at(low)} width={Math.max(3, at(high) - at(low))} y="2" height="8" rx="1" />
      )}
      <line className="interval-value" x1={at(value)} x2={at(value)} y1="1" y2="11" />
    </svg>
  )
}

/** "0.841 (0.823 to 0.859)", on one line where there is room; "—" and the reason where it is undefined. */
export const MetricText = ({ metric }: { readonly metric: Metric }) => {
  const interval = intervalText(metric)
  if (metric.value === null) {
    return (
      <span className="tabular metric-text">
        — <span className="muted">{metric.reason ?? 'undefined'}</span>
      </span>
    )
  }
  return (
    <span className="tabular metric-text">
      {formatMetric(metric).value}
      {interval !== null && (
        <>
          {' '}
          <span className="muted interval-text">({interval})</span>
        </>
      )}
    </span>
  )
}

export const UsedOfTotal = ({ used, total }: { readonly used: number; readonly total: number }) => (
  <span className="tabular">
    {formatCount(used)} <span className="muted">/ {formatCount(total)}</span>
  </span>
)
