/** Charts of a multiclass task. */
import type { ClassEvidence, MulticlassEvidence } from '../../contract/evidence.ts'
import type { Evidence } from '../../contract/run.ts'
import { formatCount } from '../../format/number.ts'
import { figures, left, right, roomy, table } from '../report-document.ts'
import type { Block, Section } from '../report-document.ts'
import { nameText } from '../visible-text.ts'
import { limitRows } from './limit-rows.ts'
import { metricCell, titleOf } from './metric-cells.ts'
import { calibrationFigure, confusionFigure, histogramFigure, largestConfusions } from './shared-figures.ts'

/** As many columns of metrics as a printed page holds; the evidence has the rest. */
const classColumns = 5

export function multiclassSection(evidence: Evidence, detail: MulticlassEvidence): Section {
  return {
    id: 'charts',
    title: 'Behaviour',
    blocks: [
      ...figures([
        confusionFigure(detail.confusion, 'Actual classes in rows, predicted in columns.'),
        detail.confidence &&
          histogramFigure({
            title: 'Confidence',
            note: 'Probability given to the predicted class, for right and wrong predictions.',
            xTitle: 'Probability of the predicted class',
            histogram: detail.confidence,
          }),
        calibrationFigure(detail.calibration, 'Fraction right'),
      ]),
      ...largestConfusions(detail.confusion),
      classTable(evidence, detail.classes),
    ],
  }
}

export function classTable(
  evidence: Evidence,
  classes: readonly ClassEvidence[],
  one = 'class',
  many = 'classes',
): Block {
  const keys = [...new Set(classes.flatMap((entry) => Object.keys(entry.metrics)))].slice(0, classColumns)
  const { shown, ...rest } = limitRows(classes, 300, many)
  return table({
    caption: `Each ${one}, with 95 % intervals`,
    columns: [
      left(one.charAt(0).toUpperCase() + one.slice(1)),
      right('Rows'),
      right('Predicted'),
      ...keys.map((key, k) => (k < 3 ? right(titleOf(evidence, key)) : roomy(right(titleOf(evidence, key))))),
    ],
    rows: shown.map(({ label, support, predicted, metrics }) => [
      nameText(label),
      formatCount(support),
      formatCount(predicted),
      ...keys.map((key) => metricCell(metrics[key])),
    ]),
    ...rest,
  })
}
