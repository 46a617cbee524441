/** What the ledger knows of monitoring: batches and reports, each a stored file with a line. */
import { readFile } from 'node:fs/promises'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { BatchId, MonitorId, VersionId } from '../../../shared/contract/ids.ts'
import { monitorReportSchema } from '../../../shared/contract/monitor-report.ts'
import type { LabelBatch, LogBatch, MonitorBatch } from '../../../shared/contract/monitor-log.ts'
import type { MonitorReport, MonitorSummary } from '../../../shared/contract/monitor-report.ts'
import { canonicalText } from '../approval/canonical.ts'
import { keepFile, takeText } from '../approval/stored-text.ts'
import type { Engine } from '../engine.ts'
import { readVersion } from '../records.ts'
import type { Ledger } from '../workspace/ledger.ts'

interface Row {
  document: string
}

export function listBatches(ledger: Ledger, versionId?: VersionId): MonitorBatch[] {
  const rows = ledger
    .prepare(
      `SELECT document FROM monitor_batch WHERE @version IS NULL OR version_id = @version
       ORDER BY created_at DESC, rowid DESC`,
    )
    .all({ version: versionId ?? null }) as Row[]
  return rows.map((row) => JSON.parse(row.document) as MonitorBatch)
}

/** Oldest first, so that what came later overrides what came before. */
export function batchesOf(ledger: Ledger, versionId: VersionId): { logs: LogBatch[]; labels: LabelBatch[] } {
  const all = listBatches(ledger, versionId).reverse()
  return {
    logs: all.filter((batch) => batch.kind === 'log'),
    labels: all.filter((batch) => batch.kind === 'labels'),
  }
}

/** @throws AssayError monitor/imported-before */
export function refuseImportedBefore(
  ledger: Ledger,
  versionId: VersionId,
  kind: MonitorBatch['kind'],
  sha256: string,
): void {
  const row = ledger
    .prepare('SELECT id FROM monitor_batch WHERE version_id = ? AND kind = ? AND source_sha256 = ?')
    .get(versionId, kind, sha256) as { id: string } | undefined
  if (!row) return
  throw new AssayError({
    code: 'monitor/imported-before',
    message: 'This very file was imported for this version before.',
    remedy: 'Import the lines that came after it, or remove the batch first.',
    where: { batch: row.id },
  })
}

export function addBatch(engine: Engine, batch: MonitorBatch): void {
  const { workspace } = engine
  const { id, versionId, kind, rows, source, data } = batch
  const detail = { version: versionId, rows, leftOut: batch.leftOut.n, sha256: source.sha256 }
  workspace.change(kind === 'log' ? 'production log imported' : 'labels imported', id, detail, (time) => {
    keepFile(engine, id, data, 'monitor', time)
    workspace.ledger
      .prepare('INSERT INTO monitor_batch VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(id, versionId, kind, batch.createdAt, source.sha256, data.sha256, JSON.stringify(batch))
  })
  engine.jobs.changed('monitor')
}

/** @throws AssayError monitor/unknown */
export async function removeBatch(engine: Engine, id: BatchId): Promise<void> {
  const { workspace } = engine
  const row = workspace.ledger.prepare('SELECT sha256, version_id FROM monitor_batch WHERE id = ?').get(id) as
    { sha256: string; version_id: string } | undefined
  if (!row) throw unknownOf('batch', id)
  workspace.change('monitoring batch removed', id, { version: row.version_id, sha256: row.sha256 }, () => {
    workspace.ledger.prepare('DELETE FROM monitor_batch WHERE id = ?').run(id)
    workspace.ledger.prepare('DELETE FROM file_use WHERE owner = ?').run(id)
    workspace.ledger
      .prepare('DELETE FROM file WHERE sha256 = ? AND sha256 NOT IN (SELECT sha256 FROM file_use)')
      .run(row.sha256)
  })
  await workspace.files.sweep()
  engine.jobs.changed('monitor')
}

/** @param what batch, report, alert or task */
export function unknownOf(what: string, id: string): AssayError {
  return new AssayError({
    code: 'monitor/unknown',
    message: `There is no ${what} ${id} in this workspace.`,
    remedy: 'List what there is: assay monitor list.',
    where: { id },
  })
}

export async function storeReport(engine: Engine, report: MonitorReport): Promise<void> {
  const { workspace } = engine
  const file = await takeText(engine, canonicalText(monitorReportSchema.parse(report)))
  const { id, createdAt, versionId, model, version, rows, period, windows, conditions } = report
  const summary: MonitorSummary = {
    id,
    createdAt,
    versionId,
    model,
    version,
    rows,
    period,
    windows: windows.length,
    conditions: conditions.length,
    sha256: file.sha256,
  }
  const detail = { version: versionId, sha256: file.sha256, windows: windows.length, conditions: conditions.length }
  workspace.change('monitoring report made', id, detail, (time) => {
    keepFile(engine, id, file, 'monitor report', time)
    workspace.ledger
      .prepare('INSERT INTO monitor_report VALUES (?, ?, ?, ?, ?)')
      .run(id, versionId, createdAt, file.sha256, JSON.stringify(summary))
  })
  engine.jobs.changed('monitor')
}

export function listReports(ledger: Ledger, versionId?: VersionId): MonitorSummary[] {
  const rows = ledger
    .prepare(
      `SELECT summary FROM monitor_report WHERE @version IS NULL OR version_id = @version
       ORDER BY created_at DESC, rowid DESC`,
    )
    .all({ version: versionId ?? null }) as { summary: string }[]
  return rows.map((row) => JSON.parse(row.summary) as MonitorSummary)
}

/** @throws AssayError monitor/unknown */
export async function readReport(engine: Engine, id: MonitorId): Promise<MonitorReport> {
  const row = engine.workspace.ledger.prepare('SELECT sha256 FROM monitor_report WHERE id = ?').get(id) as
    { sha256: string } | undefined
  if (!row) throw unknownOf('report', id)
  const text = await readFile(engine.workspace.files.path(row.sha256), 'utf8')
  return monitorReportSchema.parse(JSON.parse(text))
}

/** "churn 3", for titles. */
export function versionTitle(ledger: Ledger, id: VersionId): string {
  const { name, version } = readVersion(ledger, id)
  return `${name} ${version}`
}

/** @throws AssayError model/in-use, where production traffic of the version is kept */
export function refuseWhileMonitored(ledger: Ledger, id: VersionId): void {
  const tables = ['monitor_batch', 'monitor_report', 'monitor_alert', 'retrain_task']
  const used = tables.some((table) => ledger.prepare(`SELECT 1 FROM ${table} WHERE version_id = ?`).get(id))
  if (!used) return
  throw new AssayError({
    code: 'model/in-use',
    message: 'Its production traffic is kept here, with what was made of it.',
    remedy: 'Retire the version instead.',
  })
}
