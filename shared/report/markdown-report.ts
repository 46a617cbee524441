/** A report as Markdown (CommonMark with tables), for repositories and wikis. Charts appear as their numbers. */
import type { Block, Cell, ReportDocument, Section, Table } from './report-document.ts'
import { visibleText } from './visible-text.ts'

/**
 * Text from a dataset or a model, as text and nothing else: no markup, no HTML, no link. A line that would start a list
 * or a heading is escaped by its first character.
 */
export function markdownText(text: string): string {
  return visibleText(text)
    .replace(/[\\`*_[\]<>|~$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/\b(https?|mailto|ftp):/gi, (scheme) => `${scheme.slice(0, -1)}\\:`)
    .replace(/\bwww\./gi, 'www\\.')
    .replace(/^(\s*)([-+=#])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2')
}

const cellText = (cell: Cell): string =>
  typeof cell === 'string' ? markdownText(cell) : `${markdownText(cell.text)} (${markdownText(cell.note)})`

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function renderTable({ caption, columns, rows, note }: Table): string {
  const head = columns ?? [
    { title: '', align: 'left' as const },
    { title: '', align: 'left' as const },
  ]
  return [
    `**${markdownText(caption)}**`,
    '',
    row(head.map(({ title }) => markdownText(title))),
    row(head.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => row(head.map((_, k) => cellText(cells[k] ?? '')))),
    ...(note === undefined ? [] : ['', markdownText(note)]),
    '',
  ].join('\n')
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `${markdownText(block.text)}\n`
    case 'table':
      return renderTable(block.table)
    case 'figures':
      return block.figures
        .map(({ title, data }) => renderTable({ ...data, caption: `${title}: ${data.caption}` }))
        .join('\n')
  }
}

const renderSection = ({ title, blocks }: Section): string =>
  `## ${markdownText(title)}\n\n${blocks.map(renderBlock).join('\n')}`

/** @returns A whole Markdown document; the same report gives the same bytes. */
export function markdownReport(report: ReportDocument): string {
  const { kind = 'Evaluation report', model, dataset, facts, headline, evidenceSha256, sections } = report
  return [
    `# ${markdownText(kind)}: ${markdownText(model)} on ${markdownText(dataset)}`,
    '',
    markdownText(facts.join(' · ')),
    '',
    `${markdownText(headline.title)}: **${markdownText(headline.value)}**, ${markdownText(headline.detail)}`,
    '',
    `Evidence, sha256: \`${evidenceSha256}\``,
    '',
    ...sections.map(renderSection),
  ].join('\n')
}
