/** The report as an editable Word document (ISO/IEC 29500), by docx: headings, tables and charts are Word's own. */
import {
  AlignmentType,
  Document,
  Footer,
  Header,
  LineRuleType,
  Packer,
  PageNumber,
  Paragraph,
  TabStopType,
  TextRun,
} from 'docx'
import type { ReportDocument } from '../../../../shared/report/report-document.ts'
import { tagText, visibleText } from '../../../../shared/report/visible-text.ts'
import { docxContent, muted } from './docx-content.ts'
import { withPrintableTexts } from './printable-texts.ts'
import { repeatable } from './repeatable-docx.ts'

const ink = '1d2530'
const headingFont = { font: 'Arial', color: ink, bold: true }

/**
 * @returns The bytes of a .docx file, the same for the same report. Text is text: nothing in it is a field, a link or a
 *   formula.
 */
export async function docxReport(given: ReportDocument): Promise<Uint8Array> {
  const report = withPrintableTexts(given, visibleText)
  const running = `${tagText(report.model, 40)} on ${tagText(report.dataset, 40)}`
  const document = new Document({
    title: `${report.model} on ${report.dataset}`,
    subject: `Evidence ${report.evidenceSha256}`,
    creator: 'Assay',
    lastModifiedBy: 'Assay',
    description: report.kind ?? 'Evaluation report',
    styles: {
      default: {
        document: {
          run: { font: 'Arial', size: 17, color: ink },
          paragraph: { spacing: { line: 264, lineRule: LineRuleType.AUTO } },
        },
        title: { run: { ...headingFont, size: 36 }, paragraph: { spacing: { after: 40 } } },
        heading1: {
          run: { ...headingFont, size: 26 },
          paragraph: { spacing: { before: 320, after: 120 }, keepNext: true },
        },
      },
      paragraphStyles: [{ id: 'Note', name: 'Note', basedOn: 'Normal', run: { size: 15, color: muted } }],
    },
    sections: [
      {
        properties: {
          page: { size: { width: 11906, height: 16838 }, margin: { top: 1134, bottom: 1134, left: 1134, right: 1134 } },
        },
        headers: {
          default: new Header({
            children: [
              new Paragraph({
                style: 'Note',
                tabStops: [{ type: TabStopType.RIGHT, position: 9638 }],
                children: [new TextRun({ text: `${running}\tEvidence ${report.evidenceSha256.slice(0, 16)}…` })],
              }),
            ],
          }),
        },
        footers: {
          default: new Footer({
            children: [
              new Paragraph({
                style: 'Note',
                alignment: AlignmentType.RIGHT,
                children: [new TextRun({ children: ['Page ', PageNumber.CURRENT, ' of ', PageNumber.TOTAL_PAGES] })],
              }),
            ],
          }),
        },
        children: docxContent(report),
      },
    ],
  })
  return repeatable(await Packer.toBuffer(document), report.createdAt)
}
