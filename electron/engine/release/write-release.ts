/** Writes a release folder from an evaluated, approved run: whole, or not at all. */
import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, open, readFile, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import canonicalize from 'canonicalize'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { ModelVersion } from '../../../shared/contract/model.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { checkApproval } from '../../../shared/serving/check-approval.ts'
import type { StandingApproval } from '../../../shared/serving/check-approval.ts'
import type { ReasonsFile } from '../../../shared/explain/reasons-file.ts'
import type { ReleaseApproval } from '../../../shared/serving/release-approval.ts'
import { releaseFiles, servedName, signatureFile } from '../../../shared/serving/release-manifest.ts'
import type { GoldenRow, InputColumn, ReleaseManifest } from '../../../shared/serving/release-manifest.ts'
import type { Trust } from '../../../shared/serving/trust.ts'
import { verifyRelease } from '../../../shared/serving/verify-release.ts'
import { decisionThreshold } from '../../../shared/scoring/decision-threshold.ts'
import type { VerifiedRelease } from '../../../shared/serving/verify-release.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { refuseTaken } from '../workspace/refuse-taken.ts'
import { notWritable } from '../workspace/write-whole.ts'
import { readPolicy } from '../approval/policies.ts'
import type { Engine } from '../engine.ts'
import { readEvidence } from '../evaluation/evidence-store.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { listChunks, readDataset, readRun, readVersion } from '../records.ts'
import { makeReasonsFile } from '../explain/reasons-file.ts'
import { hashFile } from '../workspace/content-store.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import { goldenRows } from './golden-rows.ts'
import { inputSchema } from './input-schema.ts'
import { proofs } from './proofs.ts'
import { signFiles } from './sign-files.ts'
import type { Releaser } from './sign-files.ts'

export interface ReleaseRequest {
  readonly runId: RunId
  /** A folder that is not there yet, or is empty. */
  readonly folder: string
  readonly approval: ReleaseApproval
  /** Whose approval counts; null takes the keys that the approval carries. */
  readonly trust: Trust | null
  readonly releaser: Releaser
  /** Whether the server can give the reasons for a prediction. */
  readonly reasons?: boolean
  /** A release that is only tried on this machine leaves no entry in the audit log. */
  readonly tried?: boolean
}

/** Scores of the CPU may differ in their last digits when rows meet others in a run; those of a GPU differ more. */
function toleranceOf(parity: number | null): ReleaseManifest['golden']['tolerance'] {
  return { absolute: Math.max(1e-6, 4 * (parity ?? 0)), relative: 1e-5 }
}

/** The raw columns that a caller sends, and the rows that prove that a server scores as the workbench did. */
async function rowsOf(
  engine: Engine,
  run: Run,
  dataset: Dataset,
  threshold: number | null,
): Promise<{ inputs: InputColumn[]; golden: GoldenRow[] }> {
  const { workspace } = engine
  const dataPath = workspace.files.path(dataset.data.sha256)
  const duck = await openDuck({ temporaryDirectory: join(workspace.folder, 'tmp') })
  try {
    const inputs = await inputSchema(duck, dataset, dataPath, run.binding)
    const chunks = listChunks(workspace.ledger, run.id)
    const golden = await goldenRows({
      duck,
      dataPath,
      chunkPaths: chunks.map((chunk) => join(workspace.runFolder(run.id), chunkName(chunk.number))),
      rows: run.rows,
      inputs,
      output: run.binding.output,
      threshold,
    })
    return { inputs, golden }
  } finally {
    duck.close()
  }
}

interface ManifestParts {
  readonly engine: Engine
  readonly run: Run
  readonly version: ModelVersion
  readonly dataset: Dataset
  readonly evidence: Evidence
  readonly evidenceSha256: string
  readonly approval: StandingApproval
  readonly threshold: number | null
  readonly inputs: InputColumn[]
  readonly golden: readonly GoldenRow[]
  readonly files: ReleaseManifest['files']
}

function manifestOf(parts: ManifestParts): ReleaseManifest {
  const { run, version, evidence, approval, files } = parts
  return {
    schema: 'assay.release/2',
    // The last signature's time, not the clock's: the same approved run is released as the same bytes.
    createdAt: approval.statements
      .map((statement) => statement.signedAt)
      .sort()
      .at(-1)!,
    assay: parts.engine.software.assay,
    model: {
      name: version.name,
      served: servedName(version.name),
      version: version.version,
      sha256: version.servedSha256,
    },
    binding: run.binding,
    inputs: parts.inputs,
    dialect: parts.dataset.source.dialect,
    target: evidence.dataset.target,
    threshold: parts.threshold,
    evidence: { sha256: parts.evidenceSha256, runId: run.id, scoresSha256: evidence.run.scoresSha256 },
    scoring: { batchRows: evidence.run.batchRows, threads: evidence.run.threads, device: evidence.run.device },
    golden: { rows: parts.golden.length, tolerance: toleranceOf(evidence.run.parity) },
    approval: {
      sha256: files[releaseFiles.approval]!.sha256,
      expiresAt: approval.expiresAt,
      approvers: [...approval.approvers],
    },
    files,
  }
}

/**
 * @throws AssayError run/not-evaluated, release/not-explained, release/folder-taken, release/model-altered, release/* of the approval,
 *   file/not-writable
 */
export async function writeRelease(
  engine: Engine,
  request: ReleaseRequest,
  context: JobContext,
): Promise<VerifiedRelease> {
  const folder = resolve(request.folder)
  const { workspace } = engine
  const { ledger } = workspace
  const run = readRun(ledger, request.runId)
  const { evidence, sha256: evidenceSha256 } = await readEvidence(engine, run.id)
  const version = readVersion(ledger, run.versionId)
  const dataset = readDataset(ledger, run.datasetId)
  const approval = checkApproval(
    {
      approval: request.approval,
      evidenceSha256,
      servedSha256: version.servedSha256,
      now: new Date().toISOString(),
      trusted: request.trust?.approvers ?? null,
    },
    proofs,
  )
  const policy = await readPolicy(engine, approval.policySha256).catch(() => null)
  const reasons = request.reasons ? await reasonsFor(engine, run.id) : null
  await refuseTaken(folder, 'release')
  context.progress({ step: 'Choosing golden rows', done: 0, total: 3, unit: 'steps' })
  const threshold = decisionThreshold(evidence.detail)
  const { inputs, golden } = await rowsOf(engine, run, dataset, threshold)
  context.signal.throwIfAborted()
  context.progress({ step: 'Writing the release', done: 1 })
  const temporary = join(dirname(folder), `.${basename(folder)}-${randomUUID()}.tmp`)
  try {
    await mkdir(temporary, { recursive: true })
    await copyFile(workspace.files.path(version.servedSha256), join(temporary, releaseFiles.model))
    await copyFile(workspace.files.path(evidenceSha256), join(temporary, releaseFiles.evidence))
    await writeSynced(join(temporary, releaseFiles.golden), golden.map((row) => `${JSON.stringify(row)}\n`).join(''))
    await writeSynced(join(temporary, releaseFiles.approval), canonicalize(request.approval)!)
    const files: ReleaseManifest['files'] = {}
    if (policy) await writeSynced(join(temporary, releaseFiles.policy), policy.text)
    if (reasons) await writeSynced(join(temporary, releaseFiles.reasons), JSON.stringify(reasons))
    for (const name of (await readdir(temporary)).sort()) files[name] = await hashFile(join(temporary, name))
    const manifest = manifestOf({
      engine,
      run,
      version,
      dataset,
      evidence,
      evidenceSha256,
      approval,
      threshold,
      inputs,
      golden,
      files,
    })
    await writeSynced(join(temporary, releaseFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`)
    const signed = new Map(Object.entries(files).map(([name, { sha256 }]) => [name, sha256]))
    signed.set(releaseFiles.manifest, (await hashFile(join(temporary, releaseFiles.manifest))).sha256)
    await writeSynced(join(temporary, signatureFile), signFiles('release', signed, request.releaser))
    const verified = await verifyFolder(temporary, request.trust)
    context.progress({ step: 'Writing the release', done: 2 })
    // Empty, or it would not have come this far.
    await rmdir(folder).catch(() => undefined)
    await rename(temporary, folder)
    if (request.tried) return verified
    workspace.change(
      'release written',
      run.versionId,
      {
        run: run.id,
        manifestSha256: verified.manifestSha256,
        evidenceSha256,
        by: verified.releaser.name,
        fingerprint: verified.releaser.fingerprint,
      },
      () => undefined,
    )
    return verified
  } catch (error) {
    throw error instanceof AssayError ? error : notWritable(error, folder)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** The explanation is part of the evidence, which is approved: it cannot be made up for afterwards. */
async function reasonsFor(engine: Engine, id: RunId): Promise<ReasonsFile> {
  const file = await makeReasonsFile(engine, id)
  if (file) return file
  throw new AssayError({
    code: 'release/not-explained',
    message: 'The approved evidence has no explanation of columns, so no reasons can be given for predictions.',
    remedy: `Release without reasons; or explain the run (assay explain ${id}) and have it approved again.`,
    where: { run: id },
  })
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The container's own check, on the folder as it is. @throws AssayError release/* */
export async function verifyFolder(folder: string, trust: Trust | null): Promise<VerifiedRelease> {
  const contents = new Map<string, Uint8Array>()
  for (const name of [...Object.values(releaseFiles), signatureFile]) {
    const bytes = await readFile(join(folder, name)).catch(() => null)
    if (bytes) contents.set(name, bytes)
  }
  return verifyRelease({ read: (name) => contents.get(name) ?? null, now: new Date().toISOString(), trust }, proofs)
}
