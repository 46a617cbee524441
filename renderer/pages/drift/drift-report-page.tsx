import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import type { DriftReport, DriftSide } from '../../../shared/contract/drift.ts'
import type { DriftId } from '../../../shared/contract/ids.ts'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { Findings } from '../../components/findings.tsx'
import { Page, Section } from '../../components/page.tsx'
import { Answered } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { formatCount, formatPercent, plural } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { ColumnDetail, sideName } from './column-detail.tsx'
import { DriftTable, mostDriftedFirst } from './drift-table.tsx'
import { windowText } from './side-words.ts'
import { Together } from './together.tsx'

const corrections = { holm: 'Holm', 'benjamini-hochberg': 'Benjamini–Hochberg', none: 'nothing' } as const

const Alarms = ({ report }: { readonly report: DriftReport }) => {
  const { timeline } = report
  if (timeline === null) return null
  return (
    <Section title="Timeline" note={`${plural(timeline.tests, 'test')} corrected together`}>
      <div className="table-scroll" role="group" aria-label="Alarms by chunk" tabIndex={0}>
        <table className="table" data-testid="drift-timeline">
          <thead>
            <tr>
              <th scope="col">Chunk of {sideName(report, 'current')}</th>
              <th scope="col" className="number">
                Columns in alarm
              </th>
              <th scope="col">Which</th>
            </tr>
          </thead>
          <tbody>
            {timeline.labels.current.map((label, chunk) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td className="number">
                  {formatCount(timeline.alarms[chunk] ?? 0)} / {formatCount(report.columns.length)}
                </td>
                <td className="wrap">
                  {report.columns
                    .filter((column) => column.timeline?.current[chunk]?.alarm)
                    .slice(0, 12)
                    .map(({ name }) => name)
                    .join(', ') || '—'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

const Body = ({ report }: { readonly report: DriftReport }) => {
  const [search, setSearch] = useSearchParams()
  const wanted = search.get('column')
  const column = report.columns.find(({ name }) => name === wanted) ?? mostDriftedFirst(report.columns)[0]
  const { counts, options } = report
  return (
    <>
      <Section
        title={`${plural(counts.drifted, 'column')} drifted`}
        note={`${formatCount(counts.slight)} slight, ${formatCount(counts.stable)} stable, ${formatCount(counts.undefined)} undefined; at most ${formatPercent(options.alpha, 0)} false alarms, ${plural(report.hypotheses, 'test')} corrected by ${corrections[options.correction]}`}
      >
        <DriftTable
          report={report}
          chosen={column?.name}
          onChoose={(name) => setSearch({ column: name }, { replace: true })}
        />
      </Section>
      {column && <ColumnDetail key={column.name} column={column} report={report} />}
      <Alarms report={report} />
      <Together report={report} />
      {report.findings.length > 0 && (
        <Section title="Findings">
          <Findings findings={report.findings} />
        </Section>
      )}
    </>
  )
}

const rowsText = (side: DriftSide, which: string): string =>
  `${plural(side.rows, `${which} row`)}${side.window === null ? '' : `, ${windowText(side)}`}`

export const DriftReportPage = () => {
  const id = useParams()['id'] as DriftId
  const navigate = useNavigate()
  const answer = useQuery(['workspace', 'drift', 'get', id], (client) => client.drift.get({ id }))
  const report = answer.data
  return (
    <Page
      title={report ? `${report.reference.name} and ${report.current.name}` : 'Drift'}
      about={
        report && (
          <>
            <Link to={`/data/${report.reference.datasetId}`}>{report.reference.name}</Link>
            <span>{rowsText(report.reference, 'reference')}</span>
            <Link to={`/data/${report.current.datasetId}`}>{report.current.name}</Link>
            <span>{rowsText(report.current, 'current')}</span>
            <span>{formatTime(report.createdAt)}</span>
          </>
        )
      }
      actions={
        report && (
          <ConfirmButton
            label="Remove"
            title="Remove this comparison"
            lost="The comparison goes; the datasets, runs and the section in the evidence stay."
            confirm="Remove"
            act={async () => {
              await ask((client) => client.drift.remove({ id }))
              void navigate('/drift')
            }}
          />
        )
      }
      wide
    >
      <Answered answer={answer} label="Loading the comparison" rows={8}>
        {(data) => <Body key={data.id} report={data} />}
      </Answered>
    </Page>
  )
}
