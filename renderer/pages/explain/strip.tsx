/** A beeswarm as a heat strip: how many rows have each attribution, and whether the column's value is low or high there. */
import type { Strip } from '../../../shared/contract/explain.ts'

const width = 400
const height = 20

/** Height shows how many rows, by the square root, so that a few rows can be seen beside thousands. */
export const HeatStrip = ({
  strip,
  edges,
  label,
}: {
  readonly strip: Strip
  readonly edges: readonly number[]
  readonly label: string
}) => {
  const low = edges[0] ?? 0
  const span = (edges.at(-1) ?? 1) - low || 1
  const x = (value: number): number => ((value - low) / span) * width
  const most = Math.max(1, ...strip.counts)
  return (
    <svg className="strip" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <line className="strip-zero" x1={x(0)} x2={x(0)} y1={0} y2={height} vectorEffect="non-scaling-stroke" />
      {strip.counts.map((count, bin) => {
        if (count === 0) return null
        const tall = Math.max(2, Math.sqrt(count / most) * height)
        const from = x(edges[bin] ?? 0)
        const rank = strip.meanRank[bin] ?? null
        const box = {
          x: from,
          y: (height - tall) / 2,
          width: Math.max(0.5, x(edges[bin + 1] ?? 0) - from),
          height: tall,
        }
        if (rank === null) return <rect key={bin} className="strip-plain" {...box} />
        // Two colours over one another: the nearer the rank is to an end, the stronger that end's colour.
        return (
          <g key={bin}>
            <rect className="strip-plain" {...box} opacity={0.35} />
            <rect
              className={rank < 0.5 ? 'strip-low' : 'strip-high'}
              {...box}
              opacity={Math.min(1, Math.abs(rank - 0.5) * 2.5)}
            />
          </g>
        )
      })}
    </svg>
  )
}
