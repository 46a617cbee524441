/** Stages and aliases of versions. What was approved or released, when and by whom, stays in the audit log. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ModelId, VersionId } from '../../../shared/contract/ids.ts'
import type { Alias, Lineage, RegistryEntry, Stage } from '../../../shared/contract/registry.ts'
import type { Engine } from '../engine.ts'
import { readVersion } from '../records.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { assertReleasable, standingOfVersion } from './releasable.ts'

export function stageOf(ledger: Ledger, id: VersionId): { stage: Stage; since: string | null } {
  const row = ledger.prepare('SELECT stage, since FROM version_stage WHERE version_id = ?').get(id) as
    { stage: Stage; since: string } | undefined
  return row ?? { stage: 'draft', since: null }
}

export function aliasOf(ledger: Ledger, modelId: ModelId, alias: Alias): VersionId | null {
  const row = ledger
    .prepare('SELECT version_id FROM model_alias WHERE model_id = ? AND alias = ?')
    .get(modelId, alias) as { version_id: VersionId } | undefined
  return row?.version_id ?? null
}

/** Inside a change: puts the version on a stage. */
export function putStage(ledger: Ledger, id: VersionId, stage: Stage, time: string): void {
  ledger
    .prepare(
      `INSERT INTO version_stage (version_id, stage, since) VALUES (?, ?, ?)
       ON CONFLICT (version_id) DO UPDATE SET stage = excluded.stage, since = excluded.since`,
    )
    .run(id, stage, time)
}

export function lineageOf(ledger: Ledger, id: VersionId): Lineage {
  const row = ledger.prepare('SELECT document FROM version_lineage WHERE version_id = ?').get(id) as
    { document: string } | undefined
  return row ? (JSON.parse(row.document) as Lineage) : { parents: [], datasets: [] }
}

export async function registryEntry(engine: Engine, id: VersionId): Promise<RegistryEntry> {
  const { ledger } = engine.workspace
  const version = readVersion(ledger, id)
  const { stage, since } = stageOf(ledger, id)
  const aliases = ledger.prepare('SELECT alias FROM model_alias WHERE version_id = ? ORDER BY alias').all(id) as {
    alias: Alias
  }[]
  return {
    versionId: id,
    modelId: version.modelId,
    name: version.name,
    version: version.version,
    createdAt: version.createdAt,
    stage,
    stageSince: since ?? version.createdAt,
    aliases: aliases.map((row) => row.alias),
    lineage: lineageOf(ledger, id),
    standing: (await standingOfVersion(engine, id))?.standing ?? null,
  }
}

export async function listRegistry(engine: Engine, modelId?: ModelId): Promise<RegistryEntry[]> {
  const rows = engine.workspace.ledger
    .prepare(
      `SELECT v.id FROM version v JOIN model m ON m.id = v.model_id
       WHERE @model IS NULL OR m.id = @model ORDER BY m.name, v.version DESC`,
    )

    .all({ model: modelId ?? null }) as { id: VersionId }[]
  const entries: RegistryEntry[] = []
  for (const { id } of rows) entries.push(await registryEntry(engine, id))
  return entries
}

/** From which stages a person may move a version to which. 'approved' is reached by signatures alone. */
const moves: Readonly<Record<Stage, readonly Stage[]>> = {
  draft: ['candidate', 'retired'],
  candidate: ['draft', 'retired'],
  approved: ['candidate', 'released', 'retired'],
  released: ['approved', 'retired'],
  retired: ['draft'],
}

/** @throws AssayError registry/stage, release/not-approved */
export async function setStage(engine: Engine, id: VersionId, stage: Stage, reason: string): Promise<RegistryEntry> {
  const { workspace } = engine
  const version = readVersion(workspace.ledger, id)
  const before = stageOf(workspace.ledger, id).stage
  if (before !== stage) {
    if (!moves[before].includes(stage)) {
      throw new AssayError({
        code: 'registry/stage',
        message: `${version.name} ${version.version} is ${before}; it cannot become ${stage} by hand.`,
        remedy:
          stage === 'approved'
            ? 'A version becomes approved when its approvers have signed.'
            : `It can become ${moves[before].join(' or ')}.`,
        where: { stage: before },
      })
    }
    if (stage === 'released' || (before === 'released' && stage === 'approved')) await assertReleasable(engine, id)
    workspace.change('stage changed', id, { from: before, to: stage, reason }, (time) =>
      putStage(workspace.ledger, id, stage, time),
    )
    engine.jobs.changed('approvals')
  }
  return registryEntry(engine, id)
}

/**
 * Names a version of a model. The champion is what others are compared with; one that was never approved here needs a
 * reason, for example that it was in production before Assay.
 * @throws AssayError registry/other-model, registry/champion-not-approved
 */
export async function setAlias(
  engine: Engine,
  request: { modelId: ModelId; alias: Alias; versionId: VersionId | null; reason: string },
): Promise<RegistryEntry[]> {
  const { workspace } = engine
  const { modelId, alias, versionId, reason } = request
  const before = aliasOf(workspace.ledger, modelId, alias)
  if (versionId) {
    const version = readVersion(workspace.ledger, versionId)
    if (version.modelId !== modelId) {
      throw new AssayError({
        code: 'registry/other-model',
        message: `${version.name} ${version.version} is a version of another model.`,
        remedy: 'An alias names a version of its own model.',
      })
    }
    const { stage } = stageOf(workspace.ledger, versionId)
    if (alias === 'champion' && stage !== 'approved' && stage !== 'released' && reason === '') {
      throw new AssayError({
        code: 'registry/champion-not-approved',
        message: `${version.name} ${version.version} is ${stage}, not approved.`,
        remedy: 'Say why it is the champion all the same; the reason goes into the audit log.',
        where: { stage },
      })
    }
  }
  workspace.change('alias changed', versionId ?? before, { alias, from: before, to: versionId, reason }, (time) => {
    if (versionId)
      workspace.ledger
        .prepare('INSERT OR REPLACE INTO model_alias (model_id, alias, version_id, since) VALUES (?, ?, ?, ?)')
        .run(modelId, alias, versionId, time)
    else workspace.ledger.prepare('DELETE FROM model_alias WHERE model_id = ? AND alias = ?').run(modelId, alias)
  })
  engine.jobs.changed('approvals')
  return listRegistry(engine, modelId)
}
