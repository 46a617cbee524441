/** Writes a review package: to the reviewer, or with the decision back to the author. */
import { stat, rm } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { PersonId, ReviewId } from '../../../shared/contract/ids.ts'
import type { Envelope } from '../../../shared/contract/person.ts'
import type { ReviewDocument } from '../../../shared/contract/review.ts'
import { htmlReport } from '../../../shared/report/html-report.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { hashFile, moveInto } from '../workspace/content-store.ts'
import { canonicalText, sha256Of } from './canonical.ts'
import { addCheckpoint } from './checkpoint.ts'
import { keyIdOf, signStatement } from './envelope.ts'
import { evidenceByHash } from './gates.ts'
import { findByFingerprint, identityEnvelope, signerOf, signingKey } from './people.ts'
import { manifestName, peopleName, reviewName } from './package-file.ts'
import type { ManifestStatement } from './package-file.ts'
import { currentRequest, readApproval, readReview } from './review-store.ts'
import { writeTar } from './tar.ts'
import type { TarSource } from './tar.ts'
import { notWritable } from '../workspace/write-whole.ts'

export interface PackageRequest {
  readonly reviewId: ReviewId
  readonly personId: PersonId
  readonly passphrase: string
  readonly kind: 'review' | 'decision'
  readonly includeModel: boolean
  readonly path: string
}

export const gatesName = (sha256: string): string => `gates-${sha256}.json`
export const championName = 'champion-evidence.json'

/** The identities of everyone whose signature is in the review, the sender's first. */
function peopleOf(engine: Engine, sender: PersonId, document: ReviewDocument): Envelope[] {
  const { ledger } = engine.workspace
  const behind = document.approvals.flatMap((envelope) => readApproval(envelope).onBehalfOf?.fingerprint ?? [])
  const prints = [...[...document.rounds, ...document.approvals].map(keyIdOf), ...behind]
  const ids = [sender, ...prints.map((print) => findByFingerprint(ledger, print)?.id)].filter((id) => id !== undefined)
  return [...new Set(ids)].map((id) => identityEnvelope(ledger, id))
}

/** The graph that runs, where it is one file; weights beside it are named by hash alone. */
async function modelSource(engine: Engine, sha256: string): Promise<TarSource | null> {
  const { ledger, files } = engine.workspace
  const external = ledger
    .prepare('SELECT 1 FROM version_file f JOIN version v ON v.id = f.version_id WHERE v.served_sha256 = ?')
    .get(sha256)
  const info = external ? null : await stat(files.path(sha256)).catch(() => null)
  return info ? { name: 'model.onnx', path: files.path(sha256), bytes: info.size } : null
}

async function sourcesOf(engine: Engine, request: PackageRequest, document: ReviewDocument): Promise<TarSource[]> {
  const asked = currentRequest(document)
  const { files } = engine.workspace
  const stored = async (name: string, sha256: string): Promise<TarSource> => {
    const info = await stat(files.path(sha256))
    return { name, path: files.path(sha256), bytes: info.size }
  }
  const json = (name: string, value: unknown): TarSource => ({ name, content: Buffer.from(canonicalText(value)) })
  const gates = [
    ...new Set([asked.gatesSha256, ...document.approvals.map((envelope) => readApproval(envelope).gatesSha256)]),
  ]
  const sources = [
    json(peopleName, peopleOf(engine, request.personId, document)),
    json(reviewName, document),
    ...(await Promise.all(gates.map((sha256) => stored(gatesName(sha256), sha256)))),
  ]
  if (request.kind === 'decision') return sources
  const evidence = await evidenceByHash(engine, asked.subject.evidenceSha256)
  sources.push(
    await stored('evidence.json', asked.subject.evidenceSha256),
    await stored('policy.yaml', asked.policySha256),
    ...(asked.championEvidenceSha256 === null ? [] : [await stored(championName, asked.championEvidenceSha256)]),
    { name: 'report.html', content: Buffer.from(htmlReport(evidence, asked.subject.evidenceSha256)) },
  )
  const model = request.includeModel ? await modelSource(engine, asked.subject.servedSha256) : null
  return model ? [...sources, model] : sources
}

/** @throws AssayError person/*, review/unknown, file/not-writable */
export async function exportPackage(engine: Engine, request: PackageRequest, job: JobContext): Promise<void> {
  const { workspace } = engine
  const { document } = readReview(workspace.ledger, request.reviewId)
  const { person, key } = await signingKey(engine, request.personId, request.passphrase)
  job.progress({ step: 'Hashing the files', done: 0, total: null, unit: 'bytes' })
  const sources = await sourcesOf(engine, request, document)
  const named: ManifestStatement['files'] = []
  for (const source of sources) {
    if ('content' in source)
      named.push({ name: source.name, bytes: source.content.length, sha256: sha256Of(source.content) })
    else named.push({ name: source.name, ...(await hashFile(source.path, job.signal)) })
  }
  const manifest: ManifestStatement = {
    schema: 'assay.package/1',
    kind: request.kind,
    reviewId: document.id,
    round: currentRequest(document).round,
    model: sources.some((source) => source.name === 'model.onnx') ? 'included' : 'digest',
    createdAt: new Date().toISOString(),
    sender: signerOf(person),
    files: named,
  }
  const envelope = canonicalText(signStatement('package', manifest, key))
  const all: TarSource[] = [{ name: manifestName, content: Buffer.from(envelope) }, ...sources]
  const total = named.reduce((sum, file) => sum + file.bytes, envelope.length)
  let done = 0
  const temporary = join(dirname(request.path), `.assay-${randomUUID()}.tmp`)
  try {
    await writeTar(temporary, all, job.signal, (bytes) => {
      done += bytes
      job.progress({ step: 'Writing the package', done, total })
    })
    await moveInto(temporary, request.path)
  } catch (error) {
    throw job.signal.aborted ? error : notWritable(error, request.path)
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined)
  }
  workspace.change(
    'package written',
    document.id,
    { kind: request.kind, by: person.name, manifestSha256: sha256Of(envelope), model: manifest.model },
    () => undefined,
  )
  addCheckpoint(engine, person, key)
  engine.jobs.changed('approvals')
}
