import type { RegressionEvidence } from '../../shared/contract/evidence.ts'
import { formatNumber } from '../../shared/format/number.ts'
import { axis, baseOptions, reference } from './base-options.ts'
import { seriesColor } from './colors.ts'
import type { Whisker } from './plugins.ts'
import { directLabels, intervalWhiskers } from './plugins.ts'
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
            {
              data: bins.flatMap((bin) =>
                bin.targetMean.value === null ? [] : [{ x: bin.predictionMean, y: bin.targetMean.value }],
              ),
              showLine: true,
              borderColor: color,
              backgroundColor: color,
              borderWidth: 1.5,
              pointRadius: 3.5,
            },
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

const quantileTitles = ['5 %', '25 %', 'Median', '75 %', '95 %']

export const residualBandsSpec = (bins: Bins): ChartSpec => {
  const first = bins[0]?.predictionMean ?? 0
  const last = bins.at(-1)?.predictionMean ?? 1
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
    draw: (colors) => {
      const colorOf = (index: number): string =>
        seriesColor(colors, index === 2 ? 0 : index === 0 || index === 4 ? 5 : 2)
      return {
        type: 'scatter',
        data: {
          datasets: [
            ...quantileTitles.map((title, index) => ({
              label: title,
              data: bins.map((bin) => ({ x: bin.predictionMean, y: bin.residualQuantiles[index] ?? 0 })),
              showLine: true,
              borderColor: colorOf(index),
              borderWidth: index === 2 ? 2.5 : 1.5,
              pointRadius: 0,
              pointHitRadius: 6,
            })),
            reference(colors, { x: first, y: 0 }, { x: last, y: 0 }),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: { x: axis(colors, 'Mean prediction'), y: axis(colors, 'Target minus prediction') },
          plugins: {
            tooltip: {
              ...baseOptions(colors).plugins.tooltip,
              callbacks: {
                label: (item) => `${item.dataset.label ?? ''}: ${formatNumber(Number((item.raw as { y: number }).y))}`,
              },
            },
          },
        },
        plugins: [
          directLabels(
            quantileTitles.map((text, index) => ({
              text,
              x: last,
              y: bins.at(-1)?.residualQuantiles[index] ?? 0,
              color: colorOf(index),
            })),
            colors.background,
          ),
        ],
      }
    },
  }
}
