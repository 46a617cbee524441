/** What a report says, before it is laid out: built once from the evidence, rendered as HTML, PDF, DOCX and Markdown. */
import type { EvidenceFinding } from '../contract/evidence.ts'
import type { Chart } from './charts/chart.ts'

/** Text, and a smaller remark under it: why a value is undefined, for example. */
export type Cell = string | { readonly text: string; readonly note: string }

export interface TableColumn {
  readonly title: string
  readonly align: 'left' | 'right'
  /** Left out where space is short: the PDF. */
  readonly roomy?: true
}

/** The first cell of each row heads it. */
export interface Table {
  readonly caption: string
  /** null for a list of facts: a name and a value in each row. */
  readonly columns: readonly TableColumn[] | null
  readonly rows: readonly (readonly Cell[])[]
  /** How serious each row is, where rows are findings. */
  readonly severities?: readonly EvidenceFinding['severity'][]
  /** Said under the table: what was left out of it, for example. */
  readonly note?: string
}

export interface Figure {
  readonly title: string
  readonly note: string
  readonly chart: Chart
  /** The numbers that are drawn. */
  readonly data: Table
}

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'figures'; readonly figures: readonly Figure[] }

export interface Section {
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

export interface ReportDocument {
  /** What it is, over its title; left out: an evaluation report. */
  readonly kind?: string
  readonly model: string
  readonly dataset: string
  /** Short facts about the run. */
  readonly facts: readonly string[]
  readonly headline: { readonly title: string; readonly value: string; readonly detail: string }
  readonly evidenceSha256: string
  readonly createdAt: string
  readonly sections: readonly Section[]
}

export const text = (content: string): Block => ({ kind: 'text', text: content })
export const table = (content: Table): Block => ({ kind: 'table', table: content })
export const facts = (caption: string, rows: readonly (readonly [string, string])[]): Block =>
  table({ caption, columns: null, rows })
export const figures = (all: readonly (Figure | null)[]): Block[] => {
  const drawn = all.filter((figure) => figure !== null)
  return drawn.length === 0 ? [] : [{ kind: 'figures', figures: drawn }]
}
export const left = (title: string): TableColumn => ({ title, align: 'left' })
export const right = (title: string): TableColumn => ({ title, align: 'right' })
export const roomy = (column: TableColumn): TableColumn => ({ ...column, roomy: true })
