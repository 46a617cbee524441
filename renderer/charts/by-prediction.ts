import type { RegressionEvidence } from '../../shared/contract/evidence.ts'
import { axis, baseOptions, linkedPoints, reference } from './base-options.ts'
import { seriesColor } from './colors.ts'
import type { Whisker } from './plugins.ts'
import { intervalWhiskers } from './plugins.ts'
import { drawQuantileBand, quantileTitles } from './quantile-band.ts'
import type { ChartSpec } from './spec.ts'

type Bins = RegressionEvidence['byPrediction']

export const byPredictionSpec = (bins: Bins): ChartSpec => {
  const first = bins[0]?.predictionMean ?? 0
  const last = bins.at(-1)?.predictionMean ?? 1
  return {
    title: 'Target by prediction',
    note: 'Mean of the target in bins with equally many rows. Bars are 95 % intervals; on the dashed line predictions are right on average.',
    table: {
      columns: ['Prediction from', 'To', 'Rows', 'Mean prediction', 'Mean target', '95 % low', '95 % high'],
      rows: bins.map((bin) => [
        bin.predictionLow,
        bin.predictionHigh,
        bin.n,
        bin.predictionMean,
        bin.targetMean.value,
        bin.targetMean.low,
        bin.targetMean.high,
      ]),
    },
    draw: (colors) => {
      const color = seriesColor(colors, 0)
      return {
        type: 'scatter',
        data: {
          datasets: [
            linkedPoints(
              color,
              bins.flatMap((bin) =>
                bin.targetMean.value === null ? [] : [{ x: bin.predictionMean, y: bin.targetMean.value }],
              ),
            ),
            reference(colors, { x: first, y: first }, { x: last, y: last }),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: { x: axis(colors, 'Mean prediction'), y: axis(colors, 'Mean target') },
        },
        plugins: [
          intervalWhiskers(
            bins.flatMap((bin): Whisker[] =>
              bin.targetMean.low === null || bin.targetMean.high === null
                ? []
                : [{ x: bin.predictionMean, low: bin.targetMean.low, high: bin.targetMean.high }],
            ),
            color,
          ),
        ],
      }
    },
  }
}

export const residualBandsSpec = (bins: Bins): ChartSpec => {
  return {
    title: 'Residual by prediction',
    note: 'Quantiles of target minus prediction in the same bins. A level band around zero is what one hopes for.',
    table: {
      columns: ['Prediction from', 'To', 'Rows', ...quantileTitles.map((title) => `Residual, ${title.toLowerCase()}`)],
      rows: bins.map((bin) => [
        bin.predictionLow,
        bin.predictionHigh,
        bin.n,
        ...quantileTitles.map((_, index) => bin.residualQuantiles[index] ?? null),
      ]),
    },
    draw: drawQuantileBand({
      bins: bins.map(({ predictionMean, residualQuantiles }) => ({ x: predictionMean, quantiles: residualQuantiles })),
      xTitle: 'Mean prediction',
      yTitle: 'Target minus prediction',
      medianRadius: 0,
    }),
  }
}
