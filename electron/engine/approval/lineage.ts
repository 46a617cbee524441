/** Where versions come from: parents, data, runs; and everything that was done with them. */
import type { DatasetId, ModelId, VersionId } from '../../../shared/contract/ids.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { HistoryEntry, Lineage, RegistryEntry } from '../../../shared/contract/registry.ts'
import type { Engine } from '../engine.ts'
import { readDataset, readVersion } from '../records.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { lineageOf, registryEntry } from './registry.ts'

export const versionsOf = (ledger: Ledger, modelId: ModelId): VersionId[] =>
  (
    ledger.prepare('SELECT id FROM version WHERE model_id = ? ORDER BY version').all(modelId) as { id: VersionId }[]
  ).map((row) => row.id)

/** A version cannot come from itself, by whatever detour. */
function refuseCycle(ledger: Ledger, id: VersionId, parents: readonly VersionId[]): void {
  const seen = new Set<VersionId>()
  const queue = [...parents]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (next === id) {
      throw new AssayError({
        code: 'registry/cycle',
        message: 'A version cannot be made from itself or from what was made from it.',
        remedy: 'Name the earlier version as the parent.',
      })
    }
    if (seen.has(next)) continue
    seen.add(next)
    queue.push(...lineageOf(ledger, next).parents.map((parent) => parent.versionId))
  }
}

/** Records what a version was made from. @throws AssayError registry/cycle, model/unknown, dataset/unknown */
export async function setLineage(engine: Engine, id: VersionId, lineage: Lineage): Promise<RegistryEntry> {
  const { workspace } = engine
  readVersion(workspace.ledger, id)
  for (const parent of lineage.parents) readVersion(workspace.ledger, parent.versionId)
  for (const { datasetId } of lineage.datasets) readDataset(workspace.ledger, datasetId)
  refuseCycle(
    workspace.ledger,
    id,
    lineage.parents.map((parent) => parent.versionId),
  )
  workspace.change('lineage recorded', id, { ...lineage }, () =>
    workspace.ledger
      .prepare(
        `INSERT INTO version_lineage (version_id, document) VALUES (?, ?)
         ON CONFLICT (version_id) DO UPDATE SET document = excluded.document`,
      )
      .run(id, JSON.stringify(lineage)),
  )
  engine.jobs.changed('approvals')
  return registryEntry(engine, id)
}

export const versionTitle = (ledger: Ledger, id: VersionId): string | null => {
  const row = ledger
    .prepare('SELECT m.name, v.version FROM version v JOIN model m ON m.id = v.model_id WHERE v.id = ?')
    .get(id) as { name: string; version: number } | undefined
  return row ? `${row.name} ${row.version}` : null
}

export const datasetTitle = (ledger: Ledger, id: DatasetId): string | null =>
  (ledger.prepare('SELECT name FROM dataset WHERE id = ?').get(id) as { name: string } | undefined)?.name ?? null

/** Parents and data of a version as text, for reports. What was removed since is named by its id. */
export function lineageTexts(ledger: Ledger, id: VersionId): { parents: string[]; datasets: string[] } {
  const { parents, datasets } = lineageOf(ledger, id)
  return {
    parents: parents.map((parent) => `${versionTitle(ledger, parent.versionId) ?? parent.versionId} (${parent.kind})`),
    datasets: datasets.map((entry) => `${datasetTitle(ledger, entry.datasetId) ?? entry.datasetId} (${entry.use})`),
  }
}

/** Everything in the audit log about the versions of a model, their runs and their reviews, newest first. */
export function modelHistory(engine: Engine, modelId: ModelId): HistoryEntry[] {
  const rows = engine.workspace.ledger
    .prepare(
      `WITH subjects (id) AS (
         SELECT id FROM version WHERE model_id = @model
         UNION SELECT r.id FROM run r JOIN version v ON v.id = r.version_id WHERE v.model_id = @model
         UNION SELECT w.id FROM review w JOIN version v ON v.id = w.version_id WHERE v.model_id = @model)
       SELECT sequence, time, actor, event, subject, detail FROM audit
       WHERE subject IN (SELECT id FROM subjects) ORDER BY sequence DESC LIMIT 2000`,
    )
    .all({ model: modelId }) as (Omit<HistoryEntry, 'detail'> & { detail: string })[]
  return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }))
}
