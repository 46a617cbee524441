/** The report as a PDF, by pdfmake. The same evidence gives the same bytes: its time is the document's. */
import pdfmake from 'pdfmake'
import type { TDocumentDefinitions } from 'pdfmake/interfaces.js'
import type { Evidence } from '../../../../shared/contract/run.ts'
import { buildReport } from '../../../../shared/report/build-report.ts'
import type { ReportDocument } from '../../../../shared/report/report-document.ts'
import { inks } from '../../../../shared/report/charts/palette.ts'
import { tagText, visibleText } from '../../../../shared/report/visible-text.ts'
import { lowestHeadings, muted, pdfContent } from './pdf-content.ts'
import { pdfFonts } from './pdf-fonts.ts'
import { withPrintableTexts } from './printable-texts.ts'

const substituted =
  'The font of this document lacks some characters: each is written as its Unicode code point between ‹ and ›. The HTML report shows them.'

/** Makes texts printable, and remembers whether any had to be changed. */
function printer(): { printable: (text: string) => string; lacking: () => boolean } {
  const { hasGlyph } = pdfFonts()
  let lacking = false
  return {
    printable: (text) => {
      const shown = visibleText(text, hasGlyph)
      lacking ||= shown !== visibleText(text)
      return shown
    },
    lacking: () => lacking,
  }
}

function define(report: ReportDocument, title: string, lacking: boolean): TDocumentDefinitions {
  const sha256 = report.evidenceSha256
  const content = pdfContent(report)
  if (lacking) content.push({ text: substituted, color: muted, margin: [0, 8, 0, 0] })
  const running = `${tagText(report.model, 40)} on ${tagText(report.dataset, 40)}`
  return {
    content,
    info: {
      title,
      subject: `Evidence ${sha256}`,
      creator: 'Assay',
      creationDate: new Date(report.createdAt),
    },
    language: 'en',
    displayTitle: true,
    version: '1.7',
    pageSize: 'A4',
    pageMargins: [40, 48, 40, 48],
    defaultStyle: { font: 'Roboto', fontSize: 8.5, lineHeight: 1.15, color: inks.ink.light },
    header: {
      columns: [{ text: running }, { text: `Evidence ${sha256.slice(0, 16)}…`, alignment: 'right' }],
      margin: [40, 22, 40, 0],
      fontSize: 7.5,
      color: muted,
    },
    footer: (page, pages) => ({
      text: `Page ${page} of ${pages}`,
      alignment: 'right',
      margin: [40, 14, 40, 0],
      fontSize: 7.5,
      color: muted,
    }),
    pageBreakBefore: (node) => node.startPosition.verticalRatio > (lowestHeadings[node.headlineLevel ?? 0] ?? 1),
  }
}

async function render(definition: TDocumentDefinitions): Promise<Uint8Array> {
  const { files, isFontFile } = pdfFonts()
  pdfmake.setFonts(files)
  pdfmake.setUrlAccessPolicy(() => false)
  pdfmake.setLocalAccessPolicy(isFontFile)
  return pdfmake.createPdf(definition).getBuffer()
}

/** @param sha256 Of the evidence's canonical form. */
export async function pdfReport(evidence: Evidence, sha256: string): Promise<Uint8Array> {
  const { printable, lacking } = printer()
  const report = buildReport(withPrintableTexts(evidence, printable), sha256)
  const title = `${evidence.model.name} ${evidence.model.version} on ${evidence.dataset.name}: evaluation report`
  return render(define(report, title, lacking()))
}

/** Any report without figures, such as one by a template. */
export async function pdfOfReport(report: ReportDocument): Promise<Uint8Array> {
  const { printable, lacking } = printer()
  const shown = withPrintableTexts(report, printable)
  return render(define(shown, `${report.model} on ${report.dataset}: ${report.kind ?? 'report'}`, lacking()))
}
