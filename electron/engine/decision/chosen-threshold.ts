/** The threshold that belongs to a version: chosen once, recorded in the audit log, used by every evaluation of it. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ChosenThreshold } from '../../../shared/contract/decision.ts'
import type { RunId, VersionId } from '../../../shared/contract/ids.ts'
import type { Engine } from '../engine.ts'
import { readRun, readVersion } from '../records.ts'
import type { Ledger } from '../workspace/ledger.ts'

/** Where no threshold was chosen. */
const usual = 0.5

export function chosenThreshold(ledger: Ledger, versionId: VersionId): ChosenThreshold | null {
  const row = ledger.prepare('SELECT document FROM version_threshold WHERE version_id = ?').get(versionId) as
    { document: string } | undefined
  return row ? (JSON.parse(row.document) as ChosenThreshold) : null
}

/** What a version is evaluated at unless told otherwise. */
export function defaultThreshold(ledger: Ledger, versionId: VersionId): number {
  return chosenThreshold(ledger, versionId)?.threshold ?? usual
}

/** @throws AssayError model/unknown, run/unknown, decision/other-version */
export function chooseThreshold(
  engine: Engine,
  request: {
    readonly versionId: VersionId
    readonly threshold: number
    readonly reason: string
    readonly runId?: RunId | undefined
  },
): ChosenThreshold {
  const { workspace } = engine
  const { versionId, threshold, reason, runId = null } = request
  const version = readVersion(workspace.ledger, versionId)
  if (runId !== null && readRun(workspace.ledger, runId).versionId !== versionId) {
    throw new AssayError({
      code: 'decision/other-version',
      message: `The run ${runId} is not of ${version.name} ${version.version}.`,
      remedy: 'Choose the threshold on a run of that version.',
      where: { run: runId },
    })
  }
  const before = chosenThreshold(workspace.ledger, versionId)?.threshold ?? null
  const chosen = workspace.change(
    'threshold chosen',
    versionId,
    { threshold, before, reason, run: runId },
    (time): ChosenThreshold => {
      const document = { versionId, threshold, reason, runId, chosenAt: time, chosenBy: workspace.actor }
      workspace.ledger
        .prepare(
          `INSERT INTO version_threshold (version_id, threshold, document) VALUES (?, ?, ?)
           ON CONFLICT (version_id) DO UPDATE SET threshold = excluded.threshold, document = excluded.document`,
        )
        .run(versionId, threshold, JSON.stringify(document))
      return document
    },
  )
  engine.jobs.changed('models')
  return chosen
}
