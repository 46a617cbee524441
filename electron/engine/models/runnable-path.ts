import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { VersionId } from '../../../shared/contract/ids.ts'
import type { Engine } from '../engine.ts'
import { copyInto, graphName } from './external-data.ts'

/**
 * A path at which ONNX Runtime can open a version: the stored file itself, or, where the weights are external, a folder
 * with the names that the graph asks for. That folder is made once while the workspace is open, and swept with tmp/.
 */
export async function runnablePath(engine: Engine, versionId: VersionId, servedSha256: string): Promise<string> {
  const { workspace } = engine
  const externals = workspace.ledger
    .prepare('SELECT location, sha256 FROM version_file WHERE version_id = ?')
    .all(versionId) as { location: string; sha256: string }[]
  if (externals.length === 0) return workspace.files.path(servedSha256)
  const folder = join(workspace.folder, 'tmp', `served-${versionId}`)
  const path = join(folder, graphName)
  if (await stat(folder).catch(() => null)) return path
  const making = workspace.temporary('.served')
  for (const external of [...externals, { location: graphName, sha256: servedSha256 }]) {
    await copyInto(making, external.location, workspace.files.path(external.sha256))
  }
  await rename(making, folder).catch(async (error: unknown) => {
    // Another call was first; its folder is the same.
    await rm(making, { recursive: true, force: true })
    if (!(await stat(folder).catch(() => null))) throw error
  })
  return path
}
