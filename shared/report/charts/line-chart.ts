/** Lines and points with intervals over two numeric axes. */
import type { Html } from '../escape.ts'
import { frame, leftMargin, makeAxis, makePlot } from './axis.ts'
import type { Axis, AxisSpec, Plot } from './axis.ts'
import { dot, label, pathOf, rule, stroke, svg, toneLabel } from './draw.ts'

export interface LineSeries {
  readonly label: string
  /** A null y is a gap. */
  readonly points: readonly (readonly [x: number, y: number | null])[]
}

export interface IntervalPoint {
  /** Its row in the table of the figure's data. */
  readonly row: number
  readonly x: number
  readonly y: number
  readonly low: number | null
  readonly high: number | null
}

export interface LineChartSpec {
  readonly label: string
  readonly x: AxisSpec
  readonly y: AxisSpec
  readonly lines?: readonly LineSeries[]
  readonly intervals?: readonly IntervalPoint[]
  /** A line to compare with. */
  readonly reference?: {
    readonly label: string
    readonly from: readonly [number, number]
    readonly to: readonly [number, number]
  }
  /** A vertical line at a value of x. */
  readonly marker?: { readonly label: string; readonly x: number }
}

const height = 280

/** Labels at the ends of lines, pushed apart so that none covers another. */
function endLabels(lines: readonly LineSeries[], plot: Plot): Html[] {
  const ends = lines
    .map((series, tone) => ({
      label: series.label,
      tone,
      y: series.points.findLast(([, y]) => y !== null)?.[1] ?? null,
    }))
    .filter((end) => end.y !== null)
    .map((end) => ({ ...end, at: plot.y(end.y!) + 4 }))
    .sort((a, b) => a.at - b.at)
  let last = -Infinity
  const lowest = plot.bottom - 13 * (ends.length - 1)
  return ends.map((end, k) => {
    last = Math.max(Math.min(end.at, lowest + 13 * k), last + 13)
    return toneLabel(end.label, plot.right + 5, last, end.tone, 12)
  })
}

function intervalMarks(points: readonly IntervalPoint[], plot: Plot): Html[] {
  return points.flatMap(({ x, y, low, high }) => {
    const at = plot.x(x)
    const whisker =
      low === null || high === null
        ? []
        : [
            stroke(
              pathOf([
                [at, plot.y(low)],
                [at, plot.y(high)],
              ]),
              0,
            ),
            stroke(
              pathOf([
                [at - 3, plot.y(low)],
                [at + 3, plot.y(low)],
                null,
                [at - 3, plot.y(high)],
                [at + 3, plot.y(high)],
              ]),
              0,
            ),
          ]
    return [...whisker, dot(at, plot.y(y), 0)]
  })
}

/** Where the lines are drawn. */
export function linePlot({ lines = [], ...spec }: LineChartSpec): { x: Axis; y: Axis; plot: Plot } {
  const [x, y] = [makeAxis(spec.x), makeAxis(spec.y)]
  const margins = { left: leftMargin(y), top: 22, right: lines.length > 1 ? 82 : 14, bottom: 44 }
  return { x, y, plot: makePlot(x, y, height, margins) }
}

export function lineChart(spec: LineChartSpec): Html {
  const { lines = [], intervals = [], reference, marker } = spec
  const { x, y, plot } = linePlot(spec)
  const named = lines.length > 1
  const marks: Html[] = []
  if (reference) {
    const from = [plot.x(reference.from[0]), plot.y(reference.from[1])] as const
    const to = [plot.x(reference.to[0]), plot.y(reference.to[1])] as const
    const rising = to[1] < from[1]
    marks.push(rule(pathOf([from, to])))
    // Below a rising line near its upper end, above a level one: where the chart is emptiest.
    const slope = (from[1] - to[1]) / (to[0] - from[0])
    const below = to[1] + 16 + slope * (8 + 6 * reference.label.length)
    marks.push(label(reference.label, to[0] - 4, rising ? below : to[1] - 5, { anchor: 'end' }))
  }
  if (marker) {
    const at = plot.x(marker.x)
    marks.push(
      rule(
        pathOf([
          [at, plot.top],
          [at, plot.bottom],
        ]),
      ),
    )
    marks.push(label(marker.label, at, plot.top - 8, { anchor: at > (plot.left + plot.right) / 2 ? 'end' : 'start' }))
  }
  return svg(spec.label, height, [
    ...frame(x, y, plot),
    ...marks,
    ...lines.map(({ points }, tone) =>
      stroke(pathOf(points.map((point) => (point[1] === null ? null : [plot.x(point[0]), plot.y(point[1])]))), tone),
    ),
    ...intervalMarks(intervals, plot),
    ...(named ? endLabels(lines, plot) : []),
  ])
}
