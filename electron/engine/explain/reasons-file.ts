/** The file with which reasons for new predictions are given, for an explained run. */
import type { RunId } from '../../../shared/contract/ids.ts'
import { fedColumns } from '../../../shared/explain/given-rows.ts'
import { reasonsFileSchema, writeReference } from '../../../shared/explain/reasons-file.ts'
import type { ReasonsFile } from '../../../shared/explain/reasons-file.ts'
import type { Engine } from '../engine.ts'
import { readDataset } from '../records.ts'
import { readExplanation } from './explanation-store.ts'
import { readState } from './explanation-state.ts'
import { readEvenly } from './read-rows.ts'
import { readSubject } from './subject.ts'

/** Background rows that a server mixes with a row, where the graph has no exact attributions. */
const sampledRows = 200

/** null where the run is not explained, or is one of images. @throws AssayError run/not-evaluated */
export async function makeReasonsFile(engine: Engine, id: RunId): Promise<ReasonsFile | null> {
  const explanation = await readExplanation(engine, id)
  if (!explanation) return null
  const { method, space, players, seed, stateSha256, reference } = explanation
  const shared = { schema: 'assay.reasons/1' as const, method, space, seed, players }
  if (stateSha256 !== null) {
    return reasonsFileSchema.parse({ ...shared, reference: writeReference(await readState(engine, stateSha256)) })
  }
  const { version, binding } = await readSubject(engine, id)
  const dataset = readDataset(engine.workspace.ledger, reference.datasetId)
  const { rows, columns } = await readEvenly(engine, dataset, fedColumns(version, binding), sampledRows)
  return reasonsFileSchema.parse({ ...shared, reference: writeReference({ kind: 'rows', rows, columns }) })
}
