import type { Metric, RocCurve } from '../../shared/contract/evidence.ts'
import { intervalText } from '../../shared/format/interval.ts'
import { formatCount, formatMetric } from '../../shared/format/number.ts'
import { axis, baseOptions, curveOf, reference, unit } from './base-options.ts'
import { seriesColor } from './colors.ts'
import { directLabels } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

/** A curve is thinned by the engine; how many points the exact one has is said below it. */
export const rocSpec = (roc: RocCurve, auc: Metric | undefined, positive: string): ChartSpec => {
  const interval = auc ? intervalText(auc) : null
  const area =
    auc && auc.value !== null ? `AUC ${formatMetric(auc).value}${interval === null ? '' : ` (${interval})`}` : ''
  return {
    title: 'ROC curve',
    note: `Rows of “${positive}” found, against the others flagged by mistake. The exact curve has ${formatCount(roc.exactPoints)} points.`,
    table: {
      columns: ['Threshold', 'False positive rate', 'True positive rate'],
      rows: roc.fpr.map((fpr, index) => [roc.threshold[index] ?? null, fpr, roc.tpr[index] ?? null]),
    },
    draw: (colors) => {
      const color = seriesColor(colors, 0)
      return {
        type: 'scatter',
        data: {
          datasets: [
            curveOf(
              color,
              roc.fpr.map((x, index) => ({ x, y: roc.tpr[index] ?? 0 })),
            ),
            reference(colors, { x: 0, y: 0 }, { x: 1, y: 1 }),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: { x: axis(colors, 'False positive rate', unit), y: axis(colors, 'True positive rate', unit) },
        },
        plugins: [
          directLabels(
            [
              { text: area, x: 0.4, y: 0.12, color },
              { text: 'Chance', x: 0.72, y: 0.6, color: colors.muted },
            ],
            colors.background,
          ),
        ],
      }
    },
  }
}
