/** The rows of a run: the dataset's columns and the scores beside them. */
import { join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Column, Rows, RowsRequest } from '../../../shared/contract/dataset.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { readRows } from '../data/read-rows.ts'
import type { Engine } from '../engine.ts'
import { listChunks, readDataset, readRun } from '../records.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

/** @throws AssayError run/not-scored */
export async function readRunRows(engine: Engine, id: RunId, request: RowsRequest): Promise<Rows> {
  const { workspace } = engine
  const run = readRun(workspace.ledger, id)
  if (run.scoresSha256 === null) {
    throw new AssayError({
      code: 'run/not-scored',
      message: `The run ${id} is ${run.state}.`,
      remedy: 'Resume it first.',
    })
  }
  const dataset = readDataset(workspace.ledger, run.datasetId)
  const { output } = run.binding
  const columns: { name: string; type: Column['type']; from?: string }[] = dataset.columns.map(({ name, type }) => ({
    name,
    type,
  }))
  if (output.score !== null) {
    if (givesOneNumber(output.task)) columns.push({ name: 'prediction', type: 'float' })
    else
      output.classes.forEach((name, k) => columns.push({ name: `probability ${name}`, type: 'float', from: `p${k}` }))
  }
  if (output.label !== null) columns.push({ name: 'model label', type: 'string', from: 'label' })
  return readRows({
    sources: [
      [workspace.files.path(dataset.data.sha256)],
      listChunks(workspace.ledger, id).map((chunk) => join(workspace.runFolder(id), chunkName(chunk.number))),
    ],
    columns,
    request,
  })
}
