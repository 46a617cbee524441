/** Each window: traffic, performance, calibration, drift and gates. */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import type { Metric } from '../../../shared/contract/evidence.ts'
import type { MonitorReport, MonitorWindow } from '../../../shared/contract/monitor-report.ts'
import { intervalText } from '../../../shared/format/interval.ts'
import { formatCount, formatMetric, formatNumber, formatPercent, plural } from '../../../shared/format/number.ts'
import { formatP } from '../../../shared/format/p-value.ts'
import { metricTitle } from '../../charts/monitor.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Section } from '../../components/page.tsx'
import { toTsv } from '../../rows/tsv.ts'

const MetricCell = ({ window, name }: { readonly window: MonitorWindow; readonly name: string }) => {
  const known = window.metrics[name]
  const metric: Metric | undefined = known ?? window.estimated[name]
  const against = window.against[name]
  if (!metric || metric.value === null) return <td className="number muted">—</td>
  const title = `${known ? `From ${plural(metric.n, 'labelled row')}` : 'Estimated without labels'}${
    against ? `; worse than approved: corrected p ${formatP(against.corrected)}` : ''
  }`
  return (
    <td className="number" title={title}>
      {!known && <span aria-label="estimated">≈ </span>}
      {formatMetric(metric).value}
      {intervalText(metric) !== null && <span className="muted"> ({intervalText(metric)})</span>}
      {against?.worse && (
        <span className="badge badge-error">
          {' '}
          <Icon name="down" size={14} />
          worse
        </span>
      )}
    </td>
  )
}

const gatesText = ({ gates }: MonitorWindow): string => {
  if (gates.length === 0) return '—'
  const failing = gates.filter(({ outcome }) => outcome === 'fail')
  if (failing.length > 0)
    return `${failing.map(({ title }) => title).join(', ')} fail${failing.length === 1 ? 's' : ''}`
  const open = gates.filter(({ outcome }) => outcome !== 'pass').length
  return open > 0 ? `${formatCount(open)} inconclusive` : 'all pass'
}

const calibrationText = ({ calibration }: MonitorWindow, rate: boolean): string => {
  if (calibration === null || calibration.observed.value === null) return '—'
  const text = (value: number): string => (rate ? formatPercent(value) : formatNumber(value))
  return `${text(calibration.predicted)} / ${text(calibration.observed.value)}`
}

const asTsv = ({ windows, watched }: MonitorReport): string =>
  toTsv([
    [
      'window',
      'rows',
      'requests',
      'errors',
      'p95 ms',
      'labelled',
      'columns in alarm',
      ...watched.flatMap((name) => [name, `${name} estimated`]),
    ],
    ...windows.map((window) => [
      window.label,
      String(window.rows),
      String(window.requests),
      window.errors === null ? null : String(window.errors),
      window.latencyMs === null ? null : String(window.latencyMs.p95),
      String(window.labelled),
      String(window.alarms),
      ...watched.flatMap((name) =>
        [window.metrics[name]?.value, window.estimated[name]?.value].map((value) =>
          value === null || value === undefined ? null : String(value),
        ),
      ),
    ]),
  ])

export const WindowsTable = ({ report }: { readonly report: MonitorReport }) => {
  const { windows, watched, task } = report
  const rate = !givesOneNumber(task)
  const failed = windows.some(({ errors }) => errors !== null)
  const timed = windows.some(({ latencyMs }) => latencyMs !== null)
  const judged = windows.some(({ gates }) => gates.length > 0)
  const calibrated = windows.some(({ calibration }) => calibration !== null)
  return (
    <Section
      title="Windows"
      note={`${plural(windows.length, 'window')}${report.period === 'rows' ? ' of even size' : `, one a${report.period === 'hour' ? 'n' : ''} ${report.period}`}; 95 % intervals; ≈ is estimated without labels`}
      actions={<CopyButton text={() => asTsv(report)} label="Copy as a table" name="Copy the windows as a table" />}
    >
      <div className="table-scroll" role="group" aria-label="Windows" tabIndex={0}>
        <table className="table" data-testid="monitor-windows">
          <thead>
            <tr>
              <th scope="col">Window</th>
              <th scope="col" className="number">
                Rows
              </th>
              {failed && (
                <th scope="col" className="number">
                  Failed
                </th>
              )}
              {timed && (
                <th scope="col" className="number">
                  p95, ms
                </th>
              )}
              <th scope="col" className="number">
                Labelled
              </th>
              {watched.map((name) => (
                <th key={name} scope="col" className="number">
                  {metricTitle(name)}
                </th>
              ))}
              {calibrated && (
                <th scope="col" className="number">
                  Predicted / observed
                </th>
              )}
              <th scope="col">In alarm</th>
              {judged && <th scope="col">Gates</th>}
            </tr>
          </thead>
          <tbody>
            {windows.map((window) => (
              <tr key={window.label}>
                <th scope="row">{window.label}</th>
                <td className="number">{formatCount(window.rows)}</td>
                {failed && <td className="number">{window.errors === null ? '—' : formatCount(window.errors)}</td>}
                {timed && (
                  <td className="number">{window.latencyMs === null ? '—' : formatNumber(window.latencyMs.p95)}</td>
                )}
                <td className="number">{formatCount(window.labelled)}</td>
                {watched.map((name) => (
                  <MetricCell key={name} window={window} name={name} />
                ))}
                {calibrated && <td className="number">{calibrationText(window, rate)}</td>}
                <td>
                  {window.alarms === 0 && !window.predictionAlarm ? (
                    <span className="muted">—</span>
                  ) : (
                    <span className="badge badge-warning">
                      <Icon name="warning" size={14} />
                      {[
                        window.alarms > 0 ? plural(window.alarms, 'column') : '',
                        window.predictionAlarm ? 'prediction' : '',
                      ]
                        .filter(Boolean)
                        .join(', ')}
                    </span>
                  )}
                </td>
                {judged && <td>{gatesText(window)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}
