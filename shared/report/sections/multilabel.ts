/** Charts of a multilabel task. */
import type { MultilabelEvidence } from '../../contract/evidence.ts'
import type { Evidence } from '../../contract/run.ts'
import { figures } from '../report-document.ts'
import type { Section } from '../report-document.ts'
import { classTable } from './multiclass.ts'
import { histogramFigure } from './shared-figures.ts'

export function multilabelSection(evidence: Evidence, detail: MultilabelEvidence): Section {
  return {
    id: 'charts',
    title: 'Behaviour',
    blocks: [
      ...figures([
        histogramFigure({
          title: 'Labels a row',
          note: `How many labels rows have, and how many they are given at the threshold ${detail.threshold}.`,
          xTitle: 'Labels',
          histogram: detail.labelsPerRow,
        }),
      ]),
      classTable(evidence, detail.classes, 'label', 'labels'),
    ],
  }
}
