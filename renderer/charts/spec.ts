/** A chart as data: what is drawn, and the same numbers as a table for those who read or copy it. */
import type { ChartConfiguration } from 'chart.js'
import type { Colors } from './colors.ts'

export type Drawing =
  ChartConfiguration<'scatter'> | ChartConfiguration<'bar'> | ChartConfiguration<'bar', { x: number; y: number }[]>

export interface ChartTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

export interface ChartSpec {
  readonly title: string
  /** One sentence: what to read from it. */
  readonly note: string
  readonly table: ChartTable
  readonly draw: (colors: Colors) => Drawing
}
