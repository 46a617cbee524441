/** A chart as what it shows, drawn where a format wants a picture; DOCX makes a chart of its own of it. */
import type { Confusion } from '../../contract/evidence.ts'
import type { Html } from '../escape.ts'
import { barChart } from './bar-chart.ts'
import type { BarChartSpec } from './bar-chart.ts'
import { heatmap } from './heatmap.ts'
import { lineChart } from './line-chart.ts'
import type { LineChartSpec } from './line-chart.ts'
import { picturePanels } from './picture-panels.ts'
import type { PicturePanels } from './picture-panels.ts'

export type Chart =
  | ({ readonly kind: 'lines' } & LineChartSpec)
  | ({ readonly kind: 'bars' } & BarChartSpec)
  | ({ readonly kind: 'pictures' } & PicturePanels)
  | { readonly kind: 'matrix'; readonly label: string; readonly confusion: Confusion }

export const lines = (spec: LineChartSpec): Chart => ({ kind: 'lines', ...spec })
export const bars = (spec: BarChartSpec): Chart => ({ kind: 'bars', ...spec })
export const pictures = (spec: PicturePanels): Chart => ({ kind: 'pictures', ...spec })
export const matrix = (label: string, confusion: Confusion): Chart => ({ kind: 'matrix', label, confusion })

/** As an SVG element. */
export function drawChart(chart: Chart): Html {
  switch (chart.kind) {
    case 'lines':
      return lineChart(chart)
    case 'bars':
      return barChart(chart)
    case 'pictures':
      return picturePanels(chart)
    case 'matrix':
      return heatmap(chart.label, chart.confusion)
  }
}
