/** From an approved run to a release: folder, image, proof. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { releaseSummarySchema } from '../../../shared/contract/release.ts'
import type { ReleaseSummary } from '../../../shared/contract/release.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readRun } from '../records.ts'
import { buildImage } from './image/build-image.ts'
import type { BuiltImage } from './image/build-image.ts'
import type { Architecture } from './image/oci.ts'
import { layerCache } from './image/runtime-layers.ts'
import { proveRelease, servingFolder, servingProgram } from './prove-release.ts'
import { approvalOf, readApprovalFile } from './release-approval.ts'
import { writeRelease } from './write-release.ts'

export interface ReleaseRunRequest {
  readonly runId: RunId
  readonly folder: string
  readonly approvalFile: string | null
  readonly image: { readonly path: string; readonly architecture: Architecture } | null
  readonly prove: boolean
}

function summaryOf({ tag: _, ...image }: BuiltImage): ReleaseSummary['image'] {
  return { ...image, layers: [...image.layers], packages: [...image.packages] }
}

/** The folder stays when the image or the proof fails: it is whole, and both can be made again. */
export async function releaseRun(
  engine: Engine,
  request: ReleaseRunRequest,
  context: JobContext,
): Promise<ReleaseSummary> {
  const { folder } = request
  const run = readRun(engine.workspace.ledger, request.runId)
  const approval = request.approvalFile ? await readApprovalFile(request.approvalFile) : await approvalOf(engine, run)
  const release = await writeRelease(engine, { runId: run.id, folder, approval }, context)
  let image: BuiltImage | null = null
  if (request.image) {
    const { path, architecture } = request.image
    image = await buildImage(
      { folder, release, path, architecture, servingFolder: servingFolder(), layerCache: layerCache() },
      context,
    )
  }
  let proof: ReleaseSummary['proof'] = null
  let notProved: string | null = request.prove ? null : 'It was not asked for.'
  if (request.prove) {
    try {
      proof = await proveRelease(
        {
          folder,
          release,
          program: servingProgram(),
          software: { ...engine.software },
          image: image && request.image ? { path: request.image.path, tag: image.tag, digest: image.digest } : null,
        },
        context,
      )
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== 'release/no-node') throw error
      notProved = `${error.message} ${error.remedy}`
    }
  }
  return releaseSummarySchema.parse({
    folder,
    manifestSha256: release.manifestSha256,
    goldenRows: release.golden.length,
    expiresAt: release.approval.expiresAt,
    approvers: [...release.approval.approvers],
    image: image && summaryOf(image),
    proof,
    notProved,
  } satisfies ReleaseSummary)
}
