/** The few shapes that charts are made of, in both colours. Coordinates are in the chart's own units. */
import { escaped } from '../escape.ts'
import type { Html } from '../escape.ts'
import { tagText } from '../visible-text.ts'
import { inks, toneOf, tones } from './palette.ts'
import type { Ink } from './palette.ts'

/** Width of every chart; a figure scales it to its column. */
export const chartWidth = 400

const round = (value: number): number => Math.round(value * 100) / 100

/** A chart's outer element. The label says in words what the chart shows. */
export const svg = (label: string, height: number, content: readonly Html[]): Html =>
  escaped`<svg role="img" aria-label="${label}" viewBox="0 0 ${chartWidth} ${round(height)}" font-size="11">${content}</svg>`

export const line = (x1: number, y1: number, x2: number, y2: number, ink: Ink): Html =>
  escaped`<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${inks[ink].light}" stroke-width="1" class="stroke-${ink}"/>`

export interface LabelOptions {
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly ink?: Ink
  readonly rotate?: number
  readonly limit?: number
}

/** Text whose base line is at (x, y), cut to fit. */
export function label(content: string, x: number, y: number, options: LabelOptions = {}): Html {
  const { anchor = 'start', ink = 'muted', rotate = 0, limit = 40 } = options
  const turn = rotate === 0 ? null : escaped` transform="rotate(${rotate} ${round(x)} ${round(y)})"`
  return escaped`<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${inks[ink].light}" class="fill-${ink}"${turn}>${tagText(content, limit)}</text>`
}

export const toneLabel = (content: string, x: number, y: number, tone: number, limit: number): Html =>
  escaped`<text x="${round(x)}" y="${round(y)}" fill="${toneOf(tone).light}" class="fill-${tone % tones.length}" font-weight="bold">${tagText(content, limit)}</text>`

/** A path through points already in the chart's units; null lifts the pen. */
export function pathOf(points: readonly (readonly [number, number] | null)[]): string {
  let pen = 'M'
  const parts: string[] = []
  for (const point of points) {
    if (point === null) pen = 'M'
    else {
      parts.push(`${pen}${round(point[0])} ${round(point[1])}`)
      pen = 'L'
    }
  }
  return parts.join('')
}

export function stroke(path: string, tone: number): Html {
  const { light, dash } = toneOf(tone)
  const dashes = dash === '' ? null : escaped` stroke-dasharray="${dash}"`
  return escaped`<path d="${path}" fill="none" stroke="${light}" stroke-width="1.75" stroke-linejoin="round" class="stroke-${tone % tones.length}"${dashes}/>`
}

export const area = (path: string, tone: number, opacity: number): Html =>
  escaped`<path d="${path}" fill="${toneOf(tone).light}" fill-opacity="${round(opacity)}" class="fill-${tone % tones.length}"/>`

export const dot = (x: number, y: number, tone: number): Html =>
  escaped`<circle cx="${round(x)}" cy="${round(y)}" r="3" fill="${toneOf(tone).light}" class="fill-${tone % tones.length}"/>`

export const rule = (path: string): Html =>
  escaped`<path d="${path}" fill="none" stroke="${inks.muted.light}" stroke-width="1" stroke-dasharray="3 3" class="stroke-muted"/>`
