/** What the test of a canary saw after each row: the difference with bounds that may be looked at all the time. */
import { canaryLossTitle, canaryOutcome } from '../../shared/comparison/canary-words.ts'
import type { Canary, CanaryReplay } from '../../shared/contract/canary.ts'
import { formatNumber } from '../../shared/format/number.ts'
import { axis, baseOptions, reference } from './base-options.ts'
import { seriesColor } from './colors.ts'
import { directLabels, markedPlace } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

/** The first bounds are so wide that they would press all others together. */
const shownBound = (path: CanaryReplay['path']): number => {
  const widths = path.map(({ high, low }) => high - low).sort((a, b) => a - b)
  const wanted = 1.5 * (widths[Math.floor(0.9 * (widths.length - 1))] ?? 1)
  const power = 10 ** Math.floor(Math.log10(wanted || 1))
  return power * ([1, 2, 5].find((step) => step * power >= wanted) ?? 10)
}

export const canarySpec = (canary: Canary): ChartSpec => {
  const { replay, margin, order } = canary
  const { path } = replay
  const loss = canaryLossTitle(canary)
  const last = path.at(-1)
  return {
    title: `${loss}, new minus old`,
    note: `${canaryOutcome(canary)}. Bounds hold after every row at once; the canary is rolled back when the lower one passes ${margin === 0 ? 'zero' : 'the margin'}.`,
    table: {
      columns: [
        'Rows',
        'Answered by the new version',
        order ?? 'At',
        `${loss}, new minus old`,
        'Lower bound',
        'Upper bound',
      ],
      rows: path.map(({ rows, exposed, at, difference, low, high }) => [rows, exposed, at, difference, low, high]),
    },
    draw: (colors) => {
      const bound = shownBound(path)
      const color = seriesColor(colors, 0)
      const quiet = seriesColor(colors, 2)
      const line = (label: string, of: 'difference' | 'low' | 'high', width: number) => ({
        label,
        data: path.map((point) => ({ x: point.rows, y: point[of] })),
        showLine: true,
        borderColor: of === 'difference' ? color : quiet,
        backgroundColor: of === 'difference' ? color : quiet,
        borderWidth: width,
        pointRadius: 0,
        pointHitRadius: 6,
      })
      const end = last?.rows ?? 1
      return {
        type: 'scatter',
        data: {
          datasets: [
            line('Difference', 'difference', 2.5),
            line('Lower bound', 'low', 1.5),
            line('Upper bound', 'high', 1.5),
            reference(colors, { x: 0, y: margin }, { x: end, y: margin }),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: {
            x: axis(colors, 'Rows replayed', { min: 0, max: end }),
            y: axis(colors, `${loss}, new minus old`, { min: margin - bound, max: margin + bound }),
          },
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
            last
              ? [
                  { text: 'Upper bound', x: end, y: last.high, color: quiet },
                  { text: 'Difference', x: end, y: last.difference, color },
                  { text: 'Lower bound', x: end, y: last.low, color: quiet },
                ]
              : [],
            colors.background,
          ),
          ...(replay.outcome === 'undecided'
            ? []
            : [
                markedPlace(
                  replay.end.rows,
                  replay.outcome === 'rolled back' ? 'Rolled back' : 'Promoted',
                  colors.text,
                ),
              ]),
        ],
      }
    },
  }
}
