/** Writes a run's report: whole, or not at all. */
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import canonicalize from 'canonicalize'
import { AssayError } from '../../../../shared/contract/errors.ts'
import type { Evidence } from '../../../../shared/contract/run.ts'
import { htmlReport } from '../../../../shared/report/html-report.ts'
import { diskError } from '../../workspace/content-store.ts'
import { pdfReport } from './pdf-report.ts'

export interface ReportRequest {
  readonly evidence: Evidence
  /** Of the evidence's canonical form. */
  readonly sha256: string
  readonly format: 'html' | 'pdf' | 'json'
  readonly path: string
}

async function render({ evidence, sha256, format }: ReportRequest): Promise<string | Uint8Array> {
  switch (format) {
    case 'html':
      return htmlReport(evidence, sha256)
    case 'pdf':
      return pdfReport(evidence, sha256)
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
  const content = await render(request)
  const folder = dirname(request.path)
  const temporary = join(folder, `.assay-${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, request.path)
    await syncFolder(folder)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw notWritable(error, request.path)
  }
}

/** Makes the rename last through a power cut. Windows and some network folders cannot, and need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
