/** Keeps a binding with a version: from then on its runs use it. */
import type { DatasetId, VersionId } from '../../../shared/contract/ids.ts'
import type { Binding } from '../../../shared/contract/model.ts'
import type { Engine } from '../engine.ts'
import { readDataset, readVersion } from '../records.ts'
import { tryBinding } from './try-binding.ts'

/** @throws AssayError binding/*, where ten rows of the dataset do not run */
export async function saveBinding(
  engine: Engine,
  versionId: VersionId,
  datasetId: DatasetId,
  binding: Binding,
): Promise<void> {
  const { ledger } = engine.workspace
  await tryBinding(engine, readVersion(ledger, versionId), readDataset(ledger, datasetId), binding)
  engine.workspace.change('binding saved', versionId, { dataset: datasetId }, () => {
    ledger
      .prepare("UPDATE version SET binding = ?, binding_origin = 'user' WHERE id = ?")
      .run(JSON.stringify(binding), versionId)
  })
  engine.jobs.changed('models')
}
