/** Comparisons: one document each, content-addressed, with a line in the ledger. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import canonicalize from 'canonicalize'
import { AssayError } from '../../../shared/contract/errors.ts'
import { driftReportSchema } from '../../../shared/contract/drift.ts'
import type { DriftReport, DriftSummary } from '../../../shared/contract/drift.ts'
import type { DriftId } from '../../../shared/contract/ids.ts'
import type { Engine } from '../engine.ts'

/** Writes the canonical form (RFC 8785). @returns its hash */
export async function storeDrift(engine: Engine, report: DriftReport): Promise<string> {
  const { workspace } = engine
  const temporary = workspace.temporary('.json')
  try {
    await writeFile(temporary, canonicalize(driftReportSchema.parse(report))!)
    const file = await workspace.files.take(temporary)
    const summary: DriftSummary = {
      id: report.id,
      createdAt: report.createdAt,
      reference: report.reference,
      current: report.current,
      preset: report.options.preset,
      counts: report.counts,
      sha256: file.sha256,
    }
    const detail = { reference: report.reference.dataSha256, current: report.current.dataSha256, sha256: file.sha256 }
    workspace.change('drift compared', report.id, detail, (time) => {
      workspace.files.record(file, 'drift', time)
      workspace.ledger.prepare('INSERT INTO file_use (owner, sha256) VALUES (?, ?)').run(report.id, file.sha256)
      workspace.ledger
        .prepare('INSERT INTO drift (id, created_at, sha256, summary) VALUES (?, ?, ?, ?)')
        .run(report.id, report.createdAt, file.sha256, JSON.stringify(summary))
    })
    return file.sha256
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Newest first. */
export function listDrift({ workspace }: Engine): DriftSummary[] {
  const rows = workspace.ledger.prepare('SELECT summary FROM drift ORDER BY created_at DESC, rowid DESC').all() as {
    summary: string
  }[]
  return rows.map((row) => JSON.parse(row.summary) as DriftSummary)
}

function hashOf({ workspace }: Engine, id: DriftId): string {
  const row = workspace.ledger.prepare('SELECT sha256 FROM drift WHERE id = ?').get(id) as
    { sha256: string } | undefined
  if (row) return row.sha256
  throw new AssayError({
    code: 'drift/unknown',
    message: `There is no comparison ${id} in this workspace.`,
    remedy: 'List what there is: assay drift list.',
    where: { id },
  })
}

export async function readDrift(engine: Engine, id: DriftId): Promise<DriftReport> {
  const text = await readFile(engine.workspace.files.path(hashOf(engine, id)), 'utf8')
  return driftReportSchema.parse(JSON.parse(text))
}

export async function removeDrift(engine: Engine, id: DriftId): Promise<void> {
  const { workspace } = engine
  const sha256 = hashOf(engine, id)
  workspace.change('drift comparison removed', id, { sha256 }, () => {
    workspace.ledger.prepare('DELETE FROM drift WHERE id = ?').run(id)
    workspace.ledger.prepare('DELETE FROM file_use WHERE owner = ?').run(id)
    workspace.ledger
      .prepare('DELETE FROM file WHERE sha256 = ? AND sha256 NOT IN (SELECT sha256 FROM file_use)')
      .run(sha256)
  })
  await workspace.files.sweep()
  engine.jobs.changed('workspace')
}
