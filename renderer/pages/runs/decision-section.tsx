/** From thresholds to acts: what rows cost and bring, how many can be acted on, and the threshold of the version. */
import { useEffect, useMemo, useState } from 'react'
import type { DecisionSection as Decision, OperatingPoint, Payoff } from '../../../shared/contract/decision.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { decisionDefinitions } from '../../../shared/decision/definitions.ts'
import { formatShort } from '../../../shared/format/number.ts'
import { Findings } from '../../components/findings.tsx'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { Answered } from '../../components/states.tsx'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { gainSpec, netBenefitSpec, valueSpec } from '../../charts/decision.ts'
import { useQuery } from '../../engine/query.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { ChooseThreshold } from './choose-threshold.tsx'
import { MetricName } from './metric-name.tsx'
import { PayoffFields, readCapacity, readPayoff, usualPayoff } from './payoff-fields.tsx'
import type { PayoffTexts } from './payoff-fields.tsx'

const shownMetrics = ['precision', 'recall', 'lift', 'net_benefit', 'value'] as const

const PointRow = ({
  title,
  point,
  hasValue,
}: {
  readonly title: string
  readonly point: OperatingPoint
  readonly hasValue: boolean
}) => (
  <tr data-point={title}>
    <th scope="row">{title}</th>
    <td className="number">{point.threshold === null ? 'none' : formatShort(point.threshold)}</td>
    <td className="number">{formatCount(point.tp + point.fp)}</td>
    {shownMetrics
      .filter((key) => hasValue || key !== 'value')
      .map((key) => (
        <td key={key} className="number">
          {point.metrics[key] ? <MetricText metric={point.metrics[key]} /> : '—'}
        </td>
      ))}
  </tr>
)

const Points = ({
  decision,
  explored,
}: {
  readonly decision: Decision
  readonly explored: OperatingPoint | undefined
}) => {
  const hasValue = decision.payoff !== null
  return (
    <div className="table-scroll" role="group" aria-label="Operating points" tabIndex={0}>
      <table className="table table-dense" data-testid="operating-points">
        <thead>
          <tr>
            <th scope="col">Point</th>
            <th scope="col" className="number">
              Threshold
            </th>
            <th scope="col" className="number">
              Rows selected
            </th>
            {shownMetrics
              .filter((key) => hasValue || key !== 'value')
              .map((key) => (
                <th key={key} scope="col" className="number">
                  <MetricName name={key} definition={decisionDefinitions[key]} />
                </th>
              ))}
          </tr>
        </thead>
        <tbody>
          <PointRow title="Evaluated" point={decision.evaluated} hasValue={hasValue} />
          {explored && <PointRow title="On the slider" point={explored} hasValue={hasValue} />}
          {decision.best && <PointRow title="Best value" point={decision.best} hasValue={hasValue} />}
          {decision.atCapacity && (
            <PointRow
              title={`${plural(decision.capacity ?? 0, 'row')} at most`}
              point={decision.atCapacity}
              hasValue={hasValue}
            />
          )}
        </tbody>
      </table>
    </div>
  )
}

const Charts = ({ decision, threshold }: { readonly decision: Decision; readonly threshold: number }) => {
  const { decisionCurve, valueCurve, gainCurve, best, atCapacity, rows } = decision
  const specs = useMemo(
    () => [
      ...(decisionCurve ? [netBenefitSpec(decisionCurve, threshold)] : []),
      ...(valueCurve ? [valueSpec(valueCurve, best?.threshold ?? null, threshold)] : []),
      gainSpec(gainCurve, atCapacity ? (atCapacity.tp + atCapacity.fp) / rows.used : null),
    ],
    [decisionCurve, valueCurve, gainCurve, best, atCapacity, rows, threshold],
  )
  return (
    <div className="charts">
      {specs.map((spec) => (
        <ChartFrame key={spec.title} spec={spec} />
      ))}
    </div>
  )
}

/** A point that selects no row has no threshold to choose. */
const choiceOf = (title: string, point: OperatingPoint | null) =>
  point === null || point.threshold === null
    ? []
    : [{ title: `${title}, ${formatShort(point.threshold)}`, threshold: point.threshold }]

const typingMs = 300

/** What was typed, once the typing stops: each change asks the engine. */
const useSettled = <T,>(value: T): T => {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), typingMs)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

export const DecisionSection = ({ run, threshold }: { readonly run: Run; readonly threshold: number }) => {
  const [texts, setTexts] = useState<PayoffTexts>(usualPayoff)
  const settled = useSettled(texts)
  const payoff: Payoff | null = readPayoff(settled)
  const capacity = readCapacity(settled)
  const asked = { ...(payoff ? { payoff } : {}), ...(capacity === null ? {} : { capacity }) }
  const answer = useQuery(['runs', 'decision', run.id, run.evidenceSha256, asked], (client) =>
    client.decisions.look({ id: run.id, ...asked }),
  )
  const explored = useQuery(['runs', 'decision-at', run.id, threshold, payoff], (client) =>
    client.decisions.at({ id: run.id, query: { threshold }, ...(payoff ? { payoff } : {}) }),
  )
  return (
    <Section title="Decision" note="What acting on the scores costs and brings, with 95 % intervals">
      <PayoffFields texts={texts} onChange={setTexts} />
      <Answered answer={answer} label="Sorting the scores" rows={5}>
        {(decision) => (
          <>
            {decision.findings && decision.findings.length > 0 && <Findings findings={decision.findings} />}
            <Points decision={decision} explored={explored.data} />
            <ChooseThreshold
              run={run}
              choices={[
                { title: `On the slider, ${formatShort(threshold)}`, threshold },
                ...choiceOf('Best value', decision.best),
                ...choiceOf('Capacity', decision.atCapacity),
              ]}
            />
            <Charts decision={decision} threshold={threshold} />
          </>
        )}
      </Answered>
    </Section>
  )
}
