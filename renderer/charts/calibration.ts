import type { Calibration } from '../../shared/contract/evidence.ts'
import { axis, baseOptions, reference, unit } from './base-options.ts'
import { seriesColor } from './colors.ts'
import type { Whisker } from './plugins.ts'
import { directLabels, intervalWhiskers } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

export const calibrationSpec = (calibration: Calibration, title: string, what: string): ChartSpec => {
  const points = calibration.bins.flatMap((bin) =>
    bin.meanPredicted === null || bin.observed.value === null ? [] : [{ x: bin.meanPredicted, y: bin.observed.value }],
  )
  const whiskers = calibration.bins.flatMap((bin): Whisker[] =>
    bin.meanPredicted === null || bin.observed.low === null || bin.observed.high === null
      ? []
      : [{ x: bin.meanPredicted, low: bin.observed.low, high: bin.observed.high }],
  )
  return {
    title,
    note: `${what} Bars are 95 % intervals; on the dashed line the probability means what it says.`,
    table: {
      columns: ['From', 'To', 'Rows', 'Mean predicted', 'Observed', '95 % low', '95 % high'],
      rows: calibration.bins.map((bin) => [
        bin.low,
        bin.high,
        bin.n,
        bin.meanPredicted,
        bin.observed.value,
        bin.observed.low,
        bin.observed.high,
      ]),
    },
    draw: (colors) => {
      const color = seriesColor(colors, 0)
      return {
        type: 'scatter',
        data: {
          datasets: [
            {
              data: points,
              showLine: true,
              borderColor: color,
              backgroundColor: color,
              borderWidth: 1.5,
              pointRadius: 3.5,
            },
            reference(colors, { x: 0, y: 0 }, { x: 1, y: 1 }),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: { x: axis(colors, 'Predicted probability', unit), y: axis(colors, 'Observed fraction', unit) },
        },
        plugins: [
          intervalWhiskers(whiskers, color),
          directLabels([{ text: 'Perfectly calibrated', x: 0.6, y: 0.55, color: colors.muted }], colors.background),
        ],
      }
    },
  }
}
