import type { Evidence } from '../../../shared/contract/run.ts'
import { IntervalBar } from '../../components/interval.tsx'
import { intervalText } from '../../../shared/format/interval.ts'
import { formatMetric } from '../../../shared/format/number.ts'
import { MetricName } from './metric-name.tsx'
import { rangeOf } from './metric-range.ts'

export const Headline = ({ evidence }: { readonly evidence: Evidence }) => {
  const metric = evidence.metrics[evidence.headline]
  if (!metric) return null
  const interval = intervalText(metric)
  const definition = evidence.definitions[evidence.headline]
  return (
    <div className="headline" data-testid="headline">
      <h2>
        <MetricName name={evidence.headline} definition={definition} />
      </h2>
      <p className="headline-value tabular">{formatMetric(metric).value}</p>
      {metric.value === null ? (
        <p className="muted">{metric.reason ?? 'undefined'}</p>
      ) : (
        <>
          <p className="tabular">
            {interval === null ? `No interval: ${metric.reason ?? 'none is defined'}` : `95 % interval ${interval}`}
          </p>
          <IntervalBar metric={metric} range={rangeOf(metric, definition)} />
          {metric.method !== null && <p className="muted">{metric.method}</p>}
        </>
      )}
    </div>
  )
}
