/**
 * Whether a release folder is what was approved and released. The release's signature covers the manifest and each file
 * that it names; the approvers' cover the evidence, the model file and the policy; the evidence covers binding, threshold
 * and input columns. Asked at every start of the container, and by whoever wants to know.
 */
import canonicalize from 'canonicalize'
import type { z } from 'zod'
import { AssayError } from '../contract/errors.ts'
import { explanationSchema } from '../contract/explain.ts'
import { evidenceSchema } from '../contract/run.ts'
import type { Evidence } from '../contract/run.ts'
import type { Signer } from '../contract/person.ts'
import { reasonsFileSchema } from '../explain/reasons-file.ts'
import type { ReasonsFile } from '../explain/reasons-file.ts'
import { checkApproval } from './check-approval.ts'
import type { Proofs, StandingApproval } from './check-approval.ts'
import { releaseApprovalSchema } from './release-approval.ts'
import { goldenRowSchema, releaseFiles, releaseManifestSchema, signatureFile } from './release-manifest.ts'
import type { GoldenRow, ReleaseManifest } from './release-manifest.ts'
import { readSignedFiles } from './signed-files.ts'
import type { SignedFiles } from './signed-files.ts'
import type { Trust } from './trust.ts'
import { boundColumns } from '../scoring/bound-columns.ts'
import { decisionThreshold } from '../scoring/decision-threshold.ts'

export interface VerifyRequest {
  /** Content of a file of the folder; null where it is not there. */
  read(name: string): Uint8Array | null
  readonly now: string
  /** Whose signatures count; null takes the keys that the release carries. */
  readonly trust: Trust | null
}

export interface VerifiedRelease {
  readonly manifest: ReleaseManifest
  readonly manifestSha256: string
  readonly evidence: Evidence
  readonly approval: StandingApproval
  /** Who signed the release. */
  readonly releaser: Signer
  readonly golden: readonly GoldenRow[]
  /** null where the release gives no reasons. */
  readonly reasons: ReasonsFile | null
  /** The bytes that were hashed are the bytes to run. */
  readonly model: Uint8Array
}

const neededFiles = [releaseFiles.model, releaseFiles.evidence, releaseFiles.golden, releaseFiles.approval]

const again = 'Release the model again, or restore the folder from a copy.'

function refuse(code: string, message: string, where: Record<string, string | number> = {}): never {
  throw new AssayError({ code: `release/${code}`, message, remedy: again, where })
}

function parse<T>(text: () => string, schema: z.ZodType<T>, name: string): T {
  let value: unknown
  try {
    value = JSON.parse(text())
  } catch {
    refuse('not-valid', `${name} is not JSON.`, { file: name })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.map(String).join('.') ?? ''
  return refuse('not-valid', `${name} is not what it should be: ${place} ${issue?.message ?? ''}`, {
    file: name,
    place,
  })
}

/** The release's own signature: before anything else is read. */
function checkSignature(manifest: Uint8Array, request: VerifyRequest, proofs: Proofs): SignedFiles {
  const bytes = request.read(signatureFile)
  if (!bytes) refuse('not-signed', `There is no ${signatureFile}: nobody signed this release.`, { file: signatureFile })
  const signed = readSignedFiles(bytes, 'release', signatureFile, proofs)
  const { name, fingerprint } = signed.signer
  if (request.trust && !request.trust.releasers.includes(fingerprint))
    throw new AssayError({
      code: 'release/not-trusted',
      message: `${name} (${fingerprint.slice(0, 16)}…), who signed the release, is not trusted here to do so.`,
      remedy: 'Check who signed, then add the fingerprint to the trust file or to ASSAY_TRUSTED_RELEASERS.',
    })
  if (signed.files.get(releaseFiles.manifest) !== proofs.sha256(manifest))
    refuse('file-altered', `${releaseFiles.manifest} is not what ${name} signed.`, { file: releaseFiles.manifest })
  return signed
}

/** @throws AssayError release/*, naming what does not fit */
export function verifyRelease(request: VerifyRequest, proofs: Proofs): VerifiedRelease {
  const manifestBytes = request.read(releaseFiles.manifest)
  if (!manifestBytes) refuse('no-manifest', `There is no ${releaseFiles.manifest}: this is no release folder.`)
  const signed = checkSignature(manifestBytes, request, proofs)
  const manifest = parse(() => proofs.text(manifestBytes), releaseManifestSchema, releaseFiles.manifest)
  const contents = new Map<string, Uint8Array>()
  for (const name of neededFiles)
    if (!manifest.files[name]) refuse('file-missing', `${name} is not in the manifest.`, { file: name })
  for (const [name, facts] of Object.entries(manifest.files)) {
    const bytes = request.read(name)
    if (!bytes) refuse('file-missing', `${name} is missing.`, { file: name })
    if (bytes.length !== facts.bytes || proofs.sha256(bytes) !== facts.sha256)
      refuse('file-altered', `${name} is not the file that was released: its SHA-256 differs.`, { file: name })
    if (signed.files.get(name) !== facts.sha256)
      refuse('file-altered', `${name} is not the file that ${signed.signer.name} signed.`, { file: name })
    contents.set(name, bytes)
  }
  const hash = (name: string): string => manifest.files[name]!.sha256
  const content = (name: string) => () => proofs.text(contents.get(name)!)
  const evidence = parse(content(releaseFiles.evidence), evidenceSchema, releaseFiles.evidence)
  checkAgainstEvidence(manifest, evidence, proofs, hash)
  const approval = checkApproval(
    {
      approval: parse(content(releaseFiles.approval), releaseApprovalSchema, releaseFiles.approval),
      evidenceSha256: hash(releaseFiles.evidence),
      servedSha256: hash(releaseFiles.model),
      now: request.now,
      trusted: request.trust?.approvers ?? null,
    },
    proofs,
  )
  if (approval.expiresAt !== manifest.approval.expiresAt)
    refuse('other-expiry', `The approval ends at ${approval.expiresAt}, not at ${manifest.approval.expiresAt}.`)
  if (contents.has(releaseFiles.policy) && hash(releaseFiles.policy) !== approval.policySha256)
    refuse('other-policy', `${releaseFiles.policy} is not the policy that the approvers signed under.`)
  return {
    manifest,
    manifestSha256: proofs.sha256(manifestBytes),
    evidence,
    approval,
    releaser: signed.signer,
    golden: readGolden(content(releaseFiles.golden)(), manifest),
    reasons: contents.has(releaseFiles.reasons)
      ? readReasons(parse(content(releaseFiles.reasons), reasonsFileSchema, releaseFiles.reasons), evidence)
      : null,
    model: contents.get(releaseFiles.model)!,
  }
}

function checkAgainstEvidence(
  manifest: ReleaseManifest,
  evidence: Evidence,
  proofs: Proofs,
  hash: (name: string) => string,
): void {
  if (hash(releaseFiles.evidence) !== manifest.evidence.sha256)
    refuse('other-evidence', 'evidence.json is not the evidence that the manifest names.')
  if (hash(releaseFiles.approval) !== manifest.approval.sha256)
    refuse('other-approval', 'approval.json is not the approval that the manifest names.')
  if (hash(releaseFiles.model) !== manifest.model.sha256 || evidence.model.servedSha256 !== manifest.model.sha256)
    refuse('other-model', 'The evidence was computed with another model file.')
  if (proofs.sha256(canonicalize(manifest.binding)!) !== evidence.model.bindingSha256)
    refuse('other-binding', 'The evidence was computed with another binding.')
  const threshold = decisionThreshold(evidence.detail)
  if (manifest.threshold !== threshold)
    refuse('other-threshold', `The evidence was computed at the threshold ${threshold}, not at ${manifest.threshold}.`)
  for (const column of manifest.inputs) {
    const evaluated = evidence.dataset.columns.find((entry) => entry.name === column.name)
    if (evaluated?.type !== column.type)
      refuse('other-schema', `The column "${column.name}" was evaluated as ${evaluated?.type ?? 'nothing'}.`, {
        column: column.name,
      })
  }
  const absent = boundColumns(manifest.binding).find((name) => !manifest.inputs.some((column) => column.name === name))
  if (absent !== undefined) refuse('other-schema', `The bound column "${absent}" is not in the input schema.`)
}

/** Reasons are those of the explanation that the approvers saw. */
function readReasons(file: ReasonsFile, { sections }: Evidence): ReasonsFile {
  const explained = explanationSchema.safeParse(sections?.['explanation'])
  const facts = ({ method, space, seed, players }: Pick<ReasonsFile, 'method' | 'space' | 'seed' | 'players'>) =>
    canonicalize({ method, space, seed, players })
  if (!explained.success || facts(explained.data) !== facts(file))
    refuse('other-reasons', `${releaseFiles.reasons} is not of the explanation in the evidence.`)
  return file
}

function readGolden(text: string, manifest: ReleaseManifest): GoldenRow[] {
  const lines = text.split('\n').filter(Boolean)
  const rows = lines.map((line) => parse(() => line, goldenRowSchema, releaseFiles.golden))
  if (rows.length !== manifest.golden.rows)
    refuse('not-valid', `There are ${rows.length} golden rows, not ${manifest.golden.rows}.`)
  return rows
}
