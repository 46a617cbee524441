/**
 * Proves a whole workspace: the log, every stored file, the scores, and that what the ledger says of versions, runs and
 * reviews is what the log says was done. SQLite's pages have no hash of their own, so rows are held against the log.
 */
import type { Proof } from '../../../shared/contract/approval.ts'
import { reviewDocumentSchema } from '../../../shared/contract/review.ts'
import type { ReviewDocument } from '../../../shared/contract/review.ts'
import { plural } from '../../../shared/format/number.ts'
import type { Engine } from '../engine.ts'
import { listRuns } from '../records.ts'
import { iterateAudit } from '../workspace/audit.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { canonicalSha256 } from './canonical.ts'
import { verifyCheckpoints } from './checkpoint.ts'
import { isSignedBy, keyIdOf, statementSha256 } from './envelope.ts'
import { verifyPeople } from './people-proof.ts'
import { findByFingerprint, listPeople } from './people.ts'
import { stageOf } from './registry.ts'

interface LogRow {
  subject: string
  detail: string
}

/** Entries of these kinds, oldest first. */
function logged(ledger: Ledger, ...events: readonly string[]): { subject: string; detail: Record<string, unknown> }[] {
  const rows = ledger
    .prepare(`SELECT subject, detail FROM audit WHERE event IN (${events.map(() => '?').join(', ')}) ORDER BY sequence`)
    .all(...events) as LogRow[]
  return rows.map((row) => ({ subject: row.subject, detail: JSON.parse(row.detail) as Record<string, unknown> }))
}

/** What the log says that a review must hold: each decision, remark and request, with its hash. */
function verifyReviews(ledger: Ledger): { reviews: number; signatures: number; problems: string[] } {
  const problems: string[] = []
  const documents = new Map<string, ReviewDocument>()
  let signatures = 0
  const rows = ledger.prepare('SELECT id, document FROM review').all() as { id: string; document: string }[]
  for (const { id, document: text } of rows) {
    const parsed = reviewDocumentSchema.safeParse(JSON.parse(text))
    if (!parsed.success) problems.push(`The review ${id} was changed and cannot be read.`)
    else documents.set(id, parsed.data)
  }
  const expected = new Map<string, Set<string>>()
  const expect = (review: string, sha256: unknown): void => {
    if (typeof sha256 === 'string') expected.set(review, (expected.get(review) ?? new Set()).add(sha256))
  }
  for (const { subject, detail } of logged(ledger, 'review asked for', 'decision recorded'))
    expect(subject, detail['statement'])
  for (const { subject, detail } of logged(ledger, 'review remark', 'package imported')) {
    for (const remark of (detail['events'] as { sha256: string }[] | undefined) ?? []) expect(subject, remark.sha256)
    for (const round of (detail['rounds'] as string[] | undefined) ?? []) expect(subject, round)
  }
  for (const [id, document] of documents) {
    const envelopes = [...document.rounds, ...document.approvals]
    const held = new Set([...envelopes.map(statementSha256), ...document.events.map(canonicalSha256)])
    const known = expected.get(id) ?? new Set()
    for (const sha256 of known)
      if (!held.has(sha256))
        problems.push(`The review ${id} lacks or has changed what the log recorded as ${sha256.slice(0, 16)}.`)
    for (const sha256 of held)
      if (!known.has(sha256))
        problems.push(`The review ${id} holds something that the log does not know (${sha256.slice(0, 16)}).`)
    for (const envelope of envelopes) {
      const person = findByFingerprint(ledger, keyIdOf(envelope))
      signatures++
      if (person && !isSignedBy(envelope, person.publicKey))
        problems.push(`A statement of ${person.name} in the review ${id} was changed after it was signed.`)
    }
  }
  for (const id of expected.keys()) if (!rows.some((row) => row.id === id)) problems.push(`The review ${id} is gone.`)
  return { reviews: rows.length, signatures, problems }
}

/** Stages and evidence as the log last gave them. */
function verifyPointers(ledger: Ledger): string[] {
  const problems: string[] = []
  const stages = new Map<string, unknown>()
  for (const { subject, detail } of logged(ledger, 'stage changed')) stages.set(subject, detail['to'])
  for (const [id, stage] of stages) {
    const exists = ledger.prepare('SELECT 1 FROM version WHERE id = ?').get(id)
    if (exists && stageOf(ledger, id as Parameters<typeof stageOf>[1]).stage !== stage)
      problems.push(`The version ${id} is not on the stage that the log gives: ${String(stage)}.`)
  }
  const find = ledger.prepare(
    `SELECT json_extract(detail, '$.evidenceSha256') AS sha256 FROM audit WHERE subject = ?
     AND json_extract(detail, '$.evidenceSha256') IS NOT NULL AND event NOT IN ('gates judged', 'run removed')
     ORDER BY sequence DESC LIMIT 1`,
  )
  for (const run of listRuns(ledger)) {
    const entry = find.get(run.id) as { sha256: string } | undefined
    if (run.evidenceSha256 !== null && entry?.sha256 !== run.evidenceSha256)
      problems.push(`The run ${run.id} points at other evidence than the log.`)
  }
  return problems
}

export async function proveWorkspace(engine: Engine): Promise<Proof> {
  const { workspace } = engine
  const { ledger } = workspace
  const pages = (ledger.pragma('integrity_check') as { integrity_check: string }[]).map((row) => row.integrity_check)
  const stored = await workspace.verify()
  const checkpoints = verifyCheckpoints(ledger)
  const reviews = verifyReviews(ledger)
  const problems = [
    ...pages.filter((text) => text !== 'ok').map((text) => `The ledger: ${text}`),
    ...stored.problems,
    ...checkpoints.problems,
    ...verifyPeople(ledger, iterateAudit(ledger)),
    ...reviews.problems,
    ...verifyPointers(ledger),
  ]
  return {
    kind: 'workspace',
    ok: problems.length === 0,
    problems,
    found: [
      plural(stored.entries, 'audit entry', 'audit entries'),
      plural(stored.files, 'file'),
      plural(reviews.reviews, 'review'),
      plural(reviews.signatures, 'signed statement'),
      plural(checkpoints.checked, 'signed checkpoint'),
      plural(listPeople(ledger).length, 'person', 'people'),
    ],
    entries: stored.entries,
    files: stored.files,
    signer: null,
  }
}
