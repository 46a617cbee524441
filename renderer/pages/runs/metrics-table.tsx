/** Each metric: value, 95 % interval in numbers and drawn, the rows behind it, and how the interval was made. */
import type { MetricDefinition, Metrics } from '../../../shared/contract/evidence.ts'
import { IntervalBar, UsedOfTotal } from '../../components/interval.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { intervalText } from '../../../shared/format/interval.ts'
import { metricEntries } from '../../../shared/format/metric-order.ts'
import { formatMetric } from '../../../shared/format/number.ts'
import { toTsv } from '../../rows/tsv.ts'
import { MetricName } from './metric-name.tsx'
import { rangeOf } from './metric-range.ts'

const asTsv = (metrics: Metrics, total: number): string =>
  toTsv([
    ['metric', 'value', 'low', 'high', 'n used', 'n total', 'method', 'reason'],
    ...metricEntries(metrics).map(([name, metric]) => [
      name,
      metric.value === null ? null : String(metric.value),
      metric.low === null ? null : String(metric.low),
      metric.high === null ? null : String(metric.high),
      String(metric.n),
      String(total),
      metric.method,
      metric.reason ?? null,
    ]),
  ])

export const MetricsTable = ({
  metrics,
  definitions,
  total,
  label,
}: {
  readonly metrics: Metrics
  readonly definitions: Readonly<Record<string, MetricDefinition>>
  readonly total: number
  readonly label: string
}) => (
  <>
    <div className="table-scroll" role="group" aria-label={label} tabIndex={0}>
      <table className="table metrics" data-testid="metrics">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" className="number">
              Value
            </th>
            <th scope="col" className="number">
              95 % interval
            </th>
            <th scope="col">
              <span className="visually-hidden">Interval, drawn</span>
            </th>
            <th scope="col" className="number">
              n used / n total
            </th>
            <th scope="col">How the interval was made</th>
          </tr>
        </thead>
        <tbody>
          {metricEntries(metrics).map(([name, metric]) => {
            const interval = intervalText(metric)
            const definition = definitions[name]
            return (
              <tr key={name} data-metric={name}>
                <th scope="row">
                  <MetricName name={name} definition={definition} />
                </th>
                <td className="number metric-value">{formatMetric(metric).value}</td>
                <td className="number">{interval ?? '—'}</td>
                <td>
                  <IntervalBar metric={metric} range={rangeOf(metric, definition)} />
                </td>
                <td className="number">
                  <UsedOfTotal used={metric.n} total={total} />
                </td>
                <td className="muted">{metric.reason ?? metric.method ?? 'No interval is defined for it'}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
    <CopyButton text={() => asTsv(metrics, total)} label="Copy as a table" name={`Copy ${label} as a table`} />
  </>
)
