/** Writes a version into the ledger: its number, its document and its files, in one transaction with what the log says. */
import type { ModelId, VersionId } from '../../../shared/contract/ids.ts'
import type { Binding } from '../../../shared/contract/model.ts'
import type { VersionDocument } from '../records.ts'
import type { StoredFile } from '../workspace/content-store.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { newId } from '../workspace/new-id.ts'
import type { Workspace } from '../workspace/workspace.ts'

export interface NewVersion {
  /** Of the model, which is made where there is none of that name. */
  readonly name: string
  readonly stored: StoredFile
  /** The graph that runs: `stored` itself, or what was made of it. */
  readonly served: StoredFile
  readonly externals: readonly { readonly location: string; readonly file: StoredFile }[]
  readonly document: Omit<VersionDocument, 'id' | 'modelId' | 'createdAt' | 'sha256' | 'servedSha256'>
  readonly binding: Binding | undefined
  /** For the audit log. */
  readonly event: string
  readonly detail: Readonly<Record<string, unknown>>
  /** Runs inside the transaction. */
  readonly record: (id: VersionId, time: string) => void
}

function modelNamed(ledger: Ledger, name: string, time: string): ModelId {
  const known = ledger.prepare('SELECT id FROM model WHERE name = ?').get(name) as { id: ModelId } | undefined
  if (known) return known.id
  const id = newId<ModelId>('md')
  ledger.prepare('INSERT INTO model VALUES (?, ?, ?)').run(id, name, time)
  return id
}

export function recordVersion(workspace: Workspace, version: NewVersion): VersionId {
  const { stored, served, externals, binding } = version
  const { ledger, files } = workspace
  const id = newId<VersionId>('mv')
  workspace.change(version.event, id, { ...version.detail }, (time) => {
    files.record(stored, 'model', time)
    if (served !== stored) files.record(served, 'served model', time)
    for (const { file } of externals) files.record(file, 'model data', time)
    const modelId = modelNamed(ledger, version.name, time)
    const { next } = ledger
      .prepare('SELECT coalesce(max(version), 0) + 1 AS next FROM version WHERE model_id = ?')
      .get(modelId) as { next: number }
    const document: VersionDocument = {
      id,
      modelId,
      createdAt: time,
      sha256: stored.sha256,
      servedSha256: served.sha256,
      ...version.document,
    }
    ledger
      .prepare('INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        id,
        modelId,
        next,
        time,
        stored.sha256,
        served.sha256,
        JSON.stringify(document),
        binding ? JSON.stringify(binding) : null,
        binding ? 'user' : null,
      )
    for (const { location, file } of externals)
      ledger.prepare('INSERT INTO version_file VALUES (?, ?, ?)').run(id, location, file.sha256)
    version.record(id, time)
  })
  return id
}
