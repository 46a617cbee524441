/**
 * Scores one version on one dataset. A chunk counts once the ledger has it, so a run goes on from its last recorded
 * chunk after any kill, and gives the same bytes because its plan fixes where batches are cut.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AssayError, Cancelled } from '../../../shared/contract/errors.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { DatasetId, JobId, RunId, VersionId } from '../../../shared/contract/ids.ts'
import type { Binding } from '../../../shared/contract/model.ts'
import type { DeviceName, Run } from '../../../shared/contract/run.ts'
import type { Chunk, ScoringPlan } from '../../../shared/contract/scorer-messages.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { resolveBinding, scoringTask, tryBinding } from '../models/try-binding.ts'
import { listChunks, readDataset, readRun, readRunDocument, readVersion, updateRun } from '../records.ts'
import type { RunDocument } from '../records.ts'
import { newId } from '../workspace/new-id.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import type { Scorer } from './ask-scorer.ts'
import { autoDevices } from './devices.ts'

export interface ScoreRequest {
  readonly versionId: VersionId
  readonly datasetId: DatasetId
  readonly device: DeviceName | 'auto'
  readonly binding?: Binding | undefined
  readonly batchRows?: number | undefined
  readonly threads?: number | undefined
}

/**
 * Starts a run. The binding is found and tried on ten rows before anything is written.
 * @throws AssayError binding/*, dataset/unknown, model/unknown
 */
export async function startRun(engine: Engine, request: ScoreRequest): Promise<{ runId: RunId; jobId: JobId }> {
  const { ledger } = engine.workspace
  const version = readVersion(ledger, request.versionId)
  const dataset = readDataset(ledger, request.datasetId)
  let binding: Binding
  let findings: EvidenceFinding[] = []
  if (request.binding) {
    const sample = await tryBinding(engine, version, dataset, request.binding)
    binding = request.binding
    findings = sample.findings
  } else {
    const resolved = await resolveBinding(engine, version, dataset)
    binding = resolved.binding
    findings = [...resolved.findings]
    if (resolved.guessed) {
      engine.workspace.change('binding guessed', version.id, { dataset: dataset.id }, () => {
        ledger
          .prepare("UPDATE version SET binding = ?, binding_origin = 'guessed' WHERE id = ? AND binding IS NULL")
          .run(JSON.stringify(binding), version.id)
      })
    }
  }
  const runId = newId<RunId>('run')
  const document: RunDocument = {
    requestedDevice: request.device,
    binding,
    stats: null,
    findings,
    headline: null,
    elapsedMs: 0,
    scoringMs: 0,
    resumed: 0,
  }
  engine.workspace.change(
    'run started',
    runId,
    { version: version.id, dataset: dataset.id, device: request.device },
    (time) => {
      ledger
        .prepare('INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, NULL, ?, NULL, NULL)')
        .run(runId, version.id, dataset.id, time, 'scoring', dataset.rows, JSON.stringify(document))
    },
  )
  engine.jobs.changed('runs')
  const jobId = engine.jobs.start('score', title(engine, runId), async (context) => {
    await scoreRun(engine, runId, context, request)
    return runId
  })
  return { runId, jobId }
}

/** Goes on with a run that was interrupted, cancelled or failed. */
export function resumeRun(engine: Engine, runId: RunId): JobId {
  const run = readRun(engine.workspace.ledger, runId)
  if (run.state === 'scored' || run.state === 'evaluated') {
    throw new AssayError({
      code: 'run/complete',
      message: `The run ${runId} is scored already.`,
      remedy: 'Evaluate it.',
    })
  }
  if (run.state === 'scoring') {
    throw new AssayError({
      code: 'run/busy',
      message: `The run ${runId} is being scored.`,
      remedy: 'Wait for it to end.',
    })
  }
  const { document } = readRunDocument(engine.workspace.ledger, runId)
  engine.workspace.change('run resumed', runId, { rowsDone: run.rowsDone }, () => {
    updateRun(engine.workspace.ledger, runId, 'scoring', { ...document, resumed: document.resumed + 1 })
  })
  engine.jobs.changed('runs')
  return engine.jobs.start('score', title(engine, runId), async (context) => {
    await scoreRun(engine, runId, context, {})
    return runId
  })
}

function title(engine: Engine, runId: RunId): string {
  const run = readRun(engine.workspace.ledger, runId)
  return `${run.dataset} · ${run.model} ${run.version}`
}

async function scoreRun(
  engine: Engine,
  runId: RunId,
  context: JobContext,
  wishes: { readonly batchRows?: number | undefined; readonly threads?: number | undefined },
): Promise<void> {
  const { workspace } = engine
  const { ledger } = workspace
  const run = readRun(ledger, runId)
  const started = performance.now()
  const before = readRunDocument(ledger, runId).document
  const elapsed = () => before.elapsedMs + (performance.now() - started)
  let scoringMs = before.scoringMs
  const folder = workspace.runFolder(runId)
  const work = async (scorer: Scorer): Promise<{ plan: ScoringPlan; scoresSha256: string }> => {
    const plan = await planRun(engine, scorer, run, context, wishes)
    await mkdir(folder, { recursive: true })
    const chunks = listChunks(ledger, runId)
    await removeUnrecorded(folder, new Set(chunks.map((chunk) => chunkName(chunk.number))))
    let rowsDone = chunks.reduce((sum, chunk) => sum + chunk.rows, 0)
    context.progress({ step: `Scoring on ${plan.device}`, done: rowsDone, total: run.rows, unit: 'rows' })
    const version = readVersion(ledger, run.versionId)
    const task = await scoringTask(engine, version, readDataset(ledger, run.datasetId), run.binding)
    const scoringFrom = performance.now()
    const { scoresSha256 } = await scorer.ask(
      {
        type: 'score',
        task: { ...task, threads: plan.threads },
        plan,
        folder,
        firstChunk: chunks.length,
        totalRows: run.rows,
      },
      'scored',
      {
        signal: context.signal,
        onMessage: (message) => {
          if (message.type === 'progress') context.progress({ done: message.rows })
          if (message.type !== 'chunk') return
          recordChunk(engine, runId, message.chunk)
          rowsDone += message.chunk.rows
          context.progress({ done: rowsDone })
        },
      },
    )
    scoringMs += performance.now() - scoringFrom
    return { plan, scoresSha256 }
  }
  try {
    const { plan, scoresSha256 } = await engine.keptScorer.use(readVersion(ledger, run.versionId).servedSha256, work)
    await finish(engine, runId, plan, scoresSha256, { elapsedMs: elapsed(), scoringMs })
  } catch (error) {
    const state = error instanceof Cancelled || context.signal.aborted ? 'cancelled' : 'failed'
    const current = readRunDocument(ledger, runId).document
    workspace.change(
      `run ${state}`,
      runId,
      { reason: state === 'failed' ? String((error as Error).message) : null },
      () => {
        updateRun(ledger, runId, state, { ...current, elapsedMs: elapsed() })
      },
    )
    throw error
  } finally {
    engine.jobs.changed('runs')
  }
}

/** A resumed run keeps its plan: other batches could give other bytes. */
async function planRun(
  engine: Engine,
  scorer: Scorer,
  run: Run,
  context: JobContext,
  wishes: { readonly batchRows?: number | undefined; readonly threads?: number | undefined },
): Promise<ScoringPlan> {
  const { ledger } = engine.workspace
  const kept = readRunDocument(ledger, run.id).plan
  if (kept) return kept
  context.progress({ step: 'Choosing device and batch', done: 0, total: run.rows, unit: 'rows' })
  const devices = run.requestedDevice === 'auto' ? await autoDevices(engine) : [run.requestedDevice]
  const version = readVersion(ledger, run.versionId)
  const task = await scoringTask(engine, version, readDataset(ledger, run.datasetId), run.binding)
  const answer = await scorer.ask(
    {
      type: 'plan',
      task: { ...task, threads: wishes.threads ?? engine.threads },
      devices,
      batchRows: wishes.batchRows ?? null,
      totalRows: run.rows,
    },
    'planned',
    { signal: context.signal },
  )
  ledger.prepare('UPDATE run SET plan = ? WHERE id = ?').run(JSON.stringify(answer.plan), run.id)
  return answer.plan
}

async function removeUnrecorded(folder: string, recorded: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) if (!recorded.has(name)) await rm(join(folder, name), { force: true })
}

function recordChunk(engine: Engine, runId: RunId, chunk: Chunk): void {
  const { ledger } = engine.workspace
  ledger.transaction(() => {
    ledger
      .prepare('INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?)')
      .run(runId, chunk.number, chunk.firstRow, chunk.rows, chunk.sha256, chunk.bytes)
    if (chunk.notFinite === 0 && chunk.missingText === 0) return
    const { document } = readRunDocument(ledger, runId)
    const findings = addCount(
      addCount([...document.findings], 'score/not-finite', chunk.notFinite, (n) => ({
        code: 'score/not-finite',
        severity: 'warning',
        message: `${n} rows have a score that is not a number or infinite; they are left out of the evaluation.`,
        remedy: 'Fill missing values as for training, or look at those rows.',
        where: { rows: n, firstChunkRow: chunk.firstRow + 1 },
      })),
      'binding/missing-text',
      chunk.missingText,
      (n) => ({
        code: 'binding/missing-text',
        severity: 'note',
        message: `${n} missing texts were given to the model as "${document.binding.missingText}".`,
        remedy: 'If the model was trained with another text for missing values, set it in the binding.',
        where: { values: n },
      }),
    )
    ledger.prepare('UPDATE run SET document = ? WHERE id = ?').run(JSON.stringify({ ...document, findings }), runId)
  })()
}

/** Adds to a counting finding, or opens it. */
function addCount(
  findings: EvidenceFinding[],
  code: string,
  n: number,
  make: (total: number) => EvidenceFinding,
): EvidenceFinding[] {
  if (n === 0) return findings
  const at = findings.findIndex((finding) => finding.code === code)
  if (at < 0) return [...findings, make(n)]
  const where = findings[at]!.where ?? {}
  const before = Number(where['rows'] ?? where['values'] ?? 0)
  const next = make(before + n)
  return findings.with(
    at,
    where['firstChunkRow'] === undefined
      ? next
      : { ...next, where: { ...next.where, firstChunkRow: where['firstChunkRow'] } },
  )
}

async function finish(
  engine: Engine,
  runId: RunId,
  plan: ScoringPlan,
  scoresSha256: string,
  time: { readonly elapsedMs: number; readonly scoringMs: number },
): Promise<void> {
  const { ledger } = engine.workspace
  const run = readRun(ledger, runId)
  const { document } = readRunDocument(ledger, runId)
  const { rowsDone: rows } = run
  engine.workspace.change('run scored', runId, { rows, scoresSha256, device: plan.device }, () => {
    ledger.prepare('UPDATE run SET scores_sha256 = ? WHERE id = ?').run(scoresSha256, runId)
    updateRun(ledger, runId, 'scored', {
      ...document,
      ...time,
      stats: {
        device: plan.device,
        batchRows: plan.batchRows,
        threads: plan.threads,
        elapsedMs: time.elapsedMs,
        rowsPerSecond: rows / Math.max(1e-3, time.scoringMs / 1000),
        parity: plan.parity,
        resumed: document.resumed,
      },
    })
  })
}
