/** A difference and its interval around no difference; the margin, where there is one, as a shaded band. */
import type { Metric } from '../../shared/contract/evidence.ts'

const width = 120
const room = 6

export const DifferenceBar = ({
  metric,
  margin,
}: {
  readonly metric: Metric
  readonly margin?: number | undefined
}) => {
  const { value, low, high } = metric
  if (value === null) return null
  const reach = 1.1 * Math.max(Math.abs(value), Math.abs(low ?? 0), Math.abs(high ?? 0), margin ?? 0, 1e-12)
  const at = (x: number): number => room + (width - 2 * room) * ((x + reach) / (2 * reach))
  return (
    <svg
      className="interval-bar difference-bar"
      width={width}
      height="16"
      viewBox={`0 0 ${width} 16`}
      aria-hidden="true"
      focusable="false"
    >
      {margin !== undefined && (
        <rect className="difference-margin" x={at(-margin)} width={at(margin) - at(-margin)} y="0" height="16" />
      )}
      <line className="interval-axis" x1={room} x2={width - room} y1="8" y2="8" />
      <line className="difference-zero" x1={at(0)} x2={at(0)} y1="0" y2="16" />
      {low !== null && high !== null && (
        <rect className="interval-span" x={at(low)} width={Math.max(3, at(high) - at(low))} y="4" height="8" rx="1" />
      )}
      <line className="interval-value" x1={at(value)} x2={at(value)} y1="2" y2="14" />
    </svg>
  )
}
