/** Versions that can be watched, and the approved evaluation that each is held against. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId, VersionId } from '../../../shared/contract/ids.ts'
import type { WatchedVersion } from '../../../shared/contract/monitor.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { decisionThreshold } from '../../../shared/scoring/decision-threshold.ts'
import { servedName } from '../../../shared/serving/release-manifest.ts'
import { evidenceByHash } from '../approval/gates.ts'
import { readPolicy } from '../approval/policies.ts'
import type { ReadPolicy } from '../approval/policies.ts'
import { standingOfVersion } from '../approval/releasable.ts'
import type { Engine } from '../engine.ts'
import { listModels, listRuns, readRun } from '../records.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { listBatches, listReports } from './monitor-store.ts'

export interface Approved {
  readonly run: Run
  readonly evidence: Evidence
  readonly evidenceSha256: string
  /** Until when the approval holds; null without one. */
  readonly until: string | null
  readonly policy: ReadPolicy | null
}

/** The approved run of a version, or its newest evaluated one. @throws AssayError monitor/not-evaluated */
export async function approvedOf(engine: Engine, versionId: VersionId): Promise<Approved> {
  const { ledger } = engine.workspace
  const found = await standingOfVersion(engine, versionId)
  if (found?.standing.state === 'approved' && hasRun(ledger, found.request.subject.runId)) {
    const { subject, policySha256 } = found.request
    return {
      run: readRun(ledger, subject.runId as RunId),
      evidence: await evidenceByHash(engine, subject.evidenceSha256),
      evidenceSha256: subject.evidenceSha256,
      until: found.standing.until,
      policy: await readPolicy(engine, policySha256),
    }
  }
  const run = evaluatedRun(ledger, versionId)
  if (!run) {
    throw new AssayError({
      code: 'monitor/not-evaluated',
      message: 'The version has no evaluation that production could be held against.',
      remedy: 'Score and evaluate it first.',
      where: { version: versionId },
    })
  }
  const evidenceSha256 = run.evidenceSha256!
  return { run, evidence: await evidenceByHash(engine, evidenceSha256), evidenceSha256, until: null, policy: null }
}

/** What the version was approved at, for tasks that have a threshold. */
export const thresholdOf = ({ evidence }: Approved): number => decisionThreshold(evidence.detail) ?? 0.5

const hasRun = (ledger: Ledger, id: string): boolean =>
  ledger.prepare('SELECT 1 FROM run WHERE id = ?').get(id) !== undefined

/** Newest first. */
const evaluatedRun = (ledger: Ledger, versionId: VersionId): Run | undefined =>
  listRuns(ledger).find((run) => run.versionId === versionId && run.evidenceSha256 !== null)

/** The version that a line of the server's log names. */
export function versionOfLine(
  ledger: Ledger,
  line: { readonly model: string; readonly version: number },
): VersionId | null {
  for (const model of listModels(ledger)) {
    if (servedName(model.name) !== line.model) continue
    const version = model.versions.find((one) => one.version === line.version)
    if (version) return version.id
  }
  return null
}

export async function listWatched(engine: Engine): Promise<WatchedVersion[]> {
  const { ledger } = engine.workspace
  const runs = listRuns(ledger)
  const open = (table: string, where: string, id: VersionId): number =>
    (ledger.prepare(`SELECT count(*) AS n FROM ${table} WHERE version_id = ? AND ${where}`).get(id) as { n: number }).n
  const watched: WatchedVersion[] = []
  for (const model of listModels(ledger)) {
    for (const { id, version } of model.versions) {
      const run = runs.find((one) => one.versionId === id && one.evidenceSha256 !== null)
      if (!run) continue
      const found = await standingOfVersion(engine, id)
      const approved = found?.standing.state === 'approved'
      const batches = listBatches(ledger, id)
      const rows = (kind: 'log' | 'labels'): number =>
        batches.reduce((sum, batch) => sum + (batch.kind === kind ? batch.rows : 0), 0)
      watched.push({
        versionId: id,
        model: model.name,
        version,
        runId: approved ? (found.request.subject.runId as RunId) : run.id,
        approved,
        rows: rows('log'),
        labels: rows('labels'),
        latest: listReports(ledger, id)[0]?.id ?? null,
        openAlerts: open('monitor_alert', "state <> 'closed'", id),
        openTasks: open('retrain_task', "state IN ('open', 'requested', 'challenger')", id),
      })
    }
  }
  // Those with traffic first, then those that are approved.
  return watched.sort((a, b) => Number(b.rows > 0) - Number(a.rows > 0) || Number(b.approved) - Number(a.approved))
}
