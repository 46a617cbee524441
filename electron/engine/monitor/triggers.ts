/** The triggers of a version: the usual ones, or what was set. */
import type { VersionId } from '../../../shared/contract/ids.ts'
import type { Triggers } from '../../../shared/contract/monitor-triggers.ts'
import { defaultTriggers, parseTriggers } from '../../../shared/monitor/default-triggers.ts'
import { sha256Of } from '../approval/canonical.ts'
import type { Engine } from '../engine.ts'
import { readVersion } from '../records.ts'

export interface SetTriggers {
  readonly yaml: string
  readonly usual: boolean
  readonly triggers: Triggers
}

export function triggersOf({ workspace }: Engine, versionId: VersionId): SetTriggers {
  readVersion(workspace.ledger, versionId)
  const row = workspace.ledger.prepare('SELECT yaml FROM monitor_triggers WHERE version_id = ?').get(versionId) as
    { yaml: string } | undefined
  const yaml = row?.yaml ?? defaultTriggers
  return { yaml, usual: row === undefined, triggers: parseTriggers(yaml) }
}

/** @throws AssayError monitor/triggers, model/unknown */
export function setTriggers(engine: Engine, versionId: VersionId, yaml: string): SetTriggers {
  const { workspace } = engine
  readVersion(workspace.ledger, versionId)
  parseTriggers(yaml)
  workspace.change('triggers set', versionId, { sha256: sha256Of(yaml) }, () => {
    workspace.ledger
      .prepare('INSERT OR REPLACE INTO monitor_triggers (version_id, yaml) VALUES (?, ?)')
      .run(versionId, yaml)
  })
  engine.jobs.changed('monitor')
  return triggersOf(engine, versionId)
}
