/** A confusion matrix: each cell shaded by its share of the actual class's rows. */
import type { Confusion } from '../../contract/evidence.ts'
import { formatCount, formatPercent } from '../../format/number.ts'
import type { Html } from '../escape.ts'
import { area, chartWidth, label, line, pathOf, svg } from './draw.ts'

/** More classes than this are told as a table of the largest confusions. */
export const heatmapLimit = 30

const square = (x: number, y: number, width: number, height: number): string =>
  `${pathOf([
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ])}Z`

/** Where the cells are: the first one's corner, and the size of all. */
export function heatmapPlot(labels: readonly string[]) {
  const n = labels.length
  const few = n <= 4
  const tagLimit = few ? 14 : 12
  const left = 26 + 6.2 * Math.min(tagLimit, Math.max(...labels.map((text) => text.length), 4))
  const top = few ? 40 : 30 + 5 * Math.min(tagLimit, Math.max(...labels.map((text) => text.length), 4))
  // Slanted labels reach past the last column.
  const width = (chartWidth - left - (few ? 14 : 50)) / n
  return { few, tagLimit, left, top, width, height: Math.min(width, 56) }
}

export function heatmap(name: string, { labels, counts }: Confusion): Html {
  const n = labels.length
  const { few, tagLimit, left, top, width, height } = heatmapPlot(labels)
  const numbered = n <= 10
  const cells = counts.flatMap((row, actual) => {
    const total = row.reduce((sum, count) => sum + count, 0)
    return row.flatMap((count, predicted) => {
      const share = total === 0 ? 0 : count / total
      const x = left + predicted * width
      const y = top + actual * height
      const ink = share > 0.55 ? 'on' : 'ink'
      const middle = { anchor: 'middle', ink } as const
      return [
        ...(share === 0 ? [] : [area(square(x, y, width, height), 0, 0.08 + 0.92 * share)]),
        ...(few
          ? [
              label(formatCount(count), x + width / 2, y + height / 2 - 1, middle),
              label(total === 0 ? '—' : formatPercent(share), x + width / 2, y + height / 2 + 13, middle),
            ]
          : numbered && count > 0
            ? [
                label(formatCount(count), x + width / 2, y + height / 2 + 4, {
                  ...middle,
                  limit: Math.floor(width / 5),
                }),
              ]
            : []),
      ]
    })
  })
  const bottom = top + n * height
  return svg(name, bottom + 8, [
    ...cells,
    ...Array.from({ length: n + 1 }, (_, k) => [
      line(left, top + k * height, left + n * width, top + k * height, 'grid'),
      line(left + k * width, top, left + k * width, bottom, 'grid'),
    ]).flat(),
    ...labels.flatMap((text, k) => [
      label(text, left - 6, top + (k + 0.5) * height + 4, { anchor: 'end', limit: tagLimit }),
      few
        ? label(text, left + (k + 0.5) * width, top - 6, { anchor: 'middle', limit: tagLimit })
        : label(text, left + (k + 0.5) * width + 3, top - 6, { rotate: -45, limit: tagLimit }),
    ]),
    label('Predicted class', left + (n * width) / 2, 12, { anchor: 'middle', ink: 'ink' }),
    label('Actual class', 12, (top + bottom) / 2, { anchor: 'middle', ink: 'ink', rotate: -90 }),
  ])
}
