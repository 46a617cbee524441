/** A gate drawn: where the figure may be, its interval, and its value. The numbers stand in the cells beside it. */
import type { GateResult } from '../../../shared/contract/policy.ts'
import { rangeOf } from '../../../shared/policy/judge-figure.ts'

const width = 124
const margin = 3

export const GateBar = ({ gate }: { readonly gate: GateResult }) => {
  const { figure, limits, outcome } = gate
  const range = rangeOf(limits)
  if (!range || !figure || typeof figure.value !== 'number') return null
  const { value, low, high } = figure
  const ends = [value, low, high, ...range].filter((end): end is number => end !== null && Number.isFinite(end))
  const least = Math.min(...ends)
  const most = Math.max(...ends)
  const room = (most - least || Math.abs(most) || 1) * 0.25
  const [from, to] = [least - room, most + room]
  const at = (x: number): number => margin + ((width - 2 * margin) * (x - from)) / (to - from)
  const allowed = [Math.max(from, range[0]), Math.min(to, range[1])] as const
  return (
    <svg
      className={`gate-bar gate-bar-${outcome}`}
      width={width}
      height="20"
      viewBox={`0 0 ${width} 20`}
      aria-hidden="true"
      focusable="false"
    >
      <line className="gate-axis" x1={margin} x2={width - margin} y1="10" y2="10" />
      <rect className="gate-allowed" x={at(allowed[0])} width={at(allowed[1]) - at(allowed[0])} y="1" height="18" />
      {range.filter(Number.isFinite).map((limit) => (
        <line key={limit} className="gate-limit" x1={at(limit)} x2={at(limit)} y1="1" y2="19" />
      ))}
      {low !== null && high !== null && (
        <rect className="gate-interval" x={at(low)} width={Math.max(3, at(high) - at(low))} y="6" height="8" rx="1" />
      )}
      <line className="gate-value" x1={at(value)} x2={at(value)} y1="3" y2="17" />
    </svg>
  )
}
