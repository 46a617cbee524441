import { Link } from 'react-router'
import type { Run } from '../../../shared/contract/run.ts'
import { IntervalBar, MetricText } from '../../components/interval.tsx'
import { Bar } from '../../components/progress.tsx'
import { StateBadge } from '../../components/state-badge.tsx'
import { formatCount } from '../../../shared/format/number.ts'
import { formatAgo, formatTime } from '../../../shared/format/time.ts'
import { deviceTitle, metricTitle } from '../../../shared/format/words.ts'

/** Metrics that lie between 0 and 1; others have no common scale, so that no bar is drawn for them. */
const isFraction = (name: string): boolean => /auc|accuracy|precision|recall|f1/i.test(name)

const Headline = ({ run }: { readonly run: Run }) => {
  if (run.state === 'scoring') {
    return (
      <div className="run-progress">
        <Bar done={run.rowsDone} total={run.rows} label={`Scoring ${run.model} ${run.version} on ${run.dataset}`} />
        <span className="muted tabular">
          {formatCount(run.rowsDone)} / {formatCount(run.rows)}
        </span>
      </div>
    )
  }
  if (!run.headline) return <span className="muted">—</span>
  const { name, metric } = run.headline
  return (
    <div className="run-headline">
      <span className="run-metric">{metricTitle(name)}</span>
      <MetricText metric={metric} />
      {isFraction(name) && <IntervalBar metric={metric} range={{ from: 0, to: 1 }} />}
    </div>
  )
}

export const RunsList = ({ runs, label }: { readonly runs: readonly Run[]; readonly label: string }) => (
  <div className="table-scroll" role="group" aria-label={label} tabIndex={0}>
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">State</th>
          <th scope="col">Main metric, 95 % interval</th>
          <th scope="col" className="number">
            Rows
          </th>
          <th scope="col">Device</th>
          <th scope="col">Started</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <th scope="row">
              <Link to={`/runs/${run.id}`}>
                {run.model} {run.version}
              </Link>
              <span className="muted"> on {run.dataset}</span>
            </th>
            <td>
              <StateBadge state={run.state} />
            </td>
            <td>
              <Headline run={run} />
            </td>
            <td className="number">{formatCount(run.rows)}</td>
            <td>{deviceTitle(run.stats?.device ?? run.requestedDevice)}</td>
            <td title={formatTime(run.createdAt)}>{formatAgo(run.createdAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
