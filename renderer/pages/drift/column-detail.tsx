/** One column: both distributions, every test with its effect, and its timeline. */
import { useMemo } from 'react'
import type { DriftColumn, DriftSample, DriftTestName } from '../../../shared/contract/drift-column.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { distributionSpec, timelineSpec } from '../../charts/drift.ts'
import { Definition } from '../../components/definition.tsx'
import { Section } from '../../components/page.tsx'
import { intervalText } from '../../../shared/format/interval.ts'
import { formatCount, formatMetric, formatNumber } from '../../../shared/format/number.ts'
import { formatP } from '../../../shared/format/p-value.ts'
import type { DriftView } from './drift-view.ts'
import { VerdictBadge } from './verdict.tsx'

const day = 86_400_000
const dated = ({ type }: DriftColumn): boolean => type === 'date' || type === 'timestamp'

/** Dates are compared as days since 1970. */
const valueText = (column: DriftColumn, value: number | null | undefined): string =>
  value === null || value === undefined
    ? '—'
    : dated(column)
      ? new Date(value * day).toISOString().slice(0, 10)
      : formatNumber(value)

const facts: readonly (readonly [string, (sample: DriftSample, column: DriftColumn) => string])[] = [
  ['Rows with a value', (sample) => formatCount(sample.n)],
  ['Missing', (sample) => formatCount(sample.missing)],
  ['Distinct', (sample) => formatCount(sample.distinct)],
  ['Mean', (sample, column) => valueText(column, sample.mean)],
  ['Standard deviation', (sample) => (sample.deviation === null ? '—' : formatNumber(sample.deviation))],
  ['Minimum', (sample, column) => valueText(column, sample.min)],
  ['5 %', (sample, column) => valueText(column, sample.quantiles?.[0])],
  ['Median', (sample, column) => valueText(column, sample.quantiles?.[2])],
  ['95 %', (sample, column) => valueText(column, sample.quantiles?.[4])],
  ['Maximum', (sample, column) => valueText(column, sample.max)],
]

const Samples = ({ column, report }: { readonly column: DriftColumn; readonly report: DriftView }) => (
  <div className="table-scroll" role="group" aria-label={`Both samples of ${column.name}`} tabIndex={0}>
    <table className="table">
      <thead>
        <tr>
          <td />
          <th scope="col" className="number">
            {sideName(report, 'reference')}
          </th>
          <th scope="col" className="number">
            {sideName(report, 'current')}
          </th>
        </tr>
      </thead>
      <tbody>
        {(column.kind === 'numeric' ? facts : facts.slice(0, 3)).map(([title, text]) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            <td className="number">{text(column.reference, column)}</td>
            <td className="number">{text(column.current, column)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

/** Two windows of one dataset have one name between them. */
export const sideName = ({ reference, current }: DriftView, side: 'reference' | 'current'): string =>
  reference.name === current.name ? (side === 'reference' ? 'Reference' : 'Current') : { reference, current }[side].name

const Tests = ({ column, report }: { readonly column: DriftColumn; readonly report: DriftView }) => (
  <div className="table-scroll" role="group" aria-label={`Tests of ${column.name}`} tabIndex={0}>
    <table className="table" data-testid="drift-tests">
      <thead>
        <tr>
          <th scope="col">Test</th>
          <th scope="col" className="number">
            Statistic
          </th>
          <th scope="col" className="number">
            p
          </th>
          <th scope="col" className="number">
            By chance
          </th>
          <th scope="col" className="number">
            Effect
          </th>
          <th scope="col" className="number">
            95 % interval
          </th>
          <th scope="col">What the effect is, and how p was made</th>
        </tr>
      </thead>
      <tbody>
        {(Object.keys(column.tests) as DriftTestName[]).map((name) => {
          const test = column.tests[name]
          const definition = report.definitions[name]
          if (!test) return null
          const learnt = column.learnt[name]
          return (
            <tr key={name} className={name === column.decision.test ? 'headline-row' : ''}>
              <th scope="row">
                <Definition term={definition?.title ?? name}>
                  {definition?.definition} {definition?.source}
                </Definition>
              </th>
              <td className="number">{test.statistic === null ? '—' : formatNumber(test.statistic)}</td>
              <td className="number">{formatP(test.p)}</td>
              <td className="number" title="What random splits of the rows stay under">
                {learnt ? `≤ ${formatNumber(learnt.threshold)}` : '—'}
              </td>
              <td className="number">{test.effect ? formatMetric(test.effect).value : '—'}</td>
              <td className="number">{(test.effect && intervalText(test.effect)) ?? '—'}</td>
              <td className="muted wrap">
                {test.reason ?? [test.effect?.measure, test.method, test.effect?.method].filter(Boolean).join('; ')}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  </div>
)

export const ColumnDetail = ({ column, report }: { readonly column: DriftColumn; readonly report: DriftView }) => {
  const distribution = useMemo(
    () => distributionSpec(column, { reference: sideName(report, 'reference'), current: sideName(report, 'current') }),
    [column, report],
  )
  const timeline = useMemo(() => (column.timeline ? timelineSpec(column.name, column.timeline) : null), [column])
  return (
    <Section
      title={column.name}
      note={<VerdictBadge verdict={column.decision.verdict} reason={column.decision.reason} />}
    >
      {column.measured && (
        <p className="muted drift-note">
          Of each value of {column.measured.column}: {column.measured.definition}
        </p>
      )}
      <p className="muted drift-note">
        {column.decision.reason}
        {column.unseen.n > 0 &&
          `; ${formatCount(column.unseen.n)} current rows ${column.kind === 'categorical' ? 'have a category that the reference does not' : 'lie outside its range'}: ${column.unseen.examples.join(', ')}`}
        .
      </p>
      <div className="two-columns drift-charts">
        <ChartFrame spec={distribution} />
        <Samples column={column} report={report} />
      </div>
      {timeline && (
        <div className="drift-charts">
          <ChartFrame spec={timeline} />
        </div>
      )}
      <Tests column={column} report={report} />
    </Section>
  )
}
