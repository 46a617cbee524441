/** One metric of each group as a point with its interval. */
import type { Metric } from '../../shared/contract/evidence.ts'
import { formatMetric } from '../../shared/format/number.ts'
import { axis, baseOptions } from './base-options.ts'
import { seriesColor } from './colors.ts'
import type { Whisker } from './plugins.ts'
import { intervalWhiskers } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

export interface GroupPoint {
  readonly label: string
  readonly metric: Metric
}

const longest = 16
const short = (label: string): string => (label.length > longest ? `${label.slice(0, longest - 1)}…` : label)

export const byGroupSpec = (
  points: readonly GroupPoint[],
  { title, note, y }: { readonly title: string; readonly note: string; readonly y: string },
): ChartSpec => ({
  title,
  note,
  table: {
    columns: ['Group', 'Rows', y, '95 % low', '95 % high'],
    rows: points.map(({ label, metric }) => [label, metric.n, metric.value, metric.low, metric.high]),
  },
  draw: (colors) => {
    const color = seriesColor(colors, 0)
    const at = points.flatMap(({ metric }, x) => (metric.value === null ? [] : [{ x, y: metric.value }]))
    const ends = points.flatMap(({ metric: { value, low, high } }) => [value, low, high]).filter((end) => end !== null)
    const labelAt = (value: number | string): string =>
      Number.isInteger(Number(value)) ? short(points[Number(value)]?.label ?? '') : ''
    return {
      type: 'scatter',
      data: { datasets: [{ data: at, backgroundColor: color, borderColor: color, pointRadius: 4, showLine: false }] },
      options: {
        ...baseOptions(colors),
        scales: {
          x: {
            ...axis(colors, '', { min: -0.5, max: points.length - 0.5 }),
            title: { display: false },
            grid: { display: false },
            ticks: {
              ...axis(colors, '').ticks,
              stepSize: 1,
              maxTicksLimit: 40,
              maxRotation: 60,
              autoSkip: false,
              callback: labelAt,
            },
          },
          y: { ...axis(colors, y), suggestedMin: Math.min(...ends), suggestedMax: Math.max(...ends) },
        },
        plugins: {
          tooltip: {
            ...baseOptions(colors).plugins.tooltip,
            callbacks: {
              label: (item) => {
                const point = points[Math.round((item.raw as { x: number }).x)]
                if (!point) return ''
                const { value, low, high } = formatMetric(point.metric)
                return `${point.label}: ${value}${low === null ? '' : ` (${low} to ${high ?? ''})`}`
              },
            },
          },
        },
      },
      plugins: [
        intervalWhiskers(
          points.flatMap(({ metric: { low, high } }, x): Whisker[] =>
            low === null || high === null ? [] : [{ x, low, high }],
          ),
          color,
        ),
      ],
    }
  },
})
