import { Link } from 'react-router'
import type { Condition, Slice } from '../../../shared/contract/slices.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { filterText } from '../../../shared/slices/condition.ts'
import { IntervalBar, MetricText } from '../../components/interval.tsx'
import { formatCount, formatFixed, formatNumber, formatPercent } from '../../../shared/format/number.ts'
import { formatP } from '../../../shared/format/p-value.ts'

/** The rows tab of the same run, with the slice as its filter. */
export const rowsAddress = (conditions: readonly Condition[]): string =>
  `?${new URLSearchParams({ tab: 'rows', filter: filterText(conditions) }).toString()}`

export const SliceTable = ({
  slices,
  label,
  run,
}: {
  readonly slices: readonly Slice[]
  readonly label: string
  readonly run: Run
}) => {
  const ends = slices.flatMap(({ difference }) => [difference.low ?? 0, difference.high ?? 0, difference.value ?? 0])
  const range = { from: Math.min(0, ...ends), to: Math.max(0, ...ends) }
  return (
    <div className="table-scroll" role="group" aria-label={label} tabIndex={0}>
      <table className="table" data-testid="slices">
        <thead>
          <tr>
            <th scope="col">Slice</th>
            <th scope="col" className="number">
              Rows
            </th>
            <th scope="col" className="number">
              Inside
            </th>
            <th scope="col" className="number">
              Outside
            </th>
            <th scope="col" className="number">
              Difference
            </th>
            <th scope="col">
              <span className="visually-hidden">Difference, drawn</span>
            </th>
            <th scope="col" className="number">
              Effect size
            </th>
            <th scope="col" className="number">
              Excess
            </th>
            <th scope="col" className="number">
              p, adjusted
            </th>
          </tr>
        </thead>
        <tbody>
          {slices.map((slice) => (
            <tr key={slice.title}>
              <th scope="row" className="slice-title">
                <Link
                  to={rowsAddress(slice.conditions)}
                  aria-label={`Rows of ${run.model} ${run.version} where ${slice.title}`}
                >
                  {slice.title}
                </Link>
              </th>
              <td className="number">
                {formatCount(slice.n)} <span className="muted">{formatPercent(slice.share)}</span>
              </td>
              <td className="number">
                <MetricText metric={slice.inside} />
              </td>
              <td className="number">
                <MetricText metric={slice.outside} />
              </td>
              <td className="number">
                <MetricText metric={slice.difference} />
              </td>
              <td>
                <IntervalBar metric={slice.difference} range={range} />
              </td>
              <td className="number">{slice.effectSize === null ? '—' : formatFixed(slice.effectSize, 2)}</td>
              <td className="number">{formatNumber(Number(slice.excess.toPrecision(3)))}</td>
              <td className="number">{formatP(slice.pAdjusted)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
