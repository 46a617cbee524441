/** Axes: round tick values, where a value lies, and the frame that charts are drawn in. */
import { formatCount, formatFixed, formatScientific } from '../../format/number.ts'
import { chartWidth, label, line } from './draw.ts'
import type { Html } from '../escape.ts'

export interface AxisSpec {
  readonly title: string
  readonly low: number
  readonly high: number
}

export interface Axis {
  readonly title: string
  readonly low: number
  readonly high: number
  readonly ticks: readonly { readonly value: number; readonly text: string }[]
}

/** An axis from 0 to 1. */
export const unitAxis = (title: string): AxisSpec => ({ title, low: 0, high: 1 })

/** An axis that holds all values, with a little room around them. */
export function axisAround(title: string, values: readonly number[]): AxisSpec {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity)
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity)
  if (low > high) return unitAxis(title)
  const room = low === high ? Math.abs(low) * 0.05 || 0.5 : (high - low) * 0.04
  return { title, low: low - room, high: high + room }
}

/** Round values inside [low, high], about `wanted` of them, each a multiple of 1, 2 or 5 times a power of ten. */
export function makeAxis(spec: AxisSpec, wanted = 5): Axis {
  const { title, low, high } = spec
  const rough = (high - low) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.99) ?? 10)
  const first = Math.ceil(low / step - 1e-6)
  const last = Math.floor(high / step + 1e-6)
  const values = Array.from({ length: Math.min(20, Math.max(0, last - first + 1)) }, (_, k) => (first + k) * step)
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-6))
  const extreme = decimals > 4 || Math.max(Math.abs(low), Math.abs(high)) >= 1e7
  const format = (value: number): string =>
    value === 0
      ? '0'
      : extreme
        ? formatScientific(value)
        : decimals === 0
          ? formatCount(value)
          : formatFixed(value, decimals)
  return { title, low, high, ticks: values.map((value) => ({ value, text: format(value) })) }
}

/** The inside of the axes, in the chart's units. */
export interface Plot {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

export interface Margins {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export function makePlot(x: Axis, y: Axis, height: number, margins: Margins): Plot {
  const { left, top } = margins
  const right = chartWidth - margins.right
  const bottom = height - margins.bottom
  return {
    left,
    top,
    right,
    bottom,
    x: (value) => left + ((value - x.low) / (x.high - x.low)) * (right - left),
    y: (value) => bottom - ((value - y.low) / (y.high - y.low)) * (bottom - top),
  }
}

/** Grid, tick labels and titles. */
export function frame(x: Axis, y: Axis, plot: Plot): Html[] {
  const middle = (plot.top + plot.bottom) / 2
  return [
    ...y.ticks.flatMap(({ value, text }) => [
      line(plot.left, plot.y(value), plot.right, plot.y(value), 'grid'),
      label(text, plot.left - 6, plot.y(value) + 4, { anchor: 'end' }),
    ]),
    line(plot.left, plot.bottom, plot.right, plot.bottom, 'muted'),
    ...x.ticks.flatMap(({ value, text }) => [
      line(plot.x(value), plot.bottom, plot.x(value), plot.bottom + 4, 'muted'),
      label(text, plot.x(value), plot.bottom + 16, { anchor: 'middle' }),
    ]),
    label(x.title, (plot.left + plot.right) / 2, plot.bottom + 34, { anchor: 'middle', ink: 'ink', limit: 50 }),
    label(y.title, 12, middle, { anchor: 'middle', ink: 'ink', rotate: -90, limit: 36 }),
  ]
}

/** Room for the widest tick label left of the plot, and for the axis title. */
export const leftMargin = (y: Axis): number => 30 + 6 * Math.max(1, ...y.ticks.map(({ text }) => text.length))
