/** What to know before reading the numbers. */
import type { EvidenceFinding } from '../../contract/evidence.ts'
import type { Evidence } from '../../contract/run.ts'
import { severityTitle } from '../../format/words.ts'
import { left, roomy, table, text } from '../report-document.ts'
import type { Section } from '../report-document.ts'
import { clipText } from '../visible-text.ts'
import { limitRows } from './limit-rows.ts'

const order: readonly EvidenceFinding['severity'][] = ['error', 'warning', 'note']

export function findingsSection({ findings }: Evidence): Section {
  const sorted = [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  const { shown, ...rest } = limitRows(sorted, 200, 'findings')
  return {
    id: 'findings',
    title: 'What to know first',
    blocks:
      findings.length === 0
        ? [text('Nothing was found in the data, the model or the run that changes how the numbers are read.')]
        : [
            table({
              caption: 'Findings, the most severe first',
              columns: [left('Severity'), left('What was found'), left('What to do'), roomy(left('Code'))],
              rows: shown.map(({ severity, message, remedy, code }) => [
                severityTitle(severity),
                clipText(message, 500),
                clipText(remedy, 500),
                clipText(code, 100),
              ]),
              severities: shown.map(({ severity }) => severity),
              ...rest,
            }),
          ],
  }
}
