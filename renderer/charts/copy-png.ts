import { readColors } from './colors.ts'

/** The chart on the theme's background, as an image on the clipboard. */
export const copyPng = async (canvas: HTMLCanvasElement): Promise<void> => {
  const copy = document.createElement('canvas')
  copy.width = canvas.width
  copy.height = canvas.height
  const context = copy.getContext('2d')
  if (!context) return
  context.fillStyle = readColors().background
  context.fillRect(0, 0, copy.width, copy.height)
  context.drawImage(canvas, 0, 0)
  const blob = await new Promise<Blob | null>((resolve) => copy.toBlob(resolve, 'image/png'))
  if (blob) await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })])
}
