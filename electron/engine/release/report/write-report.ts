/** Writes a run's report: whole, or not at all. */
import canonicalize from 'canonicalize'
import { AssayError } from '../../../../shared/contract/errors.ts'
import type { Evidence } from '../../../../shared/contract/run.ts'
import type { ReportFormat } from '../../../../shared/contract/report.ts'
import { buildReport } from '../../../../shared/report/build-report.ts'
import { htmlReport } from '../../../../shared/report/html-report.ts'
import { diskError } from '../../../data-plane/disk-error.ts'
import { writeWhole } from '../../workspace/write-whole.ts'
import { docxReport } from './docx-report.ts'
import { pdfReport } from './pdf-report.ts'

export interface ReportRequest {
  readonly evidence: Evidence
  /** Of the evidence's canonical form. */
  readonly sha256: string
  readonly format: ReportFormat
  readonly path: string
}

async function render({ evidence, sha256, format }: ReportRequest): Promise<string | Uint8Array> {
  switch (format) {
    case 'html':
      return htmlReport(evidence, sha256)
    case 'pdf':
      return pdfReport(evidence, sha256)
    case 'docx':
      return docxReport(buildReport(evidence, sha256))
    case 'json':
      // The very bytes that were hashed, so that the file's sha256 is the evidence's.
      return canonicalize(evidence)!
  }
}

/** The report's folder is the user's own, so the workspace's words for a failing disk do not fit. */
function notWritable(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  const known = diskError(error)
  if (code === undefined && !(known instanceof AssayError)) return error
  const full = known instanceof AssayError && known.code === 'workspace/disk-full'
  return new AssayError(
    {
      code: 'report/not-writable',
      message: full
        ? 'The report cannot be written: the disk is full. Nothing was left behind.'
        : `The report cannot be written there: ${String((error as Error).message).slice(0, 300)}`,
      remedy: full
        ? 'Free some space, or choose a folder on another disk.'
        : 'Choose a folder that exists and that you may write to.',
      where: { path, reason: code ?? null },
    },
    { cause: error },
  )
}

/**
 * @throws AssayError report/not-writable; the folder is then as it was before.
 */
export async function writeReport(request: ReportRequest): Promise<void> {
  await writeWhole(request.path, await render(request), notWritable)
}
