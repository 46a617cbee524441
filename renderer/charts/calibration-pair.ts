/** Predicted against observed before and after a recalibration, on rows that it was not fitted on. */
import type { Reliability } from '../../shared/contract/calibration.ts'
import { axis, baseOptions, reference, unit } from './base-options.ts'
import { seriesColor } from './colors.ts'
import type { Whisker } from './plugins.ts'
import { directLabels, intervalWhiskers } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

const pointsOf = ({ bins }: Reliability) =>
  bins.flatMap(({ meanPredicted, observed }) =>
    meanPredicted === null || observed.value === null ? [] : [{ x: meanPredicted, y: observed.value }],
  )

const whiskersOf = ({ bins }: Reliability): Whisker[] =>
  bins.flatMap(({ meanPredicted, observed }) =>
    meanPredicted === null || observed.low === null || observed.high === null
      ? []
      : [{ x: meanPredicted, low: observed.low, high: observed.high }],
  )

export const calibrationPairSpec = (before: Reliability, after: Reliability, method: string): ChartSpec => ({
  title: `Before and after ${method}`,
  note: 'Rows that the calibrator was not fitted on, in bins of as many rows each. Bars are 95 % intervals.',
  table: {
    columns: ['Which', 'From', 'To', 'Rows', 'Mean predicted', 'Observed', '95 % low', '95 % high'],
    rows: [
      ...before.bins.map((bin) => ['before', bin] as const),
      ...after.bins.map((bin) => ['after', bin] as const),
    ].map(([which, bin]) => [
      which,
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
    const sets = [before, after].map((one, at) => ({
      data: pointsOf(one),
      showLine: true,
      borderColor: seriesColor(colors, at),
      backgroundColor: seriesColor(colors, at),
      borderWidth: 1.5,
      pointRadius: 3.5,
    }))
    const last = (one: Reliability) => pointsOf(one)[Math.floor(pointsOf(one).length / 2)] ?? { x: 0.5, y: 0.5 }
    return {
      type: 'scatter',
      data: { datasets: [...sets, reference(colors, { x: 0, y: 0 }, { x: 1, y: 1 })] },
      options: {
        ...baseOptions(colors),
        scales: { x: axis(colors, 'Predicted probability', unit), y: axis(colors, 'Observed fraction', unit) },
      },
      plugins: [
        { ...intervalWhiskers(whiskersOf(before), seriesColor(colors, 0)), id: 'assay-intervals-before' },
        { ...intervalWhiskers(whiskersOf(after), seriesColor(colors, 1)), id: 'assay-intervals-after' },
        directLabels(
          [
            { text: 'Before', ...last(before), color: seriesColor(colors, 0) },
            { text: 'After', ...last(after), color: seriesColor(colors, 1) },
            { text: 'Perfectly calibrated', x: 0.7, y: 0.64, color: colors.muted },
          ],
          colors.background,
        ),
      ],
    }
  },
})
