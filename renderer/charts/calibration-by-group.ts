import type { FairnessGroup } from '../../shared/contract/fairness.ts'
import { axis, baseOptions, linkedPoints, reference, unit } from './base-options.ts'
import { seriesColor } from './colors.ts'
import { directLabels, intervalWhiskers } from './plugins.ts'
import { reliabilityColumns, reliabilityPoints, reliabilityRow, reliabilityWhiskers } from './reliability-bins.ts'
import type { ChartSpec } from './spec.ts'

/** More lines than these cannot be told apart. */
const mostLines = 6

export const calibrationByGroupSpec = (groups: readonly FairnessGroup[]): ChartSpec | null => {
  const lines = groups
    .flatMap((group) => (group.calibration ? [{ label: group.label, n: group.n, bins: group.calibration.bins }] : []))
    .sort((a, b) => b.n - a.n)
    .slice(0, mostLines)
  if (lines.length === 0) return null
  return {
    title: 'Calibration by group',
    note: `Predicted probability against how often it came true, with 95 % intervals${groups.length > mostLines ? `; the ${mostLines} largest groups` : ''}.`,
    table: {
      columns: ['Group', ...reliabilityColumns],
      rows: lines.flatMap(({ label, bins }) => bins.map((bin) => [label, ...reliabilityRow(bin)])),
    },
    draw: (colors) => {
      return {
        type: 'scatter',
        data: {
          datasets: [
            ...lines.map(({ label, bins }, index) => ({
              label,
              ...linkedPoints(seriesColor(colors, index), reliabilityPoints(bins), 3),
            })),
            reference(colors, { x: 0, y: 0 }, { x: 1, y: 1 }),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: { x: axis(colors, 'Predicted probability', unit), y: axis(colors, 'Observed fraction', unit) },
        },
        plugins: [
          ...lines.map(({ bins }, index) => ({
            ...intervalWhiskers(reliabilityWhiskers(bins), seriesColor(colors, index)),
            id: `assay-intervals-${index}`,
          })),
          directLabels(
            lines.map(({ label, bins }, index) => {
              const last = reliabilityPoints(bins).at(-1) ?? { x: 0, y: 0 }
              return { text: label, ...last, color: seriesColor(colors, index) }
            }),
            colors.background,
          ),
        ],
      }
    },
  }
}
