/** Histograms: counts over bins, one outlined area for each series. */
import type { Histogram } from '../../contract/evidence.ts'
import type { Html } from '../escape.ts'
import { frame, leftMargin, makeAxis, makePlot } from './axis.ts'
import { area, label, pathOf, rule, stroke, svg, toneLabel } from './draw.ts'

export interface BarChartSpec {
  readonly label: string
  readonly xTitle: string
  readonly histogram: Histogram
  /** A vertical line at a value of x. */
  readonly marker?: { readonly label: string; readonly x: number }
}

const height = 280

/** Where the bars are drawn, and the ends of what they count. */
export function barPlot({ xTitle, histogram: { edges, series } }: BarChartSpec) {
  const first = edges[0] ?? 0
  const last = edges.at(-1) ?? 1
  const largest = Math.max(1, ...series.flatMap(({ counts }) => counts))
  const x = makeAxis({ title: xTitle, low: first, high: last > first ? last : first + 1 })
  const y = makeAxis({ title: 'Rows', low: 0, high: largest })
  const plot = makePlot(x, y, height, { left: leftMargin(y), top: 38, right: 14, bottom: 44 })
  return { x, y, plot, first, last }
}

export function barChart(spec: BarChartSpec): Html {
  const { edges, series } = spec.histogram
  const { x, y, plot, first, last } = barPlot(spec)
  const outlines = series.map(({ counts }) =>
    pathOf([
      [plot.x(first), plot.bottom],
      ...counts.flatMap((count, k): (readonly [number, number])[] => [
        [plot.x(edges[k]!), plot.y(count)],
        [plot.x(edges[k + 1]!), plot.y(count)],
      ]),
      [plot.x(last), plot.bottom],
    ]),
  )
  const keyWidth = (plot.right - plot.left) / Math.max(1, series.length)
  const { marker } = spec
  return svg(spec.label, height, [
    ...frame(x, y, plot),
    ...outlines.map((outline, tone) => area(outline, tone, 0.25)),
    ...outlines.map((outline, tone) => stroke(outline, tone)),
    ...(series.length > 1
      ? series.flatMap((entry, tone) => {
          const at = plot.left + tone * keyWidth
          return [
            stroke(
              pathOf([
                [at, 10],
                [at + 20, 10],
              ]),
              tone,
            ),
            toneLabel(entry.label, at + 26, 14, tone, Math.floor((keyWidth - 26) / 6.5)),
          ]
        })
      : []),
    ...(marker
      ? [
          rule(
            pathOf([
              [plot.x(marker.x), plot.top],
              [plot.x(marker.x), plot.bottom],
            ]),
          ),
          label(marker.label, plot.x(marker.x), plot.top - 6, { anchor: 'middle' }),
        ]
      : []),
  ])
}
