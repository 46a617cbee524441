/** A metric against the strength of a change, with its intervals and the value of unchanged rows. */
import type { Metric } from '../../shared/contract/evidence.ts'
import { axis, baseOptions, linkedPoints, reference } from './base-options.ts'
import { seriesColor } from './colors.ts'
import type { Whisker } from './plugins.ts'
import { directLabels, intervalWhiskers } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

export interface StrengthPoint {
  readonly strength: number
  readonly metric: Metric
}

export const byStrengthSpec = (
  points: readonly StrengthPoint[],
  {
    title,
    note,
    x,
    y,
    unchanged,
  }: {
    readonly title: string
    readonly note: string
    readonly x: string
    readonly y: string
    /** Value of unchanged rows, drawn as a dashed line; null where there is none. */
    readonly unchanged: Metric | null
  },
): ChartSpec => {
  const known = points.filter(({ metric }) => metric.value !== null)
  const first = Math.min(0, ...points.map(({ strength }) => strength))
  const last = Math.max(0, ...points.map(({ strength }) => strength))
  const start = unchanged?.value ?? null
  const ends = known.flatMap(({ metric: { value, low, high } }) => [value, low, high]).filter((end) => end !== null)
  return {
    title,
    note,
    table: {
      columns: [x, 'Rows', y, '95 % low', '95 % high'],
      rows: [
        ...(unchanged ? [[0, unchanged.n, unchanged.value, unchanged.low, unchanged.high]] : []),
        ...points.map(({ strength, metric }) => [strength, metric.n, metric.value, metric.low, metric.high]),
      ],
    },
    draw: (colors) => {
      const color = seriesColor(colors, 0)
      const drawn = [
        ...known.map(({ strength, metric }) => ({ x: strength, y: metric.value ?? 0 })),
        ...(start === null ? [] : [{ x: 0, y: start }]),
      ].sort((a, b) => a.x - b.x)
      return {
        type: 'scatter',
        data: {
          datasets: [
            linkedPoints(color, drawn),
            ...(start === null ? [] : [reference(colors, { x: first, y: start }, { x: last, y: start })]),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: {
            x: axis(colors, x),
            y: { ...axis(colors, y), suggestedMin: Math.min(...ends), suggestedMax: Math.max(...ends) },
          },
        },
        plugins: [
          intervalWhiskers(
            known.flatMap(({ strength, metric: { low, high } }): Whisker[] =>
              low === null || high === null ? [] : [{ x: strength, low, high }],
            ),
            color,
          ),
          ...(start === null
            ? []
            : [directLabels([{ text: 'Unchanged', x: last, y: start, color: colors.muted }], colors.background)]),
        ],
      }
    },
  }
}
