/** Small plugins: 95 % intervals as whiskers, names beside their lines, and one marked place on the x axis. */
import type { Chart, Plugin } from 'chart.js'
import { fontFamily, pixels } from './base-options.ts'

export interface Whisker {
  readonly x: number
  readonly low: number
  readonly high: number
}

const cap = 3

export const intervalWhiskers = (whiskers: readonly Whisker[], color: string): Plugin => ({
  id: 'assay-intervals',
  afterDatasetsDraw: (chart: Chart) => {
    const at = pixels(chart)
    if (!at) return
    const { ctx } = chart
    ctx.save()
    ctx.strokeStyle = color
    ctx.lineWidth = 1.5
    ctx.beginPath()
    for (const { x, low, high } of whiskers) {
      const px = at.x.getPixelForValue(x)
      const top = at.y.getPixelForValue(high)
      const bottom = at.y.getPixelForValue(low)
      ctx.moveTo(px, top)
      ctx.lineTo(px, bottom)
      for (const y of [top, bottom]) {
        ctx.moveTo(px - cap, y)
        ctx.lineTo(px + cap, y)
      }
    }
    ctx.stroke()
    ctx.restore()
  },
})

export interface DirectLabel {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly color: string
}

/** Labels stand beside their line on a halo of the background, moved apart where they would cover one another. */
export const directLabels = (labels: readonly DirectLabel[], background: string): Plugin => ({
  id: 'assay-labels',
  afterDatasetsDraw: (chart: Chart) => {
    const at = pixels(chart)
    if (!at) return
    const { ctx, chartArea } = chart
    ctx.save()
    ctx.font = `12px ${fontFamily}`
    ctx.textBaseline = 'middle'
    const taken: { x: number; y: number; width: number }[] = []
    for (const label of labels) {
      const width = ctx.measureText(label.text).width
      const x = Math.max(chartArea.left + 4, Math.min(at.x.getPixelForValue(label.x) + 6, chartArea.right - width - 4))
      let y = Math.max(chartArea.top + 8, Math.min(at.y.getPixelForValue(label.y) - 10, chartArea.bottom - 8))
      for (let round = 0; round < labels.length; round++) {
        const hit = taken.find((one) => Math.abs(one.y - y) < 14 && x < one.x + one.width && one.x < x + width)
        if (!hit) break
        y = hit.y + 14 > chartArea.bottom ? hit.y - 14 : hit.y + 14
      }
      taken.push({ x, y, width })
      ctx.strokeStyle = background
      ctx.lineWidth = 4
      ctx.lineJoin = 'round'
      ctx.strokeText(label.text, x, y)
      ctx.fillStyle = label.color
      ctx.fillText(label.text, x, y)
    }
    ctx.restore()
  },
})

export const markedPlace = (x: number, text: string, color: string): Plugin => ({
  id: 'assay-mark',
  afterDatasetsDraw: (chart: Chart) => {
    const at = pixels(chart)
    if (!at) return
    const { ctx, chartArea } = chart
    const px = at.x.getPixelForValue(x)
    ctx.save()
    ctx.strokeStyle = color
    ctx.fillStyle = color
    ctx.lineWidth = 1.5
    ctx.beginPath()
    ctx.moveTo(px, chartArea.top)
    ctx.lineTo(px, chartArea.bottom)
    ctx.stroke()
    ctx.font = `12px ${fontFamily}`
    const width = ctx.measureText(text).width
    ctx.fillText(text, px + 6 + width > chartArea.right ? px - 6 - width : px + 6, chartArea.top + 10)
    ctx.restore()
  },
})
