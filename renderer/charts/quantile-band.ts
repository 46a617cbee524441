/** Lines of the 5, 25, 50, 75 and 95 % quantiles over bins, the median strongest, with a line at zero. */
import { formatNumber } from '../../shared/format/number.ts'
import { axis, baseOptions, reference } from './base-options.ts'
import type { Colors } from './colors.ts'
import { seriesColor } from './colors.ts'
import { directLabels } from './plugins.ts'
import type { Drawing } from './spec.ts'

export const quantileTitles = ['5 %', '25 %', 'Median', '75 %', '95 %']
const median = 2

export interface QuantileBand {
  /** One a bin, in order of x; its quantiles in the order of the titles. */
  readonly bins: readonly { readonly x: number; readonly quantiles: readonly number[] }[]
  readonly xTitle: string
  readonly yTitle: string
  /** Of the median's points; 0 draws none. */
  readonly medianRadius: number
}

export const drawQuantileBand =
  ({ bins, xTitle, yTitle, medianRadius }: QuantileBand) =>
  (colors: Colors): Drawing => {
    const colorOf = (index: number): string =>
      seriesColor(colors, index === median ? 0 : index === 0 || index === 4 ? 5 : 2)
    const first = bins[0]?.x ?? 0
    const last = bins.at(-1)?.x ?? 1
    return {
      type: 'scatter',
      data: {
        datasets: [
          ...quantileTitles.map((label, index) => ({
            label,
            data: bins.map(({ x, quantiles }) => ({ x, y: quantiles[index] ?? 0 })),
            showLine: true,
            borderColor: colorOf(index),
            backgroundColor: colorOf(index),
            borderWidth: index === median ? 2.5 : 1.5,
            pointRadius: index === median ? medianRadius : 0,
            pointHitRadius: 6,
          })),
          reference(colors, { x: first, y: 0 }, { x: last, y: 0 }),
        ],
      },
      options: {
        ...baseOptions(colors),
        scales: { x: axis(colors, xTitle), y: axis(colors, yTitle) },
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
            y: bins.at(-1)?.quantiles[index] ?? 0,
            color: colorOf(index),
          })),
          colors.background,
        ),
      ],
    }
  }
