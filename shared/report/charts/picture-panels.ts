/** A small picture and the maps of what in it counts, side by side, as shapes. */
import { escaped } from '../escape.ts'
import type { Html } from '../escape.ts'
import { area, chartWidth, label, svg } from './draw.ts'

export interface PicturePanels {
  readonly label: string
  readonly width: number
  readonly height: number
  /** 0 to 255, row by row. */
  readonly picture: readonly number[]
  /** From −100 to 100, row by row. */
  readonly maps: readonly { readonly title: string; readonly map: readonly number[] }[]
}

const gap = 10
const top = 16
const levels = 6

/** Runs of cells of one level in a row, as one path. */
function runs(
  { width, height }: Pick<PicturePanels, 'width' | 'height'>,
  cell: number,
  left: number,
  isIn: (at: number) => boolean,
): string {
  const round = (value: number): number => Math.round(value * 10) / 10
  const parts: string[] = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isIn(y * width + x)) continue
      const from = x
      while (x + 1 < width && isIn(y * width + x + 1)) x++
      const wide = round((x - from + 1) * cell)
      parts.push(`M${round(left + from * cell)} ${round(top + y * cell)}h${wide}v${round(cell)}h${-wide}Z`)
    }
  }
  return parts.join('')
}

/** Orange speaks for the class and blue against it, as in the window. */
export function picturePanels(panels: PicturePanels): Html {
  const { width, height, picture, maps } = panels
  const count = maps.length + 1
  const side = (chartWidth - gap * (count - 1)) / count
  const cell = side / Math.max(width, height)
  const leftOf = (panel: number): number => panel * (side + gap)
  const grey = (at: number): number => Math.round((picture[at]! / 255) * (levels - 1))
  const size = (value: number): number => Math.ceil((Math.abs(value) / 100) * levels)
  const content: Html[] = [label('The picture', 0, 11)]
  for (let level = 0; level < levels; level++) {
    const shade = Math.round((level / (levels - 1)) * 255)
    const path = runs(panels, cell, 0, (at) => grey(at) === level)
    if (path !== '') content.push(escaped`<path d="${path}" fill="rgb(${shade},${shade},${shade})"/>`)
  }
  maps.forEach(({ title, map }, k) => {
    content.push(label(title, leftOf(k + 1), 11, { limit: 20 }))
    for (let level = 1; level <= levels; level++) {
      for (const [tone, sign] of [
        [1, 1],
        [0, -1],
      ] as const) {
        const path = runs(panels, cell, leftOf(k + 1), (at) => Math.sign(map[at]!) === sign && size(map[at]!) === level)
        if (path !== '') content.push(area(path, tone, level / levels))
      }
    }
  })
  return svg(panels.label, top + height * cell + 2, content)
}
