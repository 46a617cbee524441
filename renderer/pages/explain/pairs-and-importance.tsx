/** Which columns count together, and what shuffling a column costs. */
import type { ExplainedOutput, Explanation } from '../../../shared/contract/explain.ts'
import { IntervalBar, MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { formatNumber, plural } from '../../../shared/format/number.ts'
import { metricTitle } from '../../../shared/format/words.ts'

export const Pairs = ({
  explanation,
  output,
}: {
  readonly explanation: Explanation
  readonly output: ExplainedOutput
}) => {
  if (output.interactions.length === 0) return null
  const largest = Math.max(...output.interactions.map(({ meanAbs }) => meanAbs.high ?? meanAbs.value ?? 0))
  return (
    <Section
      title="Interactions"
      note={`What two columns add together beyond each alone: mean size over ${plural(output.interactions[0]!.meanAbs.n, 'row')}`}
    >
      <div className="table-scroll" role="group" aria-label="Interactions" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Columns</th>
              <th scope="col" className="number">
                Mean |interaction|
              </th>
              <th scope="col">
                <span className="visually-hidden">Interval</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {output.interactions.slice(0, 10).map(({ a, b, meanAbs }) => (
              <tr key={`${a} ${b}`}>
                <th scope="row">
                  {explanation.players[a]!.name} and {explanation.players[b]!.name}
                </th>
                <td className="number">
                  <MetricText metric={meanAbs} />
                </td>
                <td>
                  <IntervalBar metric={meanAbs} range={{ from: 0, to: largest }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

export const Importance = ({ explanation }: { readonly explanation: Explanation }) => {
  const { importance, players } = explanation
  if (!importance) return null
  const ends = importance.features.flatMap(({ drop }) => [drop.low ?? 0, drop.high ?? 0])
  const range = { from: Math.min(0, ...ends), to: Math.max(...ends) }
  return (
    <Section
      title="Permutation importance"
      note={`Fall of ${metricTitle(importance.metric)} from ${formatNumber(importance.baseline)} when the column is shuffled; ${importance.repeats} shuffles of ${plural(importance.rows, 'row')}`}
    >
      <div className="table-scroll" role="group" aria-label="Permutation importance" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col" className="number">
                Fall
              </th>
              <th scope="col">
                <span className="visually-hidden">Interval</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {importance.features.slice(0, 20).map(({ player, drop }) => (
              <tr key={player}>
                <th scope="row">{players[player]!.name}</th>
                <td className="number">
                  <MetricText metric={drop} />
                </td>
                <td>
                  <IntervalBar metric={drop} range={range} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}
