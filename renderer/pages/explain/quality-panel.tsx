/** Whether the attributions can be relied on: do they find what the score rests on, do they stay, do methods agree? */
import { useMemo } from 'react'
import type { Metric } from '../../../shared/contract/evidence.ts'
import type { Explanation } from '../../../shared/contract/explain.ts'
import { faithfulnessSpec } from '../../charts/attributions.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { formatPercent, plural } from '../../../shared/format/number.ts'
import { agreementWords, faithfulnessVerdict, stabilityWords } from '../../../shared/format/explanation-words.ts'

const Row = ({ name, metric, words }: { readonly name: string; readonly metric: Metric; readonly words: string }) => (
  <tr>
    <th scope="row">{name}</th>
    <td className="number">
      <MetricText metric={metric} />
    </td>
    <td className="wrap">{words}</td>
  </tr>
)

export const QualityPanel = ({ explanation }: { readonly explanation: Explanation }) => {
  const { quality } = explanation
  const specs = useMemo(
    () =>
      quality
        ? [
            faithfulnessSpec('deletion', quality, quality.output),
            faithfulnessSpec('insertion', quality, quality.output),
          ]
        : [],
    [quality],
  )
  if (!quality) return null
  const { deletion, insertion, stability, agreement } = quality
  return (
    <Section
      title="Are the attributions true to the model?"
      note={`Measured on ${plural(quality.rows, 'row')} with their columns taken away, put in and moved`}
    >
      <div className="stack">
        <div className="table-scroll" role="group" aria-label="Quality of the attributions" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Test</th>
                <th scope="col" className="number">
                  Result
                </th>
                <th scope="col">What it says</th>
              </tr>
            </thead>
            <tbody>
              <Row
                name="Deletion, gain over chance"
                metric={deletion.gain}
                words={faithfulnessVerdict(deletion.gain)}
              />
              <Row
                name="Insertion, gain over chance"
                metric={insertion.gain}
                words={faithfulnessVerdict(insertion.gain)}
              />
              <Row
                name={`Change when numbers move by ${formatPercent(stability.shift, 0)} of their deviation`}
                metric={stability.change}
                words={stabilityWords(stability)}
              />
              <Row
                name="First reason stays"
                metric={stability.firstReason}
                words="Share of rows whose largest attribution stays the largest."
              />
              {agreement.map(({ method, rank, top }) => (
                <Row key={method} name={`Rank correlation with ${method}`} metric={rank} words={agreementWords(top)} />
              ))}
            </tbody>
          </table>
        </div>
        <div className="charts">
          {specs.map((spec) => (
            <ChartFrame key={spec.title} spec={spec} />
          ))}
        </div>
      </div>
    </Section>
  )
}
