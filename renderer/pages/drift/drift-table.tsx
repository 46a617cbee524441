/** Every column compared: verdict, the test that decides, its corrected p, and the size of the shift with its interval. */
import type { DriftColumn } from '../../../shared/contract/drift-column.ts'
import { worse } from '../../../shared/drift/verdicts.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { Definition } from '../../components/definition.tsx'
import { IntervalBar } from '../../components/interval.tsx'
import { useLongList } from '../../components/long-list.tsx'
import { usedText } from '../../../shared/format/interval.ts'
import { intervalText } from '../../../shared/format/interval.ts'
import { formatCount, formatMetric, formatNumber, formatPercent } from '../../../shared/format/number.ts'
import { formatP } from '../../../shared/format/p-value.ts'
import { toTsv } from '../../rows/tsv.ts'
import type { DriftView } from './drift-view.ts'
import { VerdictBadge } from './verdict.tsx'

export const verdictOf = ({ decision, missing }: DriftColumn) => worse(decision.verdict, missing?.verdict)

const rank = ['drifted', 'slight', 'undefined', 'stable']
const psiOf = (column: DriftColumn): number => column.tests.psi?.statistic ?? 0

/** Most drifted first: by verdict, then by the size of the shift. */
export const mostDriftedFirst = (columns: readonly DriftColumn[]): readonly DriftColumn[] =>
  [...columns].sort((a, b) => rank.indexOf(verdictOf(a)) - rank.indexOf(verdictOf(b)) || psiOf(b) - psiOf(a))

export const correctedOf = (report: DriftView, { decision }: DriftColumn): number | null =>
  report.options.correction === 'holm'
    ? decision.holm
    : report.options.correction === 'none'
      ? decision.p
      : decision.benjaminiHochberg

const missingText = ({ reference, current, missing }: DriftColumn): string => {
  if (missing === null) return '—'
  const share = ({ n, missing: none }: DriftColumn['reference']) => formatPercent(none / Math.max(1, n + none))
  return `${share(reference)} → ${share(current)}`
}

const asTsv = (report: DriftView, columns: readonly DriftColumn[]): string =>
  toTsv([
    [
      'column',
      'verdict',
      'test',
      'statistic',
      'p',
      'corrected p',
      'psi',
      'low',
      'high',
      'n reference',
      'n current',
      'reason',
    ],
    ...columns.map((column) => [
      column.name,
      verdictOf(column),
      column.decision.test,
      ...[
        column.decision.statistic,
        column.decision.p,
        correctedOf(report, column),
        column.tests.psi?.statistic ?? null,
        column.tests.psi?.effect?.low ?? null,
        column.tests.psi?.effect?.high ?? null,
        column.reference.n,
        column.current.n,
      ].map((value) => (value === null ? null : String(value))),
      column.decision.reason,
    ]),
  ])

export const DriftTable = ({
  report,
  chosen,
  onChoose,
}: {
  readonly report: DriftView
  readonly chosen: string | undefined
  readonly onChoose: (name: string) => void
}) => {
  const columns = useLongList(
    mostDriftedFirst(report.columns),
    (column) => `${column.name} ${verdictOf(column)} ${column.role}`,
    { label: 'Filter the columns', placeholder: 'Name, verdict or role', one: 'column' },
  )
  const range = { from: 0, to: Math.max(0.25, ...report.columns.map((column) => column.tests.psi?.effect?.high ?? 0)) }
  return (
    <>
      {columns.filter}
      <div className="table-scroll" role="group" aria-label="Columns compared" tabIndex={0}>
        <table className="table table-dense" data-testid="drift">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Verdict</th>
              <th scope="col">Decided by</th>
              <th scope="col" className="number">
                Statistic
              </th>
              <th scope="col" className="number">
                Corrected p
              </th>
              <th scope="col" className="number">
                PSI, 95 % interval
              </th>
              <th scope="col">
                <span className="visually-hidden">PSI, drawn</span>
              </th>
              <th scope="col">Missing</th>
              <th scope="col" className="number">
                n reference, current
              </th>
            </tr>
          </thead>
          <tbody>
            {columns.shown.map((column) => {
              const { decision, tests, reference, current } = column
              const definition = report.definitions[decision.test]
              const psi = tests.psi?.effect
              const metric = psi ? { ...psi, n: reference.n + current.n } : null
              return (
                <tr
                  key={`${column.source} ${column.name}`}
                  data-column={column.name}
                  className={column.name === chosen ? 'headline-row' : ''}
                >
                  <th scope="row">
                    <button
                      type="button"
                      className="column-choice"
                      aria-pressed={column.name === chosen}
                      onClick={() => onChoose(column.name)}
                    >
                      {column.name}
                    </button>
                    {column.role !== 'feature' && <span className="muted"> {column.role}</span>}
                  </th>
                  <td>
                    <VerdictBadge verdict={verdictOf(column)} reason={decision.reason} />
                  </td>
                  <td>
                    <Definition term={definition?.title ?? decision.test}>
                      {definition?.definition} {definition?.source}
                    </Definition>
                  </td>
                  <td className="number" title={decision.reason}>
                    {decision.statistic === null ? '—' : formatNumber(decision.statistic)}
                  </td>
                  <td className="number">{formatP(correctedOf(report, column))}</td>
                  <td className="number">
                    {metric ? formatMetric(metric).value : '—'}
                    {metric && intervalText(metric) !== null && (
                      <span className="muted"> ({intervalText(metric)})</span>
                    )}
                  </td>
                  <td>{metric && <IntervalBar metric={metric} range={range} />}</td>
                  <td title={column.missing?.reason}>{missingText(column)}</td>
                  <td
                    className="number"
                    title={`${usedText(reference.n, report.reference.rows)}; ${usedText(current.n, report.current.rows)}`}
                  >
                    {formatCount(reference.n)}, {formatCount(current.n)}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <div className="more">
        {columns.more}
        <CopyButton
          text={() => asTsv(report, columns.found)}
          label="Copy as a table"
          name="Copy the columns as a table"
        />
      </div>
    </>
  )
}
