import type { Calibration } from '../../shared/contract/evidence.ts'
import { axis, baseOptions, linkedPoints, reference, unit } from './base-options.ts'
import { seriesColor } from './colors.ts'
import { directLabels, intervalWhiskers } from './plugins.ts'
import { reliabilityColumns, reliabilityPoints, reliabilityRow, reliabilityWhiskers } from './reliability-bins.ts'
import type { ChartSpec } from './spec.ts'

export const calibrationSpec = (calibration: Calibration, title: string, what: string): ChartSpec => {
  return {
    title,
    note: `${what} Bars are 95 % intervals; on the dashed line the probability means what it says.`,
    table: {
      columns: reliabilityColumns,
      rows: calibration.bins.map(reliabilityRow),
    },
    draw: (colors) => {
      const color = seriesColor(colors, 0)
      return {
        type: 'scatter',
        data: {
          datasets: [
            linkedPoints(color, reliabilityPoints(calibration.bins)),
            reference(colors, { x: 0, y: 0 }, { x: 1, y: 1 }),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: { x: axis(colors, 'Predicted probability', unit), y: axis(colors, 'Observed fraction', unit) },
        },
        plugins: [
          intervalWhiskers(reliabilityWhiskers(calibration.bins), color),
          directLabels([{ text: 'Perfectly calibrated', x: 0.6, y: 0.55, color: colors.muted }], colors.background),
        ],
      }
    },
  }
}
