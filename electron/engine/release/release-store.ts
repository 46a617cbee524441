/** The releases that this workspace has written, and whether each may still be served. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunId, VersionId } from '../../../shared/contract/ids.ts'
import { releaseSummarySchema } from '../../../shared/contract/release.ts'
import type { ReleaseEntry, ReleaseId, ReleaseSummary } from '../../../shared/contract/release.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { releaseFiles } from '../../../shared/serving/release-manifest.ts'
import { standingOfReview } from '../approval/releasable.ts'
import { reviewsOfVersion } from '../approval/review-store.ts'
import type { Engine } from '../engine.ts'
import { newId } from '../workspace/new-id.ts'

export function recordRelease(engine: Engine, run: Run, summary: ReleaseSummary): void {
  const { workspace, jobs } = engine
  const id = newId<ReleaseId>('rel')
  const { manifestSha256, image } = summary
  workspace.change(
    'release recorded',
    run.versionId,
    { release: id, manifestSha256, image: image?.digest ?? null },
    (time) =>
      workspace.ledger
        .prepare(
          `INSERT INTO release (id, written_at, run_id, version_id, model, version, evidence_sha256, summary)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(id, time, run.id, run.versionId, run.model, run.version, run.evidenceSha256, JSON.stringify(summary)),
  )
  jobs.changed('approvals')
}

interface Row {
  readonly id: ReleaseId
  readonly written_at: string
  readonly run_id: RunId
  readonly version_id: VersionId
  readonly model: string
  readonly version: number
  readonly evidence_sha256: string
  readonly summary: string
}

/** Reasons why an approval of this evidence no longer stands here; null where one does, or where none was given here. */
async function whyNotApproved(engine: Engine, row: Row): Promise<string | null> {
  const reasons: string[] = []
  for (const review of reviewsOfVersion(engine.workspace.ledger, row.version_id)) {
    const { request, standing } = await standingOfReview(engine, review)
    if (request.subject.evidenceSha256 !== row.evidence_sha256) continue
    if (standing.state === 'approved') return null
    reasons.push(...standing.reasons)
  }
  return reasons.length > 0 ? reasons.join(' ') : null
}

/** Null where the folder is as it was written, as far as its manifest says. */
async function whyNotThere({ folder, manifestSha256 }: ReleaseSummary): Promise<ReleaseEntry['state'] | null> {
  const bytes = await readFile(join(folder, releaseFiles.manifest)).catch(() => null)
  if (!bytes) return 'moved'
  return createHash('sha256').update(bytes).digest('hex') === manifestSha256 ? null : 'altered'
}

const said: Readonly<Record<'moved' | 'altered', string>> = {
  moved:
    'There is no release at that place now. Where it went it can still be served: check it there with assay verify.',
  altered: 'The folder holds another release now, or was changed.',
}

async function stateOf(
  engine: Engine,
  row: Row,
  summary: ReleaseSummary,
): Promise<Pick<ReleaseEntry, 'state' | 'reason'>> {
  if (summary.expiresAt <= new Date().toISOString())
    return { state: 'expired', reason: 'Its approval has ended: its server refuses to start, and answers nothing.' }
  const gone = await whyNotApproved(engine, row)
  if (gone !== null) return { state: 'not approved', reason: gone }
  const place = await whyNotThere(summary)
  return place === 'moved' || place === 'altered'
    ? { state: place, reason: said[place] }
    : { state: 'in force', reason: null }
}

/** Newest first. */
export async function listReleases(engine: Engine): Promise<ReleaseEntry[]> {
  const rows = engine.workspace.ledger
    .prepare('SELECT * FROM release ORDER BY written_at DESC, rowid DESC LIMIT 500')
    .all() as Row[]
  const entries: ReleaseEntry[] = []
  for (const row of rows) {
    const summary = releaseSummarySchema.parse(JSON.parse(row.summary))
    const { id, written_at: writtenAt, run_id: runId, version_id: versionId, model, version } = row
    entries.push({ id, writtenAt, runId, versionId, model, version, ...(await stateOf(engine, row, summary)), summary })
  }
  return entries
}
