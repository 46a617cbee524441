/** Draws a spec on a canvas, again when the spec or the theme changes. */
import type { ChartConfiguration } from 'chart.js'
import type { RefObject } from 'react'
import { useEffect } from 'react'
import { useIsDark } from '../shell/theme.ts'
import { readColors } from './colors.ts'
import { Chart } from './register.ts'
import type { ChartSpec } from './spec.ts'

export const ChartCanvas = ({
  spec,
  canvas,
}: {
  readonly spec: ChartSpec
  readonly canvas: RefObject<HTMLCanvasElement | null>
}) => {
  const dark = useIsDark()
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const chart = new Chart(element, spec.draw(readColors()) as ChartConfiguration)
    return () => chart.destroy()
  }, [canvas, spec, dark])
  return (
    <div className="chart-canvas">
      <canvas ref={canvas} role="img" aria-label={`${spec.title}. ${spec.note} The table view has the numbers.`} />
    </div>
  )
}
