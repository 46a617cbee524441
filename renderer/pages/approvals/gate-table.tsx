/** Every gate: what it must be, what it is with its interval, drawn against the limit, and why it came out so. */
import type { GateResult, Gates } from '../../../shared/contract/policy.ts'
import { intervalText } from '../../../shared/format/interval.ts'
import { formatCount, formatMetric } from '../../../shared/format/number.ts'
import { LookBadge } from './badge.tsx'
import { GateBar } from './gate-bar.tsx'
import { outcomeLook } from './words.ts'

const Value = ({ gate }: { readonly gate: GateResult }) => {
  const { figure } = gate
  if (!figure || figure.value === null) return <>—</>
  if (typeof figure.value !== 'number') return <>{String(figure.value)}</>
  return <>{formatMetric({ value: figure.value, low: figure.low, high: figure.high }).value}</>
}

const interval = ({ figure }: GateResult): string => {
  if (typeof figure?.value !== 'number') return '—'
  const { value, low, high } = figure
  return intervalText({ value, low, high }) ?? '—'
}

const Why = ({ gate }: { readonly gate: GateResult }) => (
  <>
    {gate.reason}
    {gate.waiver && (
      <span className="gate-waiver">
        {gate.waiver.inForce ? 'Waived' : 'Waiver expired'}: {gate.waiver.reason} ({gate.waiver.owner}, until{' '}
        {gate.waiver.expires})
      </span>
    )}
  </>
)

export const GateTable = ({ gates }: { readonly gates: Gates }) => (
  <div className="table-scroll" role="group" aria-label="Gates" tabIndex={0}>
    <table className="table gates" data-testid="gates">
      <thead>
        <tr>
          <th scope="col">Gate</th>
          <th scope="col">Outcome</th>
          <th scope="col" className="number">
            Value
          </th>
          <th scope="col" className="number">
            95 % interval
          </th>
          <th scope="col">
            <span className="visually-hidden">Interval and limit, drawn</span>
          </th>
          <th scope="col">Must be</th>
          <th scope="col" className="number">
            n
          </th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {gates.gates.map((gate) => (
          <tr key={gate.id} data-gate={gate.id}>
            <th scope="row">
              {gate.title}
              <code className="gate-path">{gate.figure?.path ?? gate.path}</code>
            </th>
            <td>
              <LookBadge look={outcomeLook(gate)} />
            </td>
            <td className="number">
              <Value gate={gate} />
            </td>
            <td className="number">{interval(gate)}</td>
            <td>
              <GateBar gate={gate} />
            </td>
            <td>{gate.requirement}</td>
            <td className="number">
              {gate.figure === null || gate.figure.n === null ? '—' : formatCount(gate.figure.n)}
            </td>
            <td className="muted">
              <Why gate={gate} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

/** "6 pass, 1 inconclusive (1 only warns)". */
export const gatesSummary = ({ counts }: Gates): string => {
  const parts = [
    `${formatCount(counts.pass)} pass`,
    ...(counts.fail > 0 ? [`${formatCount(counts.fail)} fail`] : []),
    ...(counts.inconclusive > 0 ? [`${formatCount(counts.inconclusive)} inconclusive`] : []),
    ...(counts.missing > 0 ? [`${formatCount(counts.missing)} missing`] : []),
  ]
  const mild = [
    ...(counts.waived > 0 ? [`${formatCount(counts.waived)} waived`] : []),
    ...(counts.warnings > 0
      ? [`${formatCount(counts.warnings)} only ${counts.warnings === 1 ? 'warns' : 'warn'}`]
      : []),
  ]
  return `${parts.join(', ')}${mild.length === 0 ? '' : ` (${mild.join(', ')})`}`
}
