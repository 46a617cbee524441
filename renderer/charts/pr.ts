import type { Metric, PrCurve } from '../../shared/contract/evidence.ts'
import { intervalText } from '../../shared/format/interval.ts'
import { formatCount, formatMetric } from '../../shared/format/number.ts'
import { axis, baseOptions, curveOf, unit } from './base-options.ts'
import { seriesColor } from './colors.ts'
import { directLabels } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

export const prSpec = (pr: PrCurve, average: Metric | undefined, positive: string): ChartSpec => {
  const interval = average ? intervalText(average) : null
  const text =
    average && average.value !== null
      ? `Average precision ${formatMetric(average).value}${interval === null ? '' : ` (${interval})`}`
      : ''
  return {
    title: 'Precision and recall',
    note: `Of the rows flagged as “${positive}”, how many are; against how many of them are found. The exact curve has ${formatCount(pr.exactPoints)} points.`,
    table: {
      columns: ['Threshold', 'Recall', 'Precision'],
      rows: pr.recall.map((recall, index) => [pr.threshold[index] ?? null, recall, pr.precision[index] ?? null]),
    },
    draw: (colors) => {
      const color = seriesColor(colors, 0)
      return {
        type: 'scatter',
        data: {
          datasets: [
            curveOf(
              color,
              pr.recall.map((x, index) => ({ x, y: pr.precision[index] ?? 0 })),
            ),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: { x: axis(colors, 'Recall', unit), y: axis(colors, 'Precision', unit) },
        },
        plugins: [directLabels([{ text, x: 0.02, y: 0.08, color }], colors.background)],
      }
    },
  }
}
