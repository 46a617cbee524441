import type { RegressionEvidence } from '../../shared/contract/evidence.ts'
import { axis, baseOptions, curveOf, reference, unit } from './base-options.ts'
import { seriesColor } from './colors.ts'
import type { ChartSpec } from './spec.ts'

export const residualQuantilesSpec = ({ probability, value }: RegressionEvidence['residualQuantiles']): ChartSpec => ({
  title: 'Residual quantiles',
  note: 'The share of rows whose target minus prediction is at or below a value. Steep ends are large errors.',
  table: {
    columns: ['Share of rows', 'Residual'],
    rows: probability.map((p, index) => [p, value[index] ?? null]),
  },
  draw: (colors) => ({
    type: 'scatter',
    data: {
      datasets: [
        curveOf(
          seriesColor(colors, 0),
          probability.map((x, index) => ({ x, y: value[index] ?? 0 })),
        ),
        reference(colors, { x: 0, y: 0 }, { x: 1, y: 0 }),
      ],
    },
    options: {
      ...baseOptions(colors),
      scales: { x: axis(colors, 'Share of rows', unit), y: axis(colors, 'Target minus prediction') },
    },
  }),
})
