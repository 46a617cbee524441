/**
 * Takes in a review package. Nothing in it is believed before it is checked: bytes against hashes, statements against
 * signatures, gate results against the evidence that they are of.
 */
import { copyFile, rm, writeFile } from 'node:fs/promises'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ReviewId } from '../../../shared/contract/ids.ts'
import { gatesSchema } from '../../../shared/contract/policy.ts'
import { reviewDocumentSchema } from '../../../shared/contract/review.ts'
import type { RequestStatement, ReviewDocument } from '../../../shared/contract/review.ts'
import { evidenceSchema } from '../../../shared/contract/run.ts'
import { mergeEvents } from '../../../shared/approval/review-state.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { StoredFile } from '../workspace/content-store.ts'
import { canonicalSha256, readCanonical } from './canonical.ts'
import { decisionEntry, followStanding } from './decide.ts'
import { statementSha256 } from './envelope.ts'
import { checkEvents, checkGates, checkStatements, mergeApprovals, mergeRounds, wrong } from './package-check.ts'
import { championName, gatesName } from './package-out.ts'
import { reviewName, withPackage } from './package-file.ts'
import type { OpenPackage } from './package-file.ts'
import { admit, findByFingerprint } from './people.ts'
import { savePolicy } from './policies.ts'
import { currentRequest, findReview, putReview, readApproval } from './review-store.ts'
import { keepFile, keepStored } from './stored-text.ts'

/** The sender must be someone this workspace knows, or someone whose fingerprint the user has just confirmed. */
function acceptSender(engine: Engine, opened: OpenPackage, trust: string | undefined): void {
  const { sender, senderEnvelope } = opened
  const known = findByFingerprint(engine.workspace.ledger, sender.fingerprint)
  if (known?.revoked) {
    throw new AssayError({
      code: 'person/revoked',
      message: `The package is signed by ${known.name}, whose key was revoked.`,
      remedy: 'Ask for a package signed with a valid key.',
      where: { person: known.id },
    })
  }
  if (known) return
  if (trust !== undefined && sender.fingerprint.startsWith(trust)) {
    admit(engine, senderEnvelope, sender.roles, 'package')
    return
  }
  throw new AssayError({
    code: 'person/unknown-key',
    message: `The package is signed by “${sender.name}”, whom this workspace does not know.`,
    remedy: `Have them read their fingerprint to you (${sender.fingerprint.slice(0, 16)}…), then import with --trust FINGERPRINT, or import their key first.`,
    where: { name: sender.name, fingerprint: sender.fingerprint },
  })
}

interface Contents {
  readonly document: ReviewDocument
  readonly asked: RequestStatement
}

async function readContents(engine: Engine, opened: OpenPackage): Promise<Contents> {
  const document = readCanonical(await opened.read(reviewName), reviewDocumentSchema, reviewName)
  const asked = currentRequest(document)
  if (document.id !== opened.manifest.reviewId || asked.round !== opened.manifest.round)
    throw wrong('The review is not the one that the manifest names.', reviewName)
  checkStatements(engine, opened, document)
  return { document, asked }
}

async function takeEntry(engine: Engine, path: string, opened: OpenPackage, name: string): Promise<StoredFile> {
  const { workspace } = engine
  const temporary = workspace.temporary('.part')
  const entry = opened.entry(name)
  if (!entry) throw wrong(`The package lacks ${name}.`, name)
  try {
    if (entry.bytes === 0) await writeFile(temporary, '')
    else
      await pipeline(
        createReadStream(path, { start: entry.offset, end: entry.offset + entry.bytes - 1 }),
        createWriteStream(temporary),
      )
    const file = await workspace.files.take(temporary)
    // Between check and copy the file on the stick may have been exchanged.
    if (file.sha256 !== opened.hashOf(name)) throw wrong(`${name} changed while it was read.`, name)
    return file
  } finally {
    await rm(temporary, { force: true })
  }
}

/** @returns the review's id. @throws AssayError package/*, person/*, proof/* */
export async function importPackage(
  engine: Engine,
  path: string,
  trust: string | undefined,
  job: JobContext,
): Promise<ReviewId> {
  job.progress({ step: 'Checking every byte', done: 0, total: null, unit: 'bytes' })
  // A copy of our own: what is checked is what is read, whatever happens to the user's file meanwhile.
  const copy = engine.workspace.temporary('.tar')
  try {
    await copyFile(path, copy).catch((error: NodeJS.ErrnoException) => {
      throw new AssayError({
        code: 'package/unreadable',
        message: `The package cannot be read (${error.code}).`,
        remedy: 'Check the path.',
      })
    })
    return await withPackage(copy, async (opened) => {
      acceptSender(engine, opened, trust)
      return opened.manifest.kind === 'review'
        ? importReview(engine, copy, opened, job)
        : importDecision(engine, copy, opened)
    })
  } finally {
    await rm(copy, { force: true })
  }
}

async function importReview(engine: Engine, path: string, opened: OpenPackage, job: JobContext): Promise<ReviewId> {
  const { workspace } = engine
  const { document, asked } = await readContents(engine, opened)
  const evidenceBytes = await opened.read('evidence.json')
  const evidence = readCanonical(evidenceBytes, evidenceSchema, 'evidence.json')
  const policyText = (await opened.read('policy.yaml')).toString('utf8')
  const gates = readCanonical(await opened.read(gatesName(asked.gatesSha256)), gatesSchema, 'the gate results')
  const champion =
    asked.championEvidenceSha256 === null
      ? null
      : readCanonical(await opened.read(championName), evidenceSchema, championName)
  const expected: readonly (readonly [string, string])[] = [
    ['evidence.json', asked.subject.evidenceSha256],
    ['policy.yaml', asked.policySha256],
    [gatesName(asked.gatesSha256), asked.gatesSha256],
    ...(asked.championEvidenceSha256 === null ? [] : [[championName, asked.championEvidenceSha256] as const]),
    ...(opened.manifest.model === 'included' ? [['model.onnx', asked.subject.servedSha256] as const] : []),
  ]
  for (const [name, sha256] of expected)
    if (opened.hashOf(name) !== sha256) throw wrong(`${name} is not what the request was signed for.`, name)
  checkGates(gates, asked, evidence, policyText, champion)
  const known = findReview(workspace.ledger, document.id)
  if (known?.origin === 'here')
    throw wrong('The review was asked for in this workspace; it needs its decision, not itself.', reviewName)
  checkEvents(engine, known?.document.events ?? [], document.events)
  await savePolicy(engine, policyText)
  job.progress({ step: 'Storing the files', done: 0, total: expected.length, unit: 'steps' })
  const files: StoredFile[] = []
  for (const [name] of expected) files.push(await takeEntry(engine, path, opened, name))
  for (const sha256 of approvalGates(document)) files.push(await takeEntry(engine, path, opened, gatesName(sha256)))
  const merged: ReviewDocument = known
    ? {
        ...document,
        rounds: mergeRounds(known.document.rounds, document.rounds),
        events: mergeEvents(known.document.events, document.events),
        approvals: mergeApprovals(known.document.approvals, document.approvals).all,
      }
    : document
  recordImport(engine, opened, merged, 'imported', files, known?.document ?? null)
  return document.id
}

const approvalGates = (document: ReviewDocument): string[] =>
  [...new Set(document.approvals.map((envelope) => readApproval(envelope).gatesSha256))].filter(
    (sha256) => sha256 !== currentRequest(document).gatesSha256,
  )

async function importDecision(engine: Engine, path: string, opened: OpenPackage): Promise<ReviewId> {
  const { workspace } = engine
  const { document } = await readContents(engine, opened)
  const known = findReview(workspace.ledger, document.id)
  if (!known) {
    throw new AssayError({
      code: 'package/other-review',
      message: 'The decision is of a review that this workspace does not know.',
      remedy: 'Import it into the workspace that asked for the review.',
      where: { review: document.id },
    })
  }
  checkEvents(engine, known.document.events, document.events)
  const { all, fresh } = mergeApprovals(known.document.approvals, document.approvals)
  const files: StoredFile[] = []
  for (const envelope of fresh) {
    const statement = readApproval(envelope)
    const name = gatesName(statement.gatesSha256)
    const gates = readCanonical(await opened.read(name), gatesSchema, 'the gate results')
    if (
      opened.hashOf(name) !== statement.gatesSha256 ||
      gates.outcome !== statement.gatesOutcome ||
      gates.evidenceSha256 !== statement.subject.evidenceSha256 ||
      gates.policySha256 !== statement.policySha256
    )
      throw wrong(`The gate results are not those that ${statement.signer.name} signed.`, name)
    files.push(await takeEntry(engine, path, opened, name))
  }
  const merged: ReviewDocument = {
    ...known.document,
    rounds: mergeRounds(known.document.rounds, document.rounds),
    events: mergeEvents(known.document.events, document.events),
    approvals: all,
  }
  recordImport(engine, opened, merged, known.origin, files, known.document)
  await followStanding(engine, { ...known, document: merged })
  return document.id
}

/** One change for what came in, and one entry for each decision, so that the log names who decided. */
function recordImport(
  engine: Engine,
  opened: OpenPackage,
  document: ReviewDocument,
  origin: 'here' | 'imported',
  files: readonly StoredFile[],
  before: ReviewDocument | null,
): void {
  const { workspace } = engine
  const knownEvents = new Set(before?.events.map((event) => event.id))
  const fresh = document.events.filter((event) => !knownEvents.has(event.id))
  workspace.ledger.transaction(() => {
    workspace.change(
      'package imported',
      document.id,
      {
        kind: opened.manifest.kind,
        from: opened.sender.name,
        fingerprint: opened.sender.fingerprint,
        events: fresh.map((event) => ({ id: event.id, sha256: canonicalSha256(event) })),
        rounds: document.rounds.slice(before?.rounds.length ?? 0).map(statementSha256),
      },
      (time) => {
        for (const file of files) keepFile(engine, document.id, file, 'review', time)
        keepStored(engine, document.id, [currentRequest(document).policySha256])
        putReview(engine, origin, document, time)
      },
    )
    for (const envelope of mergeApprovals(before?.approvals ?? [], document.approvals).fresh) {
      const statement = readApproval(envelope)
      workspace.change(
        'decision recorded',
        document.id,
        decisionEntry(envelope, statement, `package from ${opened.sender.name}`),
        () => undefined,
      )
    }
  })()
  engine.jobs.changed('approvals')
}
