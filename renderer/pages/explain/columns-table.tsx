/** Every column with its mean attribution, the interval, and the spread over all rows. */
import type { ExplainedOutput, Explanation } from '../../../shared/contract/explain.ts'
import { IntervalBar, MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { Button } from '../../components/button.tsx'
import { useLongList } from '../../components/long-list.tsx'
import { formatCount, formatMetric, formatNumber, plural } from '../../../shared/format/number.ts'
import { HeatStrip } from './strip.tsx'

export const ColumnsTable = ({
  explanation,
  output,
  chosen,
  onChoose,
}: {
  readonly explanation: Explanation
  readonly output: ExplainedOutput
  readonly chosen: number | null
  readonly onChoose: (player: number) => void
}) => {
  const largest = Math.max(...output.features.map(({ meanAbs }) => meanAbs.high ?? meanAbs.value ?? 0))
  const nameOf = (player: number): string => explanation.players[player]!.name
  const columns = useLongList(output.features, ({ player }) => nameOf(player), {
    label: 'Filter the columns',
    placeholder: 'Name',
    one: 'column',
  })
  const kept = output.features.length
  const [low, high] = [output.stripEdges[0] ?? 0, output.stripEdges.at(-1) ?? 1]
  return (
    <Section
      title="Columns"
      note={
        <>
          Mean size of the attribution to “{output.name}” with 95 % intervals, and its spread over{' '}
          {plural(explanation.rows.explained, 'row')}: value of the column{' '}
          <span className="strip-key">
            low <span aria-hidden="true" /> high
          </span>
          {kept < explanation.players.length &&
            `; the ${formatCount(kept)} with the largest of ${plural(explanation.players.length, 'column')}`}
        </>
      }
    >
      {columns.filter}
      <div className="table-scroll" role="group" aria-label="Attributions by column" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col" className="number">
                Mean |attribution|
              </th>
              <th scope="col">
                <span className="visually-hidden">Interval</span>
              </th>
              <th scope="col" className="number">
                Mean
              </th>
              <th scope="col" className="strip-cell">
                <span className="strip-scale tabular">
                  <span>{formatNumber(low)}</span>
                  <span>Attribution</span>
                  <span>{formatNumber(high)}</span>
                </span>
              </th>
            </tr>
          </thead>
          <tbody>
            {columns.shown.map((feature) => {
              const name = nameOf(feature.player)
              const strip = output.strips.find((entry) => entry.player === feature.player)
              return (
                <tr key={feature.player} aria-selected={feature.player === chosen}>
                  <th scope="row">
                    <Button
                      kind="quiet"
                      aria-pressed={feature.player === chosen}
                      onClick={() => onChoose(feature.player)}
                    >
                      {name}
                    </Button>
                  </th>
                  <td className="number">
                    {feature.largest === 0 ? 'exactly 0' : <MetricText metric={feature.meanAbs} />}
                  </td>
                  <td>
                    <IntervalBar metric={feature.meanAbs} range={{ from: 0, to: largest }} />
                  </td>
                  <td className="number tabular">{formatMetric(feature.mean).value}</td>
                  <td className="strip-cell">
                    {strip && (
                      <HeatStrip
                        strip={strip}
                        edges={output.stripEdges}
                        label={`Spread of the attribution of ${name}`}
                      />
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {columns.more && <div className="more">{columns.more}</div>}
    </Section>
  )
}
