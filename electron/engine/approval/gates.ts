/** Holds a run's evidence against a policy, and keeps what the gates said. */
import type { GateState } from '../../../shared/contract/approval.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId, VersionId } from '../../../shared/contract/ids.ts'
import { gatesSchema } from '../../../shared/contract/policy.ts'
import type { Gates } from '../../../shared/contract/policy.ts'
import { evidenceSchema } from '../../../shared/contract/run.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { judgePolicy } from '../../../shared/policy/judge-policy.ts'
import type { Champion } from '../../../shared/policy/judge-policy.ts'
import type { Engine } from '../engine.ts'
import { listRuns, readRun, readVersion } from '../records.ts'
import { canonicalText } from './canonical.ts'
import { readStoredText } from './policies.ts'
import type { ReadPolicy } from './policies.ts'
import { aliasOf } from './registry.ts'
import { takeText } from './stored-text.ts'

/**
 * The evidence by its hash, checked against the hash and against the schema.
 * @throws AssayError evidence/unknown, workspace/file-changed
 */
export async function evidenceByHash(engine: Engine, sha256: string): Promise<Evidence> {
  const text = await readStoredText(
    engine,
    sha256,
    () =>
      new AssayError({
        code: 'evidence/unknown',
        message: `The evidence ${sha256.slice(0, 16)}… is not in this workspace.`,
        remedy: 'Evaluate the run again.',
        where: { sha256 },
      }),
  )
  return evidenceSchema.parse(JSON.parse(text))
}

export function notEvaluated(runId: RunId): AssayError {
  return new AssayError({
    code: 'run/not-evaluated',
    message: `The run ${runId} has no evaluation yet.`,
    remedy: `Evaluate it: assay evaluate ${runId}`,
  })
}

/**
 * The champion's newest evidence on the same data. Numbers from other rows are not compared.
 * @param championId another version than the model's champion; left out: the alias decides
 */
async function findChampion(
  engine: Engine,
  evidence: Evidence,
  championId: VersionId | undefined,
): Promise<{ champion: Champion | null; reason: string }> {
  const { ledger } = engine.workspace
  const version = readVersion(ledger, evidence.model.versionId)
  const id = championId ?? aliasOf(ledger, version.modelId, 'champion')
  if (!id) return { champion: null, reason: `${version.name} has no champion yet` }
  const champion = readVersion(ledger, id)
  const title = `${champion.name} ${champion.version}`
  if (id === version.id) return { champion: null, reason: `${title} is the champion itself` }
  for (const run of listRuns(ledger)) {
    if (run.versionId !== id || run.evidenceSha256 === null) continue
    const found = await evidenceByHash(engine, run.evidenceSha256)
    if (found.dataset.dataSha256 !== evidence.dataset.dataSha256) continue
    return {
      champion: {
        ref: { versionId: id, name: champion.name, version: champion.version, evidenceSha256: run.evidenceSha256 },
        evidence: found,
      },
      reason: '',
    }
  }
  return { champion: null, reason: `the champion ${title} has no evaluation on ${evidence.dataset.name}` }
}

export async function gatesByHash(engine: Engine, sha256: string): Promise<Gates> {
  const text = await readStoredText(
    engine,
    sha256,
    () =>
      new AssayError({
        code: 'gates/unknown',
        message: `The gate results ${sha256.slice(0, 16)}… are not in this workspace.`,
        remedy: 'Judge the run again: assay gate RUN --policy FILE.',
        where: { sha256 },
      }),
  )
  return gatesSchema.parse(JSON.parse(text))
}

export interface Judged {
  readonly gates: Gates
  readonly gatesSha256: string
}

/** Judges evidence without keeping the result. */
export function judgeEvidence(
  evidence: Evidence,
  evidenceSha256: string,
  policy: ReadPolicy,
  champion: Champion | null,
  championReason: string,
): Gates {
  return judgePolicy({
    policy: policy.policy,
    policySha256: policy.sha256,
    evidence,
    evidenceSha256,
    champion,
    championReason,
    now: new Date().toISOString(),
  })
}

/** @throws AssayError run/not-evaluated, policy/* */
export async function judgeRun(
  engine: Engine,
  runId: RunId,
  policy: ReadPolicy,
  championId?: VersionId,
): Promise<Judged> {
  const { workspace } = engine
  const run = readRun(workspace.ledger, runId)
  if (run.evidenceSha256 === null) throw notEvaluated(runId)
  const evidence = await evidenceByHash(engine, run.evidenceSha256)
  const { champion, reason } = await findChampion(engine, evidence, championId)
  const gates = judgeEvidence(evidence, run.evidenceSha256, policy, champion, reason)
  const file = await takeText(engine, canonicalText(gates))
  workspace.change(
    'gates judged',
    runId,
    {
      gatesSha256: file.sha256,
      policySha256: policy.sha256,
      evidenceSha256: run.evidenceSha256,
      outcome: gates.outcome,
    },
    (time) => {
      workspace.files.record(file, 'gates', time)
      workspace.ledger
        .prepare('INSERT OR REPLACE INTO gate_result (run_id, sha256, judged_at) VALUES (?, ?, ?)')
        .run(runId, file.sha256, time)
    },
  )
  engine.jobs.changed('approvals')
  return { gates, gatesSha256: file.sha256 }
}

async function toState(engine: Engine, row: { run_id: RunId; sha256: string }): Promise<GateState> {
  const run = readRun(engine.workspace.ledger, row.run_id)
  const gates = await gatesByHash(engine, row.sha256)
  return {
    runId: run.id,
    versionId: run.versionId,
    gatesSha256: row.sha256,
    current: gates.evidenceSha256 === run.evidenceSha256,
    gates,
  }
}

export async function gateStateOf(engine: Engine, runId: RunId): Promise<GateState | null> {
  const row = engine.workspace.ledger
    .prepare('SELECT run_id, sha256 FROM gate_result WHERE run_id = ? ORDER BY judged_at DESC, rowid DESC LIMIT 1')
    .get(runId) as { run_id: RunId; sha256: string } | undefined
  return row ? toState(engine, row) : null
}

export async function listGateStates(engine: Engine): Promise<GateState[]> {
  const rows = engine.workspace.ledger
    .prepare(
      `SELECT run_id, sha256 FROM (
         SELECT run_id, sha256, judged_at, row_number() OVER (PARTITION BY run_id ORDER BY judged_at DESC, rowid DESC) AS k
         FROM gate_result) WHERE k = 1 ORDER BY judged_at DESC LIMIT 500`,
    )
    .all() as { run_id: RunId; sha256: string }[]
  const states: GateState[] = []
  for (const row of rows) states.push(await toState(engine, row))
  return states
}
