/** What every chart has in common: no animation, thin grid, titled axes, tabular figures. */
import type { Chart, Scale } from 'chart.js'
import { formatTick } from '../../shared/format/number.ts'
import type { Colors } from './colors.ts'

export const fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

const tickText = function (this: Scale, value: string | number): string {
  return this.type === 'category' ? this.getLabelForValue(Number(value)) : formatTick(Number(value))
}

export interface AxisRange {
  readonly min?: number
  readonly max?: number
}

export const axis = (colors: Colors, title: string, range: AxisRange = {}) => ({
  ...range,
  title: { display: true, text: title, color: colors.muted, font: { family: fontFamily, size: 12 } },
  grid: { color: colors.line, drawTicks: false },
  border: { color: colors.line },
  ticks: {
    color: colors.muted,
    font: { family: fontFamily, size: 12 },
    padding: 6,
    maxRotation: 0,
    maxTicksLimit: 7,
    // An end of the axis that is no round number, such as 4,999 rows, has no tick.
    includeBounds: false,
    callback: tickText,
  },
})

export const unit: AxisRange = { min: 0, max: 1 }

export const baseOptions = (colors: Colors) => ({
  animation: false as const,
  responsive: true,
  maintainAspectRatio: false,
  normalized: true,
  layout: { padding: { top: 8, right: 12 } },
  plugins: {
    tooltip: {
      backgroundColor: colors.text,
      titleColor: colors.background,
      bodyColor: colors.background,
      titleFont: { family: fontFamily, size: 12 },
      bodyFont: { family: fontFamily, size: 12 },
      displayColors: false,
      cornerRadius: 4,
    },
  },
})

interface Point {
  readonly x: number
  readonly y: number
}

/** A curve of many points. */
export const curveOf = (color: string, data: readonly Point[]) => ({
  data: [...data],
  showLine: true,
  borderColor: color,
  borderWidth: 2,
  pointRadius: 0,
  pointHitRadius: 6,
})

/** A few points, each of them seen, and a thin line from one to the next. */
export const linkedPoints = (color: string, data: readonly Point[], pointRadius = 3.5) => ({
  data: [...data],
  showLine: true,
  borderColor: color,
  backgroundColor: color,
  borderWidth: 1.5,
  pointRadius,
})

/** A line of the chart area: the diagonal, or no residual. Drawn below the data. */
export const reference = (colors: Colors, from: Point, to: Point) => ({
  data: [from, to],
  showLine: true,
  borderColor: colors.muted,
  borderDash: [4, 4],
  borderWidth: 1,
  pointRadius: 0,
  pointHitRadius: 0,
  order: 10,
})

/** Chart.js keeps the chart it drew on a canvas; plugins take it apart by pixel. */
export const pixels = (chart: Chart): { readonly x: Scale; readonly y: Scale } | null => {
  const { x, y } = chart.scales
  return x && y ? { x, y } : null
}
