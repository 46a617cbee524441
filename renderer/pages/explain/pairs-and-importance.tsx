/** Which columns count together, and what shuffling a column costs. */
import type { Metric } from '../../../shared/contract/evidence.ts'
import type { ExplainedOutput, Explanation } from '../../../shared/contract/explain.ts'
import { IntervalBar, MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { formatNumber, plural } from '../../../shared/format/number.ts'
import { metricTitle } from '../../../shared/format/words.ts'

/** Names with a metric each, drawn on one scale that has zero. */
export const IntervalTable = ({
  title,
  heads,
  rows,
}: {
  readonly title: string
  readonly heads: readonly [string, string]
  readonly rows: readonly { readonly name: string; readonly metric: Metric }[]
}) => {
  const ends = rows.flatMap(({ metric }) => [metric.low ?? metric.value ?? 0, metric.high ?? metric.value ?? 0])
  const range = { from: Math.min(0, ...ends), to: Math.max(0, ...ends) }
  return (
    <div className="table-scroll" role="group" aria-label={title} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{heads[0]}</th>
            <th scope="col" className="number">
              {heads[1]}
            </th>
            <th scope="col">
              <span className="visually-hidden">Interval</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, metric }) => (
            <tr key={name}>
              <th scope="row" className="wrap">
                {name}
              </th>
              <td className="number">
                <MetricText metric={metric} />
              </td>
              <td>
                <IntervalBar metric={metric} range={range} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export const Pairs = ({
  explanation,
  output,
}: {
  readonly explanation: Explanation
  readonly output: ExplainedOutput
}) => {
  if (output.interactions.length === 0) return null
  const { players } = explanation
  return (
    <Section
      title="Interactions"
      note={`What two columns add together beyond each alone: mean size over ${plural(output.interactions[0]!.meanAbs.n, 'row')}`}
    >
      <IntervalTable
        title="Interactions"
        heads={['Columns', 'Mean |interaction|']}
        rows={output.interactions.slice(0, 10).map(({ a, b, meanAbs }) => ({
          name: `${players[a]!.name} and ${players[b]!.name}`,
          metric: meanAbs,
        }))}
      />
    </Section>
  )
}

export const Importance = ({ explanation }: { readonly explanation: Explanation }) => {
  const { importance, players } = explanation
  if (!importance) return null
  return (
    <Section
      title="Permutation importance"
      note={`Fall of ${metricTitle(importance.metric)} from ${formatNumber(importance.baseline)} when the column is shuffled; ${importance.repeats} shuffles of ${plural(importance.rows, 'row')}`}
    >
      <IntervalTable
        title="Permutation importance"
        heads={['Column', 'Fall']}
        rows={importance.features
          .slice(0, 20)
          .map(({ player, drop }) => ({ name: players[player]!.name, metric: drop }))}
      />
    </Section>
  )
}

export const Friedman = ({ explanation }: { readonly explanation: Explanation }) => {
  const { friedman, players } = explanation
  if (!friedman) return null
  return (
    <Section
      title="Friedman’s H"
      note={`How much of the score of “${friedman.output}” the most important columns move only together: 0 nothing, 1 all; at ${plural(friedman.points, 'point')}`}
    >
      <div className="two-columns">
        <IntervalTable
          title="A column with all others"
          heads={['A column with all others', 'H']}
          rows={friedman.columns.map(({ player, h }) => ({ name: players[player]!.name, metric: h }))}
        />
        <IntervalTable
          title="Two columns"
          heads={['Two columns', 'H']}
          rows={friedman.pairs
            .slice(0, 10)
            .map(({ a, b, h }) => ({ name: `${players[a]!.name} and ${players[b]!.name}`, metric: h }))}
        />
      </div>
    </Section>
  )
}
