/** Figures that more than one task has. */
import type { Calibration, Confusion, Histogram, RocCurve } from '../../contract/evidence.ts'
import { formatColumn, formatCount, formatNumber, formatPercent, formatShort, plural } from '../../format/number.ts'
import { unitAxis } from '../charts/axis.ts'
import type { BarChartSpec } from '../charts/bar-chart.ts'
import { heatmapLimit } from '../charts/heatmap.ts'
import { bars, lines, matrix } from '../charts/chart.ts'
import { left, right, table } from '../report-document.ts'
import type { Block, Figure, Table } from '../report-document.ts'
import { nameText } from '../visible-text.ts'
import { limitRows } from './limit-rows.ts'
import { dash, intervalCell, valueCell } from './metric-cells.ts'

export function rocFigure(roc: RocCurve | null): Figure | null {
  if (roc === null) return null
  return {
    title: 'ROC curve',
    note: `True positive rate against false positive rate. ${pointsNote(roc.fpr.length, roc.exactPoints)}`,
    chart: lines({
      label: 'ROC curve: true positive rate against false positive rate, from 0 to 1',
      x: unitAxis('False positive rate'),
      y: unitAxis('True positive rate'),
      lines: [{ label: 'ROC', points: roc.fpr.map((x, k) => [x, roc.tpr[k] ?? null] as const) }],
      reference: { label: 'chance', from: [0, 0], to: [1, 1] },
    }),
    data: {
      caption: 'Points of the ROC curve',
      columns: [right('Threshold'), right('False positive rate'), right('True positive rate')],
      rows: numberRows([roc.threshold, roc.fpr, roc.tpr]),
    },
  }
}

/** Columns of numbers, as rows of text. */
export function numberRows(columns: readonly (readonly (number | null)[])[]): string[][] {
  const texts = columns.map(formatColumn)
  return (texts[0] ?? []).map((_, row) => texts.map((column) => column[row] ?? dash))
}

export const rangeText = (low: number, high: number): string => `${formatShort(low)} to ${formatShort(high)}`

export const pointsNote = (drawn: number, exact: number): string =>
  drawn < exact
    ? `${formatCount(drawn)} points drawn, of ${formatCount(exact)} exact ones.`
    : `All ${plural(exact, 'point')} drawn.`

export function calibrationFigure(calibration: Calibration | null, what: string): Figure | null {
  if (calibration === null) return null
  const filled = calibration.bins.flatMap(({ meanPredicted: x, observed: { value: y, low, high } }, row) =>
    x === null || y === null ? [] : [{ row, x, y, low, high }],
  )
  return {
    title: 'Calibration',
    note: `${what} against the mean predicted probability, in bins. Bars are 95 % intervals; on the diagonal, predictions hold.`,
    chart: lines({
      label: `Calibration: ${what.toLowerCase()} against mean predicted probability in ${plural(filled.length, 'bin')}, with 95 % intervals`,
      x: unitAxis('Mean predicted probability'),
      y: unitAxis(what),
      intervals: filled,
      reference: { label: 'calibrated', from: [0, 0], to: [1, 1] },
    }),
    data: {
      caption: 'Calibration bins',
      columns: [left('Bin'), right('Rows'), right('Mean predicted'), right(what), right('95 % interval')],
      rows: calibration.bins.map(({ low, high, n, meanPredicted, observed }) => [
        rangeText(low, high),
        formatCount(n),
        meanPredicted === null ? dash : formatNumber(meanPredicted),
        valueCell(observed),
        intervalCell(observed),
      ]),
    },
  }
}

export interface HistogramFigure extends Omit<BarChartSpec, 'label'> {
  readonly title: string
  readonly note: string
}

export function histogramFigure({ title, note, ...spec }: HistogramFigure): Figure {
  const bins = spec.histogram.edges.length - 1
  return {
    title,
    note,
    chart: bars({ ...spec, label: `${title}: rows in ${plural(bins, 'bin')} of ${spec.xTitle.toLowerCase()}` }),
    data: histogramTable(title, spec.histogram),
  }
}

const histogramTable = (title: string, { edges, series }: Histogram): Table => ({
  caption: `${title}: rows in each bin`,
  columns: [left('Bin'), ...series.map(({ label }) => right(nameText(label)))],
  rows: edges
    .slice(1)
    .map((high, k) => [rangeText(edges[k]!, high), ...series.map(({ counts }) => formatCount(counts[k] ?? 0))]),
})

/** null where there are more classes than a matrix can show. */
export function confusionFigure(confusion: Confusion, note: string): Figure | null {
  if (confusion.labels.length > heatmapLimit) return null
  const names = confusion.labels.map(nameText)
  return {
    title: 'Confusion matrix',
    note: `${note} Shade is the share of the actual class's rows.`,
    chart: matrix(
      `Confusion matrix: actual against predicted class, ${plural(names.length, 'class', 'classes')}`,
      confusion,
    ),
    data: {
      caption: 'Rows of each actual class, by predicted class',
      columns: [left('Actual'), ...names.map(right)],
      rows: confusion.counts.map((row, k) => [names[k] ?? dash, ...row.map(formatCount)]),
    },
  }
}

/** Where the matrix is too large to draw, its largest confusions. */
export function largestConfusions({ labels, counts }: Confusion): Block[] {
  if (labels.length <= heatmapLimit) return []
  const name = (k: number): string => nameText(labels[k] ?? '')
  const wrong = counts
    .flatMap((row, actual) => {
      const total = row.reduce((sum, count) => sum + count, 0)
      return row.map((count, predicted) => ({ actual, predicted, count, total }))
    })
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
  const { shown, ...rest } = limitRows(wrong, 50, 'confused pairs')
  const largest = table({
    caption: `Largest confusions among ${formatCount(labels.length)} classes`,
    columns: [left('Actual'), left('Predicted'), right('Rows'), right('Share of the actual class')],
    rows: shown.map(({ actual, predicted, count, total }) => [
      name(actual),
      name(predicted),
      formatCount(count),
      formatPercent(count / total),
    ]),
    ...rest,
  })
  return [largest]
}
