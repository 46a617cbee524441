/** Charts of a regression. */
import type { RegressionEvidence } from '../../contract/evidence.ts'
import type { Evidence } from '../../contract/run.ts'
import { formatCount, formatNumber, formatPercent, plural } from '../../format/number.ts'
import { axisAround } from '../charts/axis.ts'
import { lines } from '../charts/chart.ts'
import { figures, left, right, table } from '../report-document.ts'
import type { Figure, Section } from '../report-document.ts'
import { nameText } from '../visible-text.ts'
import { dash, intervalCell, valueCell } from './metric-cells.ts'
import { histogramFigure, rangeText } from './shared-figures.ts'

type Bins = RegressionEvidence['byPrediction']

/** Where 0.05, 0.5 and 0.95 stand among a bin's quantiles. */
const quantile = { low: 0, median: 2, high: 4 } as const

export function regressionSection(evidence: Evidence, detail: RegressionEvidence): Section {
  const target = nameText(evidence.dataset.target)
  const { probability, value } = detail.residualQuantiles
  return {
    id: 'charts',
    title: 'Behaviour',
    blocks: [
      ...figures([
        histogramFigure({
          title: 'Residuals',
          note: 'Target minus prediction: right of zero, the model predicts too little.',
          xTitle: `Residual of ${target}`,
          histogram: detail.residuals,
        }),
        targetFigure(detail.byPrediction, target),
        residualFigure(detail.byPrediction),
      ]),
      table({
        caption: 'Quantiles of the residual',
        columns: [right('Share of rows below'), right('Residual')],
        rows: probability.map((share, k) => [formatPercent(share, 0), numberCell(value[k])]),
      }),
    ],
  }
}

const numberCell = (value: number | undefined): string => (value === undefined ? dash : formatNumber(value))

const binText = ({ predictionLow, predictionHigh }: Bins[number]): string => rangeText(predictionLow, predictionHigh)

function targetFigure(bins: Bins, target: string): Figure | null {
  const points = bins.flatMap(({ predictionMean: x, targetMean: { value: y, low, high } }, row) =>
    y === null ? [] : [{ row, x, y, low, high }],
  )
  if (points.length === 0) return null
  const x = axisAround(
    'Mean prediction',
    points.map((point) => point.x),
  )
  const y = axisAround(
    `Mean ${target}`,
    points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y]),
  )
  const from = Math.max(x.low, y.low)
  const to = Math.min(x.high, y.high)
  return {
    title: 'Target against prediction',
    note: 'Mean target in bins of equally many rows, by prediction. Bars are 95 % intervals; on the line, predictions hold.',
    chart: lines({
      label: `Mean target against mean prediction in ${plural(points.length, 'bin')}, with 95 % intervals`,
      x,
      y,
      intervals: points,
      ...(from < to ? { reference: { label: 'equal', from: [from, from], to: [to, to] } } : {}),
    }),
    data: {
      caption: 'Target by prediction',
      columns: [
        left('Prediction'),
        right('Rows'),
        right('Mean prediction'),
        right('Mean target'),
        right('95 % interval'),
      ],
      rows: bins.map((bin) => [
        binText(bin),
        formatCount(bin.n),
        formatNumber(bin.predictionMean),
        valueCell(bin.targetMean),
        intervalCell(bin.targetMean),
      ]),
    },
  }
}

function residualFigure(bins: Bins): Figure | null {
  const points = bins.flatMap(({ predictionMean: x, residualQuantiles }, row) => {
    const y = residualQuantiles[quantile.median]
    return y === undefined
      ? []
      : [{ row, x, y, low: residualQuantiles[quantile.low] ?? null, high: residualQuantiles[quantile.high] ?? null }]
  })
  if (points.length === 0) return null
  const x = axisAround(
    'Mean prediction',
    points.map((point) => point.x),
  )
  return {
    title: 'Residual by prediction',
    note: 'Median residual in the same bins; bars hold the middle 90 % of rows.',
    chart: lines({
      label: `Median residual against mean prediction in ${plural(points.length, 'bin')}, with the middle 90 % of rows`,
      x,
      y: axisAround(
        'Residual',
        points.flatMap((point) => [0, point.y, point.low ?? point.y, point.high ?? point.y]),
      ),
      intervals: points,
      reference: { label: 'no error', from: [x.low, 0], to: [x.high, 0] },
    }),
    data: {
      caption: 'Residual by prediction',
      columns: [
        left('Prediction'),
        right('Rows'),
        right('5 %'),
        right('25 %'),
        right('Median'),
        right('75 %'),
        right('95 %'),
      ],
      rows: bins.map((bin) => [
        binText(bin),
        formatCount(bin.n),
        ...Array.from({ length: 5 }, (_, k) => numberCell(bin.residualQuantiles[k])),
      ]),
    },
  }
}
