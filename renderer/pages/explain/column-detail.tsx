/** One column: its attribution by value, and what the score does when the column is moved. */
import { useMemo } from 'react'
import type { ExplainedOutput, Explanation } from '../../../shared/contract/explain.ts'
import { dependenceSpec, effectSpec } from '../../charts/attributions.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { Section } from '../../components/page.tsx'
import { unitOf } from './words.ts'

export const ColumnDetail = ({
  explanation,
  output,
  player,
}: {
  readonly explanation: Explanation
  readonly output: ExplainedOutput
  readonly player: number
}) => {
  const { name, kind } = explanation.players[player]!
  const specs = useMemo(() => {
    const dependence = output.dependence.find((entry) => entry.player === player)
    const effect = explanation.effects.find((entry) => entry.player === player)
    return [
      ...(dependence ? [dependenceSpec(name, unitOf(explanation.space), dependence)] : []),
      ...(effect ? [effectSpec(name, effect)] : []),
    ]
  }, [explanation, output, player, name])
  return (
    <Section title={name} {...(kind === 'joint' ? { note: 'Columns that the model mixes before its core' } : {})}>
      {specs.length === 0 ? (
        <p className="muted">
          The evidence keeps details of the most important columns only. The attributions of every row can be exported.
        </p>
      ) : (
        <div className="charts">
          {specs.map((spec) => (
            <ChartFrame key={spec.title} spec={spec} />
          ))}
        </div>
      )}
    </Section>
  )
}
