/** Each parity: its question, the largest difference over groups with its interval, and whether chance explains it. */
import type { Metric } from '../../../shared/contract/evidence.ts'
import type { Parity } from '../../../shared/contract/fairness.ts'
import { parityGuides } from '../../../shared/fairness/definitions.ts'
import { Definition } from '../../components/definition.tsx'
import { IntervalBar, MetricText } from '../../components/interval.tsx'
import { formatP } from '../../../shared/format/p-value.ts'

/** One scale for all rows, so that their bars can be compared. */
const scaleOf = (metrics: readonly Metric[]): { readonly from: number; readonly to: number } => ({
  from: 0,
  to: Math.max(0.1, ...metrics.map((metric) => metric.high ?? metric.value ?? 0)),
})

export const ParityTable = ({ parity }: { readonly parity: readonly Parity[] }) => {
  const range = scaleOf(parity.map((entry) => entry.difference))
  return (
    <div className="table-scroll" role="group" aria-label="Parities" tabIndex={0}>
      <table className="table" data-testid="parities">
        <thead>
          <tr>
            <th scope="col">Parity</th>
            <th scope="col" className="number">
              Largest difference
            </th>
            <th scope="col">
              <span className="visually-hidden">Difference, drawn</span>
            </th>
            <th scope="col" className="number">
              Least ratio
            </th>
            <th scope="col" className="number">
              p, adjusted
            </th>
            <th scope="col">From, to</th>
          </tr>
        </thead>
        <tbody>
          {parity.map((entry) => {
            const guide = parityGuides[entry.name]
            return (
              <tr key={entry.name}>
                <th scope="row">
                  {guide ? (
                    <Definition term={guide.title}>
                      <strong>{guide.question}</strong> <span>{guide.advice}</span>
                    </Definition>
                  ) : (
                    entry.name
                  )}
                </th>
                <td className="number">
                  <MetricText metric={entry.difference} />
                </td>
                <td>
                  <IntervalBar metric={entry.difference} range={range} />
                </td>
                <td className="number">{entry.ratio ? <MetricText metric={entry.ratio} /> : '—'}</td>
                <td className="number" title={entry.test ?? undefined}>
                  {formatP(entry.pAdjusted)}
                </td>
                <td>{entry.lowest === null ? '—' : `${entry.lowest}, ${entry.highest ?? ''}`}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
