/**
 * Whether a release folder is what was approved. The signature covers the evidence and the model file; the evidence
 * covers binding, threshold and input columns; so a change of any of them is found. Asked at every start of the
 * container, and by whoever wants to know.
 */
import canonicalize from 'canonicalize'
import type { z } from 'zod'
import { AssayError } from '../contract/errors.ts'
import { evidenceSchema } from '../contract/run.ts'
import type { Evidence } from '../contract/run.ts'
import { checkApproval } from './check-approval.ts'
import type { Proofs, StandingApproval } from './check-approval.ts'
import { releaseApprovalSchema } from './release-approval.ts'
import { goldenRowSchema, releaseFiles, releaseManifestSchema } from './release-manifest.ts'
import type { GoldenRow, ReleaseManifest } from './release-manifest.ts'
import { boundColumns } from '../scoring/bound-columns.ts'

export interface VerifyRequest {
  /** Content of a file of the folder; null where it is not there. */
  read(name: string): Uint8Array | null
  readonly now: string
  /** Fingerprints of the keys that may approve; null takes those that the release carries. */
  readonly trusted: readonly string[] | null
}

export interface VerifiedRelease {
  readonly manifest: ReleaseManifest
  readonly manifestSha256: string
  readonly evidence: Evidence
  readonly approval: StandingApproval
  readonly golden: readonly GoldenRow[]
  /** The bytes that were hashed are the bytes to run. */
  readonly model: Uint8Array
}

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

/** @throws AssayError release/*, naming what does not fit */
export function verifyRelease(request: VerifyRequest, proofs: Proofs): VerifiedRelease {
  const manifestBytes = request.read(releaseFiles.manifest)
  if (!manifestBytes) refuse('no-manifest', `There is no ${releaseFiles.manifest}: this is no release folder.`)
  const manifest = parse(() => proofs.text(manifestBytes), releaseManifestSchema, releaseFiles.manifest)
  const contents = new Map<string, Uint8Array>()
  for (const name of [releaseFiles.model, releaseFiles.evidence, releaseFiles.golden, releaseFiles.approval]) {
    const facts = manifest.files[name]
    const bytes = request.read(name)
    if (!facts || !bytes) refuse('file-missing', `${name} is missing.`, { file: name })
    if (bytes.length !== facts.bytes || proofs.sha256(bytes) !== facts.sha256)
      refuse('file-altered', `${name} is not the file that was released: its SHA-256 differs.`, { file: name })
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
      trusted: request.trusted,
    },
    proofs,
  )
  if (approval.expiresAt !== manifest.approval.expiresAt)
    refuse('other-expiry', `The approval ends at ${approval.expiresAt}, not at ${manifest.approval.expiresAt}.`)
  return {
    manifest,
    manifestSha256: proofs.sha256(manifestBytes),
    evidence,
    approval,
    golden: readGolden(content(releaseFiles.golden)(), manifest),
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
  const threshold = evidence.detail.kind === 'binary' ? evidence.detail.threshold : null
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

function readGolden(text: string, manifest: ReleaseManifest): GoldenRow[] {
  const lines = text.split('\n').filter(Boolean)
  const rows = lines.map((line) => parse(() => line, goldenRowSchema, releaseFiles.golden))
  if (rows.length !== manifest.golden.rows)
    refuse('not-valid', `There are ${rows.length} golden rows, not ${manifest.golden.rows}.`)
  return rows
}
