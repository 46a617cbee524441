/** The report as one HTML file: nothing fetched, no script but ours, everything from the evidence escaped. */
import type { Evidence } from '../contract/run.ts'
import { buildReport } from './build-report.ts'
import { drawChart } from './charts/chart.ts'
import { hoverPoints } from './charts/hover.ts'
import { escaped } from './escape.ts'
import { Html } from './escape.ts'
import type { Block, Cell, Figure, ReportDocument, Section, Table, TableColumn } from './report-document.ts'
import { script, scriptSha256 } from './interactive.ts'
import { styleSheet } from './style.ts'

const renderCell = (cell: Cell): Html =>
  typeof cell === 'string' ? escaped`${cell}` : escaped`${cell.text} <span class="note">${cell.note}</span>`

function renderRow(columns: readonly TableColumn[] | null, row: readonly Cell[], kind = ''): Html {
  const numeric = (k: number): Html | null => (columns?.[k]?.align === 'right' ? escaped` class="num"` : null)
  // Long words may break anywhere; a short one in a narrow column must not.
  const short = (cell: Cell): Html | null =>
    typeof cell === 'string' && cell.length <= 14 ? escaped` class="short"` : null
  const [first = '', ...others] = row
  return escaped`<tr${kind === '' ? null : escaped` class="severity-${kind}"`}><th scope="row"${numeric(0)}>${renderCell(first)}</th>${others.map((cell, k) => escaped`<td${numeric(k + 1) ?? short(cell)}>${renderCell(cell)}</td>`)}</tr>
`
}

function renderTable({ caption, columns, rows, note, severities }: Table): Html {
  const head = columns?.map(({ title, align }) =>
    align === 'right' ? escaped`<th scope="col" class="num">${title}</th>` : escaped`<th scope="col">${title}</th>`,
  )
  // A box that scrolls must be reachable by keyboard.
  return escaped`<div class="scroll" role="group" tabindex="0" aria-label="${caption}"><table${columns === null ? escaped` class="list"` : null}><caption>${caption}</caption>
${head ? escaped`<thead><tr>${head}</tr></thead>` : null}
<tbody>
${rows.map((row, k) => renderRow(columns, row, severities?.[k]))}</tbody></table></div>
${note === undefined ? null : escaped`<p class="note">${note}</p>`}`
}

const places = ({ chart, data }: Figure): string =>
  hoverPoints(chart, data.rows.length)
    .map(([x, y, ...rest]) => [x.toFixed(1), y.toFixed(1), ...rest].join(' '))
    .join(',')

const renderFigure = (figure: Figure): Html => {
  const { title, note, chart, data } = figure
  return escaped`<figure data-points="${places(figure)}">
<figcaption><h3>${title}</h3><p>${note}</p></figcaption>
${drawChart(chart)}
<details><summary>${title} as a table</summary>${renderTable(data)}</details>
</figure>
`
}

function renderBlock(block: Block): Html {
  switch (block.kind) {
    case 'text':
      return escaped`<p>${block.text}</p>`
    case 'table':
      return renderTable(block.table)
    case 'figures':
      return escaped`<div class="figures">${block.figures.map(renderFigure)}</div>`
  }
}

const renderSection = ({ id, title, blocks }: Section): Html => escaped`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${blocks.map(renderBlock)}
</section>
`

const defaultKind = 'Evaluation report'

const renderTitle = ({
  kind,
  model,
  dataset,
  facts,
  headline,
  evidenceSha256,
}: ReportDocument): Html => escaped`<header>
<p class="kind">${kind ?? defaultKind}</p>
<h1><bdi>${model}</bdi> on <bdi>${dataset}</bdi></h1>
<p class="facts">${facts.join(' · ')}</p>
<p class="headline"><span>${headline.title}</span> <b>${headline.value}</b> <span>${headline.detail}</span></p>
<p class="hash">Evidence ${evidenceSha256}</p>
</header>
`

/** @returns A whole HTML document; the same report gives the same bytes. */
export function renderReport(report: ReportDocument): string {
  return escaped`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${new Html(scriptSha256)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${report.model} on ${report.dataset}: ${report.kind ?? 'evaluation report'}</title>
<style>${styleSheet}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the findings</a>
${renderTitle(report)}
<nav aria-label="Sections"><ul>${report.sections.map(({ id, title }) => escaped`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="content">
${report.sections.map(renderSection)}
</main>
<script>${new Html(script)}</script>
</body>
</html>
`.markup
}

/**
 * @param evidence The document that the report is rendered from.
 * @param sha256 Of the evidence's canonical form; shown, so that a reader can check it.
 * @returns A whole HTML document; the same evidence gives the same bytes.
 */
export function htmlReport(evidence: Evidence, sha256: string): string {
  return renderReport(buildReport(evidence, sha256))
}
