/** A report as pdfmake content, in a shorter form than the HTML: without the numbers behind each chart. */
import type { Column, Content, TableCell, TableLayout } from 'pdfmake/interfaces.js'
import { drawChart } from '../../../../shared/report/charts/chart.ts'
import { inks } from '../../../../shared/report/charts/palette.ts'
import type { Block, Cell, Figure, ReportDocument, Section, Table } from '../../../../shared/report/report-document.ts'

/** Width between the margins of an A4 page, in points. */
export const contentWidth = 515
const figureGap = 20
const figureWidth = (contentWidth - figureGap) / 2
const padding = 8
/** Of the names in a list of facts. */
const factWidth = 130

export const muted = inks.muted.light
const grid = inks.grid.light

/** Horizontal rules alone; the first line is the caption's. */
const layout: TableLayout = {
  hLineWidth: (row) => (row === 0 ? 0 : 0.5),
  vLineWidth: () => 0,
  hLineColor: () => grid,
  paddingLeft: () => 0,
  paddingRight: () => padding,
  paddingTop: () => 2.5,
  paddingBottom: () => 2.5,
}

const cellText = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text)
export const cellSize = (cell: Cell): number =>
  Math.max(cellText(cell).length, typeof cell === 'string' ? 0 : cell.note.length)

/**
 * Widths that add up to the page: each column as wide as its longest text, up to its share of what is left when the
 * narrower ones have theirs; what nobody wants is spread. pdfmake's own 'auto' lets one long word push a table off the
 * page.
 */
export function columnWidths(sizes: readonly number[], available: number): number[] {
  const characterWidth = 5.1
  const wanted = sizes.map((size) => Math.max(24, size * characterWidth + 4))
  const widths = wanted.map(() => 0)
  let room = available
  const byWidth = wanted.map((_, k) => k).sort((a, b) => wanted[a]! - wanted[b]!)
  byWidth.forEach((k, done) => {
    widths[k] = Math.min(wanted[k]!, room / (byWidth.length - done))
    room -= widths[k]
  })
  return widths.map((width) => width + room / widths.length)
}

function renderCell(cell: Cell, alignment: 'left' | 'right'): TableCell {
  if (typeof cell === 'string') return { text: cell, alignment }
  return { stack: [{ text: cell.text }, { text: cell.note, color: muted, fontSize: 7 }], alignment }
}

function renderTable({ caption, columns, rows, note }: Table): Content[] {
  const kept = columns?.map((_, k) => k).filter((k) => columns[k]!.roomy !== true) ?? [0, 1]
  const align = (k: number): 'left' | 'right' => columns?.[k]?.align ?? 'left'
  const body = rows.map((row) => kept.map((k) => renderCell(row[k] ?? '', align(k))))
  const available = contentWidth - padding * kept.length
  const sizes = kept.map((k) =>
    rows.reduce((most, row) => Math.max(most, cellSize(row[k] ?? '')), longestWord(columns?.[k]?.title ?? '')),
  )
  const head: TableCell[][] = columns
    ? [kept.map((k) => ({ text: columns[k]!.title, alignment: align(k), color: muted }))]
    : []
  const captionRow: TableCell[] = [
    { text: caption, bold: true, colSpan: kept.length },
    ...Array.from({ length: kept.length - 1 }, () => ({})),
  ]
  return [
    {
      table: {
        headerRows: 1 + head.length,
        keepWithHeaderRows: rows.length > 0 ? 1 : 0,
        dontBreakRows: true,
        widths: columns ? columnWidths(sizes, available) : [factWidth, available - factWidth],
        body: [captionRow, ...head, ...body],
      },
      layout,
      margin: [0, 2, 0, note === undefined ? 12 : 2],
    },
    ...(note === undefined ? [] : [{ text: note, color: muted, margin: [0, 0, 0, 12] } satisfies Content]),
  ]
}

const longestWord = (title: string): number => Math.max(...title.split(' ').map((word) => word.length))

const renderFigure = ({ title, note, chart }: Figure): Column => ({
  width: figureWidth,
  stack: [
    { text: title, bold: true },
    { text: note, color: muted, fontSize: 7.5, margin: [0, 1, 0, 4] },
    { svg: drawChart(chart).markup, width: figureWidth },
  ],
})

function renderFigures(figures: readonly Figure[]): Content[] {
  const pairs = Array.from({ length: Math.ceil(figures.length / 2) }, (_, k) => figures.slice(2 * k, 2 * k + 2))
  return pairs.map((pair) => ({
    columns: pair.map(renderFigure),
    columnGap: figureGap,
    unbreakable: true,
    margin: [0, 2, 0, 12],
  }))
}

function renderBlock(block: Block): Content[] {
  switch (block.kind) {
    case 'text':
      return [{ text: block.text, margin: [0, 0, 0, 8] }]
    case 'table':
      return renderTable(block.table)
    case 'figures':
      return renderFigures(block.figures)
  }
}

/**
 * How far down a page a heading may stand, as a share of the page, by its level: 1 heads text or a table, 2 a row of
 * charts. Lower down, what it heads would be on the next page.
 */
export const lowestHeadings: readonly number[] = [1, 0.85, 0.6]

const renderSection = ({ title, blocks }: Section): Content[] => [
  {
    text: title,
    fontSize: 13,
    bold: true,
    headlineLevel: blocks.slice(0, 2).some((block) => block.kind === 'figures') ? 2 : 1,
    outline: true,
    margin: [0, 14, 0, 6],
  } as Content,
  ...blocks.flatMap(renderBlock),
]

export function pdfContent(report: ReportDocument): Content[] {
  const { kind = 'Evaluation report', model, dataset, facts, headline, evidenceSha256 } = report
  return [
    { text: kind, color: muted },
    { text: `${model} on ${dataset}`, fontSize: 18, bold: true },
    { text: facts.join(' · '), color: muted, margin: [0, 2, 0, 10] },
    {
      text: [
        { text: `${headline.title}  ` },
        { text: headline.value, fontSize: 20, bold: true },
        { text: `  ${headline.detail}` },
      ],
    },
    { text: `Evidence ${evidenceSha256}`, color: muted, fontSize: 7.5, margin: [0, 4, 0, 0] },
    ...report.sections.flatMap(renderSection),
  ]
}
