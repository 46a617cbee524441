import type { Perturbation } from '../../../shared/contract/robustness.ts'
import { MetricText } from '../../components/interval.tsx'
import { formatCount } from '../../../shared/format/number.ts'
import { metricTitle } from '../../../shared/format/words.ts'

export const PointsTable = ({
  perturbation,
  headline,
}: {
  readonly perturbation: Perturbation
  readonly headline: string
}) => {
  const { title, points, strengthUnit } = perturbation
  const hasConfidence = points.some((point) => point.confidence.value !== null)
  const hasFlips = points.some((point) => point.flips.value !== null)
  return (
    <div className="table-scroll" role="group" aria-label={`${title}, numbers`} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col" className="number">
              Strength, {strengthUnit}
            </th>
            <th scope="col" className="number">
              {metricTitle(headline)}
            </th>
            <th scope="col" className="number">
              Change, same rows
            </th>
            {hasFlips && (
              <th scope="col" className="number">
                Decisions changed
              </th>
            )}
            <th scope="col" className="number">
              Mean shift of the score
            </th>
            {hasConfidence && (
              <th scope="col" className="number">
                Confidence
              </th>
            )}
            <th scope="col" className="number">
              No answer
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.strength}>
              <th scope="row" className="number">
                {point.strength}
              </th>
              <td className="number">{point.metric.value === null ? '—' : <MetricText metric={point.metric} />}</td>
              <td className="number">{point.change.value === null ? '—' : <MetricText metric={point.change} />}</td>
              {hasFlips && (
                <td className="number">
                  <MetricText metric={point.flips} />
                </td>
              )}
              <td className="number">
                <MetricText metric={point.shift} />
              </td>
              {hasConfidence && (
                <td className="number">
                  <MetricText metric={point.confidence} />
                </td>
              )}
              <td className="number">{formatCount(point.notFinite)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
