/** From an approved run to a release: folder, image, proof. */
import { join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { PersonId, RunId, VersionId } from '../../../shared/contract/ids.ts'
import { releaseSummarySchema } from '../../../shared/contract/release.ts'
import type { ReleaseSummary } from '../../../shared/contract/release.ts'
import type { GivenPlace } from '../../../shared/release-kit/names.ts'
import { recordFiles, servedName } from '../../../shared/serving/release-manifest.ts'
import { trustOf } from '../../../shared/serving/trust.ts'
import type { Trust, TrustFile } from '../../../shared/serving/trust.ts'
import type { VerifiedRelease } from '../../../shared/serving/verify-release.ts'
import { setStage, stageOf } from '../approval/registry.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readRun } from '../records.ts'
import { buildImage } from './image/build-image.ts'
import type { BuiltImage } from './image/build-image.ts'
import type { Architecture } from './image/oci.ts'
import { layerCache } from './image/runtime-layers.ts'
import { proofText, proveRelease, servingFolder, servingProgram } from './prove-release.ts'
import { approvalOf, readApprovalFile } from './release-approval.ts'
import { recordRelease } from './release-store.ts'
import { sealFolder, unlockReleaser } from './sign-files.ts'
import { checkPlace, writeKit } from './write-kit.ts'
import { writeRecords } from './supply-chain/write-records.ts'
import { workspaceTrust } from './workspace-trust.ts'
import { writeRelease } from './write-release.ts'
import { writeWhole } from '../workspace/write-whole.ts'

export interface ReleaseRunRequest {
  readonly runId: RunId
  readonly folder: string
  readonly approvalFile: string | null
  readonly image: {
    readonly path: string
    readonly contextPath?: string | undefined
    readonly architecture: Architecture
  } | null
  readonly prove: boolean
  /** Whether the server can give the reasons for a prediction. */
  readonly reasons: boolean
  /** Where the kit is for; null writes none. */
  readonly kit: GivenPlace | null
  /** Who signs the release. */
  readonly signer: { readonly personId: PersonId; readonly passphrase: string }
}

function summaryOf({ tag: _tag, size: _size, versions: _versions, ...image }: BuiltImage): ReleaseSummary['image'] {
  return { ...image, layers: [...image.layers], packages: [...image.packages] }
}

/** The folder stays when the image or the proof fails: it is whole, and both can be made again. */
export async function releaseRun(
  engine: Engine,
  request: ReleaseRunRequest,
  context: JobContext,
): Promise<ReleaseSummary> {
  const { folder } = request
  const { ledger } = engine.workspace
  const run = readRun(ledger, request.runId)
  if (request.kit) checkPlace(request.kit, servedName(run.model))
  const startedOn = new Date().toISOString()
  const approval = request.approvalFile ? await readApprovalFile(request.approvalFile) : await approvalOf(engine, run)
  const releaser = await unlockReleaser(engine, request.signer.personId, request.signer.passphrase)
  const { approvers } = workspaceTrust(ledger)
  const { name, fingerprint } = releaser.signer
  const trust: TrustFile = { schema: 'assay.trust/1', approvers, releasers: [{ name, fingerprint }] }
  const release = await writeRelease(
    engine,
    { runId: run.id, folder, approval, trust: trustOf(trust), releaser, reasons: request.reasons },
    context,
  )
  try {
    const image = request.image && (await imageOf(request.image, folder, release, trust, context))
    const { proof, notProved } = request.prove
      ? await proofOf(engine, { folder, release, trust: trustOf(trust), image, path: request.image?.path }, context)
      : { proof: null, notProved: 'It was not asked for.' }
    const measured = proof?.measured ?? null
    const kit = request.kit && (await writeKit({ folder, release, image, measured, place: request.kit }))
    const software = { ...engine.software }
    await writeRecords(
      { folder, release, releaser, image, servingFolder: servingFolder(), software, startedOn },
      context.signal,
    )
    if (request.approvalFile === null && proof?.ok !== false)
      await markReleased(engine, run.versionId, release.manifestSha256)
    const summary = releaseSummarySchema.parse({
      folder,
      manifestSha256: release.manifestSha256,
      goldenRows: release.golden.length,
      expiresAt: release.approval.expiresAt,
      approvers: [...release.approval.approvers],
      signedBy: name,
      image: image && summaryOf(image),
      proof,
      notProved,
      kit,
      reasons: release.reasons?.method ?? null,
    } satisfies ReleaseSummary)
    recordRelease(engine, run, summary)
    return summary
  } finally {
    await sealFolder(folder, releaser)
  }
}

/** An approved version whose release is whole is released; one with another workspace's approval keeps its stage. */
async function markReleased(engine: Engine, id: VersionId, manifestSha256: string): Promise<void> {
  if (stageOf(engine.workspace.ledger, id).stage !== 'approved') return
  await setStage(engine, id, 'released', `release ${manifestSha256.slice(0, 16)} written`)
}

function imageOf(
  image: NonNullable<ReleaseRunRequest['image']>,
  folder: string,
  release: VerifiedRelease,
  trust: TrustFile,
  context: JobContext,
): Promise<BuiltImage> {
  const request = { ...image, folder, release, trust, servingFolder: servingFolder(), layerCache: layerCache() }
  return buildImage(request, context)
}

async function proofOf(
  engine: Engine,
  request: {
    folder: string
    release: VerifiedRelease
    trust: Trust
    image: BuiltImage | null
    path?: string | undefined
  },
  context: JobContext,
): Promise<Pick<ReleaseSummary, 'proof' | 'notProved'>> {
  const { folder, image, path, release, trust } = request
  try {
    const built = image && path !== undefined ? { path, tag: image.tag, digest: image.digest } : null
    const how = { folder, release, trust, program: servingProgram(), software: { ...engine.software }, image: built }
    const proof = await proveRelease(how, context)
    await writeWhole(join(folder, recordFiles.proof), proofText(proof))
    return { proof, notProved: null }
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'release/no-node') throw error
    return { proof: null, notProved: `${error.message} ${error.remedy}` }
  }
}
