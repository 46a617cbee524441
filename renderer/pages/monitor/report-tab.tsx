/** The newest report of a version, or the one in the address: what holds, over time, by window, by column. */
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { MonitorId } from '../../../shared/contract/ids.ts'
import type { WatchedVersion } from '../../../shared/contract/monitor.ts'
import type { MonitorReport } from '../../../shared/contract/monitor-report.ts'
import { driftDefinitions } from '../../../shared/drift/definitions.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { absentParts } from '../../../shared/monitor/absent-parts.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { alarmsSpec, calibrationSpec, metricTitle, performanceSpec } from '../../charts/monitor.ts'
import { Findings } from '../../components/findings.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { Section } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { ColumnDetail } from '../drift/column-detail.tsx'
import { DriftTable, mostDriftedFirst } from '../drift/drift-table.tsx'
import type { DriftView } from '../drift/drift-view.ts'
import { WindowsTable } from './windows-table.tsx'

const Conditions = ({ report }: { readonly report: MonitorReport }) => {
  const { conditions } = report
  if (conditions.length === 0) {
    return (
      <p className="monitor-quiet">
        <Icon name="check" /> No trigger holds: production is as it was approved, as far as these rows can tell.
      </p>
    )
  }
  return (
    <Findings
      label="Triggers that hold"
      findings={conditions.map(({ rule, severity, message, opensTask }) => ({
        code: rule,
        severity,
        message,
        remedy: opensTask ? 'It is a reason of the retraining task.' : '',
      }))}
    />
  )
}

const Absent = ({ report }: { readonly report: MonitorReport }) => {
  const absent = absentParts(report)
  if (absent.length === 0) return null
  return (
    <ul className="monitor-absent muted">
      {absent.map(({ what, reason }) => (
        <li key={what}>
          No {what}: {reason}.
        </li>
      ))}
    </ul>
  )
}

const Columns = ({ report }: { readonly report: MonitorReport }) => {
  const [search, setSearch] = useSearchParams()
  const view = useMemo(
    (): DriftView => ({
      columns: report.drift.columns,
      definitions: driftDefinitions,
      options: { correction: 'benjamini-hochberg' },
      reference: { name: report.reference.dataset, rows: report.reference.rows },
      current: { name: 'Production', rows: report.rows.scored },
    }),
    [report],
  )
  const column = view.columns.find(({ name }) => name === search.get('column')) ?? mostDriftedFirst(view.columns)[0]
  const choose = (name: string): void => {
    const next = new URLSearchParams(search)
    next.set('column', name)
    setSearch(next, { replace: true })
  }
  const { counts, hypotheses } = report.drift
  return (
    <>
      <Section
        title={`${plural(counts.drifted, 'column')} drifted`}
        note={`${formatCount(counts.slight)} slight, ${formatCount(counts.stable)} stable; all of production against ${report.reference.dataset}, ${plural(hypotheses, 'test')} corrected by Benjamini–Hochberg`}
      >
        <DriftTable report={view} chosen={column?.name} onChoose={choose} />
      </Section>
      {column && <ColumnDetail key={column.name} column={column} report={view} />}
    </>
  )
}

const Charts = ({ report }: { readonly report: MonitorReport }) => {
  const [search, setSearch] = useSearchParams()
  const metric = report.watched.find((name) => name === search.get('metric')) ?? report.watched[0]
  const performance = useMemo(() => (metric ? performanceSpec(report, metric) : null), [report, metric])
  const calibration = useMemo(() => calibrationSpec(report), [report])
  const alarms = useMemo(() => alarmsSpec(report), [report])
  return (
    <>
      {report.watched.length > 1 && metric && (
        <div className="monitor-metric">
          <Field label="Metric">
            {(ids) => (
              <Select
                {...ids}
                value={metric}
                choices={report.watched.map((name) => ({ value: name, title: metricTitle(name) }))}
                onChoose={(name) => {
                  const next = new URLSearchParams(search)
                  next.set('metric', name)
                  setSearch(next, { replace: true })
                }}
              />
            )}
          </Field>
        </div>
      )}
      <div className="monitor-charts">
        {performance && <ChartFrame spec={performance} />}
        <ChartFrame spec={alarms} />
        {calibration && <ChartFrame spec={calibration} />}
      </div>
    </>
  )
}

const Report = ({ report }: { readonly report: MonitorReport }) => {
  const { rows, from, to, reference, conditions } = report
  const range = from && to ? `${formatTime(from)} to ${formatTime(to)}` : 'no times'
  return (
    <>
      <Section
        title={
          conditions.length === 0
            ? 'As approved'
            : `${plural(conditions.length, 'trigger')} hold${conditions.length === 1 ? 's' : ''}`
        }
        note={`${plural(rows.scored, 'row')} scored, ${formatCount(rows.errors)} failed, ${formatCount(rows.labelled)} labelled; ${range}`}
      >
        <Conditions report={report} />
        <div className="page-about monitor-against">
          <Link to={`/runs/${reference.runId}`}>Approved evaluation on {reference.dataset}</Link>
          {reference.policy && <span>policy {reference.policy.name}</span>}
          <span>
            {reference.approvedUntil ? `approved until ${formatTime(reference.approvedUntil)}` : 'no standing approval'}
          </span>
          <span>report made {formatTime(report.createdAt)}</span>
        </div>
      </Section>
      <Charts report={report} />
      <Absent report={report} />
      <WindowsTable report={report} />
      <Columns report={report} />
      {report.findings.length > 0 && (
        <Section title="Findings">
          <Findings findings={report.findings} />
        </Section>
      )}
    </>
  )
}

export const ReportTab = ({ version }: { readonly version: WatchedVersion }) => {
  const [search] = useSearchParams()
  const id = (search.get('report') as MonitorId | null) ?? version.latest
  const answer = useQuery(['monitor', 'get', id], id === null ? undefined : (client) => client.monitor.get({ id }))
  if (id === null) {
    return version.rows === 0 ? (
      <Empty icon="monitor" title={`No traffic of ${version.model} ${version.version} yet`}>
        Import the server’s prediction log, or a log of your own in CSV, Parquet or JSON lines. Labels can come later.
      </Empty>
    ) : (
      <Empty icon="monitor" title="No report yet">
        {plural(version.rows, 'row')} are here. Make a report to hold them against the approved evaluation.
      </Empty>
    )
  }
  return (
    <Answered answer={answer} label="Loading the report" rows={10}>
      {(report) => <Report key={report.id} report={report} />}
    </Answered>
  )
}
