import type { Metric, MetricDefinition } from '../../../shared/contract/evidence.ts'
import type { Range } from '../../components/interval.tsx'

/** The scale of a metric's drawing: its known range, or from zero to just past its interval. */
export const rangeOf = (metric: Metric, definition: MetricDefinition | undefined): Range => {
  if (definition?.unit === 'fraction') return { from: 0, to: 1 }
  if (definition?.unit === 'coefficient') return { from: -1, to: 1 }
  const ends = [0, metric.value ?? 0, metric.low ?? 0, metric.high ?? 0]
  const from = Math.min(...ends)
  const to = Math.max(...ends)
  const room = (to - from) * 0.1
  return { from: from < 0 ? from - room : 0, to: to > 0 ? to + room : 0 }
}
