import type { BinaryEvidence } from '../../shared/contract/evidence.ts'
import { formatFixed } from '../../shared/format/number.ts'
import { axis, baseOptions, curveOf, unit } from './base-options.ts'
import { seriesColor } from './colors.ts'
import { directLabels, markedPlace } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

export type Thresholds = NonNullable<BinaryEvidence['thresholds']>

export const thresholdLines = [
  ['precision', 'Precision'],
  ['recall', 'Recall'],
  ['f1', 'F1'],
  ['accuracy', 'Accuracy'],
  ['selectionRate', 'Selection rate'],
] as const

/** Where along the axis each line carries its name, so that the names stand apart. */
const labelAt = [0.85, 0.3, 0.6, 0.45, 0.12]

export const thresholdSpec = (thresholds: Thresholds, chosen: number): ChartSpec => ({
  title: 'Metrics by threshold',
  note: 'A row is called positive when its score is at or above the threshold.',
  table: {
    columns: ['Threshold', ...thresholdLines.map(([, title]) => title)],
    rows: thresholds.threshold.map((threshold, index) => [
      threshold,
      ...thresholdLines.map(([key]) => thresholds[key][index] ?? null),
    ]),
  },
  draw: (colors) => ({
    type: 'scatter',
    data: {
      datasets: thresholdLines.map(([key, title], line) => ({
        label: title,
        ...curveOf(
          seriesColor(colors, line),
          thresholds.threshold.flatMap((x, index) => {
            const y = thresholds[key][index]
            return y === null || y === undefined ? [] : [{ x, y }]
          }),
        ),
      })),
    },
    options: { ...baseOptions(colors), scales: { x: axis(colors, 'Threshold', unit), y: axis(colors, 'Value', unit) } },
    plugins: [
      directLabels(
        thresholdLines.map(([key, title], line) => {
          const index = Math.round((labelAt[line] ?? 0.5) * (thresholds.threshold.length - 1))
          return {
            text: title,
            x: thresholds.threshold[index] ?? 0,
            y: thresholds[key][index] ?? 0,
            color: seriesColor(colors, line),
          }
        }),
        colors.background,
      ),
      markedPlace(chosen, formatFixed(chosen, 2), colors.text),
    ],
  }),
})
