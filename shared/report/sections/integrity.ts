/** How a reader can tell that the report is about what it says it is. */
import type { Evidence } from '../../contract/run.ts'
import { formatPercent } from '../../format/number.ts'
import { formatTimeUtc } from '../../format/time.ts'
import { facts, text } from '../report-document.ts'
import type { Section } from '../report-document.ts'

export function integritySection(evidence: Evidence, sha256: string): Section {
  return {
    id: 'integrity',
    title: 'Integrity',
    blocks: [
      facts('The evidence behind this report', [
        ['Evidence, sha256', sha256],
        ['Schema', evidence.schema],
        ['Computed', formatTimeUtc(evidence.createdAt)],
        ['Confidence of every interval', formatPercent(evidence.confidence, 0)],
        ['Seed of every resampling', String(evidence.seed)],
      ]),
      text(
        'This report computes nothing: each number is read from the evidence, one JSON document in canonical form (RFC 8785). To check it, save the evidence of the same run as JSON and hash the file (sha256sum on Linux, shasum -a 256 on macOS, Get-FileHash on Windows). The hash must be the one above; it is also what an approver signs.',
      ),
    ],
  }
}
