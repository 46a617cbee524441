/** Charts of a binary task. */
import type { BinaryEvidence, PrCurve } from '../../contract/evidence.ts'
import { formatShort, plural } from '../../format/number.ts'
import { unitAxis } from '../charts/axis.ts'
import { lines } from '../charts/chart.ts'
import { figures, right, table, text } from '../report-document.ts'
import type { Block, Figure, Section, Table } from '../report-document.ts'
import { nameText } from '../visible-text.ts'
import {
  calibrationFigure,
  confusionFigure,
  histogramFigure,
  numberRows,
  pointsNote,
  rocFigure,
} from './shared-figures.ts'

type Thresholds = NonNullable<BinaryEvidence['thresholds']>

const thresholdColumns = [
  ['Threshold', 'threshold'],
  ['Precision', 'precision'],
  ['Recall', 'recall'],
  ['F1', 'f1'],
  ['Accuracy', 'accuracy'],
  ['Called positive', 'selectionRate'],
] as const satisfies readonly (readonly [string, keyof Thresholds])[]

export function binarySection(detail: BinaryEvidence): Section {
  const { positive, threshold, roc, pr, calibration, scores, thresholds, confusion } = detail
  const cut = `threshold ${formatShort(threshold)}`
  return {
    id: 'charts',
    title: 'Behaviour',
    blocks: [
      text(
        `The positive class is “${nameText(positive)}”, the other “${nameText(detail.negative)}”. A row is called positive where its score is at least ${formatShort(threshold)}.`,
      ),
      ...figures([
        rocFigure(roc),
        prFigure(pr),
        calibrationFigure(calibration, 'Observed positives'),
        scores &&
          histogramFigure({
            title: 'Scores by class',
            note: 'Rows by their score, one outline for each actual class.',
            xTitle: 'Score',
            histogram: scores,
            marker: { label: cut, x: threshold },
          }),
        thresholds && thresholdFigure(thresholds, threshold),
        confusionFigure(confusion, `At ${cut}.`),
      ]),
      ...(thresholds ? thresholdTable(thresholds, threshold) : []),
      ...(roc === null ? [text('There are no curves: they need scores, and rows of both classes.')] : []),
    ],
  }
}

function prFigure(pr: PrCurve | null): Figure | null {
  if (pr === null) return null
  return {
    title: 'Precision–recall curve',
    note: `Precision against recall. ${pointsNote(pr.recall.length, pr.exactPoints)}`,
    chart: lines({
      label: 'Precision–recall curve: precision against recall, from 0 to 1',
      x: unitAxis('Recall'),
      y: unitAxis('Precision'),
      lines: [{ label: 'Precision', points: pr.recall.map((x, k) => [x, pr.precision[k] ?? null] as const) }],
    }),
    data: {
      caption: 'Points of the precision–recall curve',
      columns: [right('Threshold'), right('Recall'), right('Precision')],
      rows: numberRows([pr.threshold, pr.recall, pr.precision]),
    },
  }
}

function thresholdRows(thresholds: Thresholds, at: readonly number[], caption: string): Table {
  return {
    caption,
    columns: thresholdColumns.map(([title]) => right(title)),
    rows: numberRows(thresholdColumns.map(([, key]) => at.map((k) => thresholds[key][k] ?? null))),
  }
}

const everyIndex = ({ threshold }: Thresholds): number[] => threshold.map((_, k) => k)

function thresholdFigure(thresholds: Thresholds, threshold: number): Figure {
  const curve = (label: string, values: readonly (number | null)[]) => ({
    label,
    points: thresholds.threshold.map((x, k) => [x, values[k] ?? null] as const),
  })
  return {
    title: 'Metrics by threshold',
    note: 'What another threshold would give on the same rows.',
    chart: lines({
      label: `Precision, recall and F1 at ${plural(thresholds.threshold.length, 'threshold')}, from 0 to 1`,
      x: unitAxis('Threshold'),
      y: unitAxis('Value'),
      lines: [curve('Precision', thresholds.precision), curve('Recall', thresholds.recall), curve('F1', thresholds.f1)],
      marker: { label: 'in use', x: threshold },
    }),
    data: thresholdRows(thresholds, everyIndex(thresholds), 'Metrics at each threshold'),
  }
}

/** Evenly spaced thresholds, and the one nearest to that in use. */
function thresholdTable(thresholds: Thresholds, threshold: number): Block[] {
  const indexes = everyIndex(thresholds)
  if (indexes.length === 0) return []
  const distance = (k: number): number => Math.abs(thresholds.threshold[k]! - threshold)
  const nearest = indexes.reduce((best, k) => (distance(k) < distance(best) ? k : best))
  const step = Math.max(1, Math.round((indexes.length - 1) / 20))
  const chosen = indexes.filter((k) => k % step === 0 || k === nearest)
  return [table(thresholdRows(thresholds, chosen, 'Metrics at some thresholds'))]
}
