/** A version whose weights take a half or a quarter of the room: a new version, to be scored and approved as any other. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { RunId, VersionId } from '../../../shared/contract/ids.ts'
import type { WeightType } from '../../../shared/contract/model.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { shrinkWeights } from '../../../shared/onnx/shrink-weights.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readRun, readVersion } from '../records.ts'
import { importModel } from './import-model.ts'

/**
 * @param runId of the version that is made smaller; the new one is bound as that run was
 * @returns the new version's id
 * @throws AssayError shrink/nothing, shrink/opset, and what importing throws
 */
export async function shrinkVersion(
  engine: Engine,
  runId: RunId,
  to: WeightType,
  context: JobContext,
): Promise<VersionId> {
  const { workspace } = engine
  const { ledger } = workspace
  const run = readRun(ledger, runId)
  const version = readVersion(ledger, run.versionId)
  const served = await readFile(workspace.files.path(version.servedSha256))
  const { bytes, tensors, weights } = shrinkWeights(readModel(served), to)
  const folder = workspace.temporary('.smaller')
  try {
    await mkdir(folder, { recursive: true })
    const path = join(folder, 'model.onnx')
    await writeFile(path, bytes)
    const what = `${formatCount(weights)} weights in ${plural(tensors, 'tensor')} as ${to}`
    const sizes = `${formatCount(served.length)} to ${formatCount(bytes.length)} bytes`
    return await importModel(
      engine,
      path,
      {
        name: version.name,
        binding: run.binding,
        derived: {
          fileName: `${basename(version.fileName, extname(version.fileName))}-${to}.onnx`,
          edits: [...version.edits, `Kept ${what} of version ${version.version}: ${sizes}.`],
          findings: [
            {
              code: 'shrink/rounded',
              severity: 'note',
              message: `This version rounds the weights of version ${version.version} to ${to}.`,
              remedy: 'Its scores differ: score the same data with both and compare them.',
              where: { parent: version.id, weights },
            },
          ],
          event: 'weights made smaller',
          detail: { parent: version.id, run: run.id, to, tensors, weights },
          record: (id) => {
            const lineage = { parents: [{ versionId: version.id, kind: 'quantized', note: what }], datasets: [] }
            ledger
              .prepare('INSERT INTO version_lineage (version_id, document) VALUES (?, ?)')
              .run(id, JSON.stringify(lineage))
          },
        },
      },
      context,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
