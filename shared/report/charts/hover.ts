/** Where a pointer finds which number of a chart: the figure's own table holds the numbers, so they are not said twice. */
import { barPlot } from './bar-chart.ts'
import type { Chart } from './chart.ts'
import { heatmapPlot } from './heatmap.ts'
import { linePlot } from './line-chart.ts'

/** A place in the chart's units, the row of the data it stands for, and the column where one cell is meant. */
export type HoverPoint = readonly [x: number, y: number, row: number, column?: number]

/** @param rows Rows of the figure's data. Where lines begin later than it, they end with it. */
export function hoverPoints(chart: Chart, rows: number): HoverPoint[] {
  switch (chart.kind) {
    case 'lines': {
      const { plot } = linePlot(chart)
      const { lines = [], intervals = [] } = chart
      const points = lines[0]?.points ?? []
      return [
        ...intervals.map(({ row, x, y }): HoverPoint => [plot.x(x), plot.y(y), row]),
        ...points.flatMap(([x, y], k): HoverPoint[] =>
          y === null ? [] : [[plot.x(x), plot.y(y), k + rows - points.length]],
        ),
      ]
    }
    case 'bars': {
      const { plot } = barPlot(chart)
      const { edges, series } = chart.histogram
      return edges.slice(1).map((high, row) => {
        const most = Math.max(...series.map(({ counts }) => counts[row] ?? 0))
        return [plot.x((edges[row]! + high) / 2), plot.y(most), row]
      })
    }
    // Its table says where each map is strongest, and no pixel's number.
    case 'pictures':
      return []
    case 'matrix': {
      const { labels, counts } = chart.confusion
      const { left, top, width, height } = heatmapPlot(labels)
      return counts.flatMap((cells, row) =>
        cells.map((_, k): HoverPoint => [left + (k + 0.5) * width, top + (row + 0.5) * height, row, k + 1]),
      )
    }
  }
}
