/** Predicted against observed before and after a recalibration, on rows that it was not fitted on. */
import type { Reliability } from '../../shared/contract/calibration.ts'
import { axis, baseOptions, linkedPoints, reference, unit } from './base-options.ts'
import { seriesColor } from './colors.ts'
import { directLabels, intervalWhiskers } from './plugins.ts'
import { reliabilityColumns, reliabilityPoints, reliabilityRow, reliabilityWhiskers } from './reliability-bins.ts'
import type { ChartSpec } from './spec.ts'

export const calibrationPairSpec = (before: Reliability, after: Reliability, method: string): ChartSpec => ({
  title: `Before and after ${method}`,
  note: 'Rows that the calibrator was not fitted on, in bins of as many rows each. Bars are 95 % intervals.',
  table: {
    columns: ['Which', ...reliabilityColumns],
    rows: [
      ...before.bins.map((bin) => ['before', ...reliabilityRow(bin)]),
      ...after.bins.map((bin) => ['after', ...reliabilityRow(bin)]),
    ],
  },
  draw: (colors) => {
    const sets = [before, after].map((one, at) => linkedPoints(seriesColor(colors, at), reliabilityPoints(one.bins)))
    const middle = ({ bins }: Reliability) => {
      const points = reliabilityPoints(bins)
      return points[Math.floor(points.length / 2)] ?? { x: 0.5, y: 0.5 }
    }
    return {
      type: 'scatter',
      data: { datasets: [...sets, reference(colors, { x: 0, y: 0 }, { x: 1, y: 1 })] },
      options: {
        ...baseOptions(colors),
        scales: { x: axis(colors, 'Predicted probability', unit), y: axis(colors, 'Observed fraction', unit) },
      },
      plugins: [
        { ...intervalWhiskers(reliabilityWhiskers(before.bins), seriesColor(colors, 0)), id: 'assay-intervals-before' },
        { ...intervalWhiskers(reliabilityWhiskers(after.bins), seriesColor(colors, 1)), id: 'assay-intervals-after' },
        directLabels(
          [
            { text: 'Before', ...middle(before), color: seriesColor(colors, 0) },
            { text: 'After', ...middle(after), color: seriesColor(colors, 1) },
            { text: 'Perfectly calibrated', x: 0.7, y: 0.64, color: colors.muted },
          ],
          colors.background,
        ),
      ],
    }
  },
})
