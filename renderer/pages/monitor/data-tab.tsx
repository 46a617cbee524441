/** What was imported: logs and labels, what was left out of each, and the reports made of them. */
import { Link } from 'react-router'
import type { WatchedVersion } from '../../../shared/contract/monitor.ts'
import type { MonitorBatch } from '../../../shared/contract/monitor-log.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { Findings } from '../../components/findings.tsx'
import { Section } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'

const Batch = ({ batch }: { readonly batch: MonitorBatch }) => {
  const { source, leftOut, findings } = batch
  return (
    <li className="monitor-item">
      <div className="monitor-item-head">
        <strong>{source.fileName}</strong>
        <span>
          {batch.kind === 'log'
            ? `${plural(batch.rows, 'row')}, ${formatCount(batch.errors)} failed`
            : `${plural(batch.rows, 'label')}, ${formatCount(batch.matched)} rows have them`}
        </span>
        <span className="muted">
          imported {formatTime(batch.createdAt)} by {batch.createdBy}
        </span>
        <div className="monitor-item-actions">
          <ConfirmButton
            kind="quiet"
            label="Remove"
            name={`Remove ${source.fileName}`}
            title={`Remove ${source.fileName}`}
            lost="Its rows go from the workspace; reports that were made with them stay."
            confirm="Remove"
            act={async () => {
              await ask((client) => client.monitor.removeBatch({ id: batch.id }))
            }}
          />
        </div>
      </div>
      {batch.kind === 'log' && (
        <p className="muted">
          {batch.from && batch.to ? `${formatTime(batch.from)} to ${formatTime(batch.to)}` : 'Without times'}
          {batch.absent.length > 0 && `; not logged: ${batch.absent.join(', ')}`}
        </p>
      )}
      {leftOut.n > 0 && (
        <details>
          <summary>{plural(leftOut.n, 'line')} left out</summary>
          <ul className="plain-list">
            {leftOut.examples.slice(0, 100).map(({ line, reason }) => (
              <li key={line}>
                Line {formatCount(line)}: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
      {findings.length > 0 && <Findings findings={findings} />}
    </li>
  )
}

export const DataTab = ({ version }: { readonly version: WatchedVersion }) => {
  const { versionId } = version
  const answer = useQuery(['monitor', 'batches', versionId], (client) => client.monitor.batches({ versionId }))
  const reports = useQuery(['monitor', 'reports', versionId], (client) => client.monitor.reports({ versionId }))
  return (
    <>
      <Section title="Imported">
        <Answered answer={answer} label="Loading what was imported" rows={4}>
          {(batches) =>
            batches.length === 0 ? (
              <Empty icon="data" title="Nothing imported yet">
                Logs hold what was asked and answered; labels say what was true, and can come any time later.
              </Empty>
            ) : (
              <ul className="monitor-items" aria-label="Imported logs and labels">
                {batches.map((batch) => (
                  <Batch key={batch.id} batch={batch} />
                ))}
              </ul>
            )
          }
        </Answered>
      </Section>
      {(reports.data?.length ?? 0) > 0 && (
        <Section title="Reports" note={plural(reports.data!.length, 'report')}>
          <ul className="cards">
            {reports.data!.map((report) => (
              <li key={report.id}>
                <Link to={`/monitor?version=${versionId}&report=${report.id}`}>{formatTime(report.createdAt)}</Link>
                <span className="muted">
                  {plural(report.rows.scored, 'row')}, {plural(report.windows, 'window')},{' '}
                  {plural(report.conditions, 'trigger')}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}
