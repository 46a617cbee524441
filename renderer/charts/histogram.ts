import type { Histogram } from '../../shared/contract/evidence.ts'
import { formatCount, formatShort } from '../../shared/format/number.ts'
import { axis, baseOptions } from './base-options.ts'
import { fade, seriesColor } from './colors.ts'
import { directLabels } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

const short = (edge: number): string => formatShort(Number(edge.toPrecision(3)))

const peak = (counts: readonly number[]): number =>
  counts.reduce((best, n, index) => (n > (counts[best] ?? 0) ? index : best), 0)

export const histogramSpec = (
  histogram: Histogram,
  {
    title,
    note,
    x,
    y = 'Rows',
  }: { readonly title: string; readonly note: string; readonly x: string; readonly y?: string },
): ChartSpec => {
  const [first = 0, last = 1] = [histogram.edges[0], histogram.edges.at(-1)]
  const bins = histogram.edges.slice(0, -1).map((from, index) => ({ from, to: histogram.edges[index + 1] ?? from }))
  const middle = (at: number): number => ((bins[at]?.from ?? first) + (bins[at]?.to ?? last)) / 2
  return {
    title,
    note,
    table: {
      columns: ['From', 'To', ...histogram.series.map((series) => series.label)],
      rows: bins.map((bin, index) => [
        bin.from,
        bin.to,
        ...histogram.series.map((series) => series.counts[index] ?? 0),
      ]),
    },
    draw: (colors) => ({
      type: 'bar',
      data: {
        datasets: histogram.series.map((series, index) => ({
          label: series.label,
          data: series.counts.map((n, at) => ({ x: middle(at), y: n })),
          backgroundColor: fade(seriesColor(colors, index), 0.55),
          borderColor: seriesColor(colors, index),
          borderWidth: 1,
          barPercentage: 1,
          categoryPercentage: 1,
          grouped: false,
        })),
      },
      options: {
        ...baseOptions(colors),
        scales: {
          x: { ...axis(colors, x, { min: first, max: last }), type: 'linear', offset: false, grid: { display: false } },
          y: { ...axis(colors, y, { min: 0 }), ticks: { ...axis(colors, y).ticks, precision: 0 } },
        },
        plugins: {
          tooltip: {
            ...baseOptions(colors).plugins.tooltip,
            callbacks: {
              title: (items) => {
                const bin = bins[items[0]?.dataIndex ?? 0]
                return bin ? `${short(bin.from)} to ${short(bin.to)}` : ''
              },
              label: (item) =>
                `${item.dataset.label ?? ''}: ${formatCount((item.raw as { y: number }).y)} ${y.toLowerCase()}`,
            },
          },
        },
      },
      plugins:
        histogram.series.length < 2
          ? []
          : [
              directLabels(
                histogram.series.map((series, index) => ({
                  text: series.label,
                  x: middle(peak(series.counts)),
                  y: series.counts[peak(series.counts)] ?? 0,
                  color: seriesColor(colors, index),
                })),
                colors.background,
              ),
            ],
    }),
  }
}
