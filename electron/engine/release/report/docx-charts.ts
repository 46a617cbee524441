/** The report's charts as Word's own: editable, each with its numbers in a sheet behind it. */
import { ChartRun } from 'docx/charts'
import type { ChartRunOptions, ScatterChartSeries } from 'docx/charts'
import type { Chart } from '../../../../shared/report/charts/chart.ts'
import { makeAxis } from '../../../../shared/report/charts/axis.ts'
import type { AxisSpec } from '../../../../shared/report/charts/axis.ts'
import type { BarChartSpec } from '../../../../shared/report/charts/bar-chart.ts'
import type { IntervalPoint, LineChartSpec } from '../../../../shared/report/charts/line-chart.ts'
import { inks, toneOf } from '../../../../shared/report/charts/palette.ts'
import { rangeText } from '../../../../shared/report/sections/shared-figures.ts'
import { nameText } from '../../../../shared/report/visible-text.ts'

/** Pixels, half of the page's width. */
const size = { width: 304, height: 236 }
const hex = (color: string): string => color.slice(1)
const grey = hex(inks.muted.light)
const dashes = ['solid', 'dash', 'shortDot', 'dashDot'] as const
const small = { size: 7, color: grey } as const

/** Ends at round values; Word's own choice would leave the points in a corner. */
function axisOf({ title, low, high }: AxisSpec) {
  const { ticks } = makeAxis({ title, low, high })
  const interval = ticks.length > 1 ? ticks[1]!.value - ticks[0]!.value : null
  const round = interval === null ? { minimum: low, maximum: high } : roundedOut(low, high, interval)
  return { title: { text: title, font: small }, font: small, gridlines: true, ...round }
}

function roundedOut(low: number, high: number, interval: number) {
  const tidy = (value: number): number => Number(value.toPrecision(12))
  return {
    minimum: tidy(Math.floor(low / interval + 1e-9) * interval),
    maximum: tidy(Math.ceil(high / interval - 1e-9) * interval),
    interval: tidy(interval),
  }
}

const pointSeries = (points: readonly IntervalPoint[], name: string): ScatterChartSeries => ({
  name,
  points: points.map(({ x, y }) => ({ x, y })),
  color: hex(toneOf(0).light),
  markers: { shape: 'circle', size: 5 },
  yErrorBars: {
    type: 'custom',
    plus: points.map(({ y, high }) => (high === null ? 0 : Math.max(0, high - y))),
    minus: points.map(({ y, low }) => (low === null ? 0 : Math.max(0, y - low))),
    line: { color: hex(toneOf(0).light), width: 1 },
  },
})

function lineOptions({ x, y, lines = [], intervals = [], reference, marker }: LineChartSpec): ChartRunOptions {
  const dashed = { color: grey, width: 1, dash: 'dash' } as const
  const joined = lines.length > 0
  const ends = (name: string): string => `${name}: ends`
  // A chart joins the points of all its series or of none. Where it has points alone, the guide is a line through two.
  const guide = (name: string, from: readonly [number, number], to: readonly [number, number]): ScatterChartSeries => ({
    name: joined ? name : ends(name),
    points: [from, to].map(([px, py]) => ({ x: px, y: py })),
    color: grey,
    markers: false,
    ...(joined ? { line: dashed } : { trendlines: [{ type: 'linear', name, line: dashed }] }),
  })
  const drawn = lines.map(({ label, points }, k): ScatterChartSeries => ({
    name: nameText(label),
    points: points.flatMap(([px, py]) => (py === null ? [] : [{ x: px, y: py }])),
    color: hex(toneOf(k).light),
    markers: false,
    line: { color: hex(toneOf(k).light), width: 1.75, dash: dashes[k % dashes.length]! },
  }))
  return {
    type: 'scatter',
    lines: joined ? 'straight' : 'none',
    series: [
      ...drawn,
      ...(intervals.length > 0 ? [pointSeries(intervals, y.title)] : []),
      ...(reference ? [guide(reference.label, reference.from, reference.to)] : []),
      ...(marker ? [guide(marker.label, [marker.x, y.low], [marker.x, y.high])] : []),
    ],
    xAxis: axisOf(x),
    yAxis: axisOf(y),
    // One line needs no key: the axis says what it is.
    legend:
      drawn.length > 1 || reference || marker
        ? {
            position: 'bottom',
            font: small,
            ...(joined || !reference ? {} : { hiddenEntries: [ends(reference.label)] }),
          }
        : false,
  }
}

function barOptions({ xTitle, histogram: { edges, series } }: BarChartSpec): ChartRunOptions {
  return {
    type: 'column',
    categories: edges.slice(1).map((high, k) => rangeText(edges[k]!, high)),
    series: series.map(({ label, counts }, k) => ({
      name: nameText(label),
      values: counts,
      color: hex(toneOf(k).light),
    })),
    gapWidth: 10,
    overlap: 0,
    categoryAxis: { title: { text: xTitle, font: small }, font: small, labelRotation: -45 },
    valueAxis: { title: { text: 'Rows', font: small }, font: small, gridlines: true, minimum: 0 },
    legend: series.length > 1 ? { position: 'top', font: small } : false,
  }
}

/** null for a matrix: it is a table in the document, whose cells are shaded. */
export function docxChart(chart: Chart): ChartRun | null {
  if (chart.kind === 'matrix' || chart.kind === 'pictures') return null
  const options = chart.kind === 'lines' ? lineOptions(chart) : barOptions(chart)
  return new ChartRun({
    ...options,
    transformation: size,
    font: { name: 'Arial' },
    chartArea: { border: 'none' },
    altText: { name: chart.label, description: chart.label },
  })
}
