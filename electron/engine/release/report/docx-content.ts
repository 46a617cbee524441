/** A report as the paragraphs and tables of a Word document. */
import {
  AlignmentType,
  BorderStyle,
  HeadingLevel,
  Paragraph,
  ShadingType,
  Table as DocxTable,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  WidthType,
} from 'docx'
import type { Confusion } from '../../../../shared/contract/evidence.ts'
import { inks, toneOf } from '../../../../shared/report/charts/palette.ts'
import type { Block, Cell, Figure, ReportDocument, Section, Table } from '../../../../shared/report/report-document.ts'
import { docxChart } from './docx-charts.ts'
import { cellSize, columnWidths } from './pdf-content.ts'

const hex = (color: string): string => color.slice(1)
export const muted = hex(inks.muted.light)
const grid = { style: BorderStyle.SINGLE, size: 4, color: hex(inks.grid.light) } as const
const none = { style: BorderStyle.NIL, size: 0, color: 'auto' } as const
/** Between the margins of an A4 page, in twentieths of a point. */
const contentWidth = 9638
const factWidth = 2600
const padding = { top: 40, bottom: 40, left: 0, right: 140 }

type Align = 'left' | 'right'
const alignment = { left: AlignmentType.LEFT, right: AlignmentType.RIGHT } as const

const paragraphs = (cell: Cell, align: Align, bold = false): Paragraph[] => {
  const [text, note] = typeof cell === 'string' ? [cell, null] : [cell.text, cell.note]
  const first = new Paragraph({ alignment: alignment[align], children: [new TextRun({ text, bold })] })
  if (note === null) return [first]
  return [
    first,
    new Paragraph({
      alignment: alignment[align],
      children: [new TextRun({ text: note, color: muted, size: 14 })],
    }),
  ]
}

const cellOf = (children: Paragraph[], width: number, fill?: string): TableCell =>
  new TableCell({
    children,
    width: { size: width, type: WidthType.DXA },
    margins: padding,
    ...(fill === undefined ? {} : { shading: { type: ShadingType.CLEAR, fill, color: 'auto' } }),
  })

const heading = (text: string, keepNext = true): Paragraph =>
  new Paragraph({
    keepNext,
    spacing: { before: 200, after: 60 },
    children: [new TextRun({ text, bold: true, size: 18 })],
  })

const note = (text: string): Paragraph =>
  new Paragraph({ style: 'Note', spacing: { before: 60 }, children: [new TextRun({ text })] })

function widthsOf({ columns, rows }: Table, kept: readonly number[]): number[] {
  if (columns === null) return [factWidth, contentWidth - factWidth]
  const sizes = kept.map((k) =>
    rows.reduce(
      (most, row) => Math.max(most, cellSize(row[k] ?? '')),
      Math.max(...columns[k]!.title.split(' ').map((word) => word.length)),
    ),
  )
  // In points, with the padding inside.
  const inPoints = columnWidths(sizes, contentWidth / 20 - 7 * kept.length)
  return inPoints.map((width) => Math.round((width + 7) * 20))
}

/** @param fill The colour of a body cell, where cells are shaded. */
function renderTable(
  table: Table,
  fill?: (row: number, column: number) => string | undefined,
): (Paragraph | DocxTable)[] {
  const { caption, columns, rows } = table
  const kept = columns?.map((_, k) => k).filter((k) => columns[k]!.roomy !== true) ?? [0, 1]
  const align = (k: number): Align => columns?.[k]?.align ?? 'left'
  const widths = widthsOf(table, kept)
  const head = columns && [
    new TableRow({
      tableHeader: true,
      cantSplit: true,
      children: kept.map((k, at) => cellOf(paragraphs(columns[k]!.title, align(k), true), widths[at]!)),
    }),
  ]
  const body = rows.map(
    (row, r) =>
      new TableRow({
        cantSplit: true,
        children: kept.map((k, at) => cellOf(paragraphs(row[k] ?? '', align(k)), widths[at]!, fill?.(r, k))),
      }),
  )
  // A table without a row is not valid.
  const all = [...(head ?? []), ...body]
  return [
    heading(caption),
    ...(all.length === 0
      ? []
      : [
          new DocxTable({
            layout: TableLayoutType.FIXED,
            width: { size: contentWidth, type: WidthType.DXA },
            columnWidths: widths,
            borders: { top: none, bottom: grid, left: none, right: none, insideHorizontal: grid, insideVertical: none },
            rows: all,
          }),
        ]),
    ...(table.note === undefined ? [] : [note(table.note)]),
    new Paragraph({ spacing: { after: 60 } }),
  ]
}

/** White towards the first tone, light enough for dark text. */
function shade(share: number): string {
  const tone = Number.parseInt(hex(toneOf(0).light), 16)
  const mixed = [16, 8, 0].map((shift) => Math.round(255 - 0.6 * share * (255 - ((tone >> shift) & 255))))
  return mixed.map((part) => part.toString(16).padStart(2, '0')).join('')
}

function confusionFill({ counts }: Confusion): (row: number, column: number) => string | undefined {
  return (row, column) => {
    const total = counts[row]?.reduce((sum, count) => sum + count, 0) ?? 0
    const count = column === 0 ? 0 : (counts[row]?.[column - 1] ?? 0)
    return count === 0 || total === 0 ? undefined : shade(count / total)
  }
}

function renderFigures(figures: readonly Figure[]): (Paragraph | DocxTable)[] {
  const charts = figures.flatMap((figure) => {
    const chart = docxChart(figure.chart)
    return chart ? [{ figure, chart }] : []
  })
  const cells = charts.map(({ figure, chart }) =>
    cellOf(
      [
        heading(figure.title, false),
        new Paragraph({ style: 'Note', children: [new TextRun({ text: figure.note })] }),
        new Paragraph({ children: [chart] }),
      ],
      contentWidth / 2,
    ),
  )
  const rows = Array.from({ length: Math.ceil(cells.length / 2) }, (_, k) => {
    const pair = cells.slice(2 * k, 2 * k + 2)
    if (pair.length < 2) pair.push(cellOf([new Paragraph('')], contentWidth / 2))
    return new TableRow({ cantSplit: true, children: pair })
  })
  const matrices = figures.flatMap(({ chart, data, title, note: remark }) =>
    chart.kind === 'matrix'
      ? renderTable({ ...data, caption: `${title}: ${data.caption}`, note: remark }, confusionFill(chart.confusion))
      : chart.kind === 'pictures'
        ? renderTable({ ...data, caption: `${title}: ${data.caption}`, note: remark })
        : [],
  )
  const frame = { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none }
  const layout = { layout: TableLayoutType.FIXED, width: { size: contentWidth, type: WidthType.DXA } } as const
  const widths = [contentWidth / 2, contentWidth / 2]
  return [
    ...(rows.length === 0 ? [] : [new DocxTable({ ...layout, columnWidths: widths, borders: frame, rows })]),
    new Paragraph({ spacing: { after: 60 } }),
    ...matrices,
  ]
}

function renderBlock(block: Block): (Paragraph | DocxTable)[] {
  switch (block.kind) {
    case 'text':
      return [new Paragraph({ spacing: { after: 120 }, children: [new TextRun({ text: block.text })] })]
    case 'table':
      return renderTable(block.table)
    case 'figures':
      return renderFigures(block.figures)
  }
}

const renderSection = ({ title, blocks }: Section): (Paragraph | DocxTable)[] => [
  new Paragraph({ heading: HeadingLevel.HEADING_1, children: [new TextRun({ text: title })] }),
  ...blocks.flatMap(renderBlock),
]

export function docxContent(report: ReportDocument): (Paragraph | DocxTable)[] {
  const { kind = 'Evaluation report', model, dataset, facts, headline, evidenceSha256 } = report
  return [
    new Paragraph({ style: 'Note', children: [new TextRun({ text: kind })] }),
    new Paragraph({ heading: HeadingLevel.TITLE, children: [new TextRun({ text: `${model} on ${dataset}` })] }),
    new Paragraph({ style: 'Note', spacing: { after: 160 }, children: [new TextRun({ text: facts.join(' · ') })] }),
    new Paragraph({
      children: [
        new TextRun({ text: `${headline.title}  ` }),
        new TextRun({ text: headline.value, bold: true, size: 40 }),
        new TextRun({ text: `  ${headline.detail}` }),
      ],
    }),
    new Paragraph({ style: 'Note', children: [new TextRun({ text: `Evidence ${evidenceSha256}` })] }),
    ...report.sections.flatMap(renderSection),
  ]
}
