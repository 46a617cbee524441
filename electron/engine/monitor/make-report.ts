/** One monitoring report: production against the approved evidence, window by window, and what follows from it. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { DriftColumn } from '../../../shared/contract/drift-column.ts'
import { driftOptionsSchema } from '../../../shared/contract/drift-request.ts'
import type { EvidenceFinding, Metrics } from '../../../shared/contract/evidence.ts'
import type { MonitorId, VersionId } from '../../../shared/contract/ids.ts'
import type { MonitorReport, MonitorWindow } from '../../../shared/contract/monitor-report.ts'
import type { Triggers } from '../../../shared/contract/monitor-triggers.ts'
import { decideColumns } from '../../../shared/drift/decide.ts'
import { judgeTimeline } from '../../../shared/drift/judge-timeline.ts'
import { metricDefinitions } from '../../../shared/metrics/definitions.ts'
import { againstApproved } from '../../../shared/monitor/against-approved.ts'
import { findConditions } from '../../../shared/monitor/conditions.ts'
import { judgePolicy } from '../../../shared/policy/judge-policy.ts'
import { openReader } from '../../data-plane/stream-columns.ts'
import { quoteText } from '../../data-plane/quote.ts'
import { compareColumns } from '../drift/compare-columns.ts'
import { planColumns } from '../drift/plan-columns.ts'
import { openSide } from '../drift/side.ts'
import type { Side } from '../drift/side.ts'
import { cutSide } from '../drift/timeline.ts'
import { WorkerPool } from '../drift/worker-pool.ts'
import type { Engine } from '../engine.ts'
import { weightsUnused } from '../evaluation/weights-unused.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset, readVersion } from '../records.ts'
import { newId } from '../workspace/new-id.ts'
import { recordConditions } from './alerts.ts'
import { cutWindows } from './cut-windows.ts'
import type { Period, Windows } from './cut-windows.ts'
import { estimateWindows } from './estimate-windows.ts'
import { labelledMetrics } from './labelled-metrics.ts'
import type { LabelledMetrics } from './labelled-metrics.ts'
import { storeReport } from './monitor-store.ts'
import { newerPolicyOf } from './newer-policy.ts'
import { openProduction, timeName } from './production.ts'
import type { Production } from './production.ts'
import { triggersOf } from './triggers.ts'
import { approvedOf } from './watched.ts'
import type { Approved } from './watched.ts'

const seed = 20_240_229

/** @throws AssayError monitor/*, drift/* */
export async function makeReport(
  engine: Engine,
  request: { readonly versionId: VersionId; readonly period: Period | 'auto' },
  context: JobContext,
): Promise<MonitorId> {
  const { versionId } = request
  const approved = await approvedOf(engine, versionId)
  const triggers = triggersOf(engine, versionId).triggers
  context.progress({ step: 'Joining logs and labels' })
  const production = await openProduction(engine, versionId, approved)
  const connection = await (await openReader()).connect()
  const interrupt = (): void => {
    connection.interrupt()
    production.duck.interrupt()
  }
  context.signal.addEventListener('abort', interrupt)
  const pool = new WorkerPool(engine)
  try {
    const current: Side = {
      dataset: production.dataset,
      run: approved.run,
      window: null,
      relation: `read_parquet(${quoteText(production.rowsPath)})`,
      scored: `read_parquet(${quoteText(production.scoresPath)})`,
      rows: production.rows.scored,
    }
    const windows = await cutWindows(connection, current, production, request.period, context.signal)
    const work: Work = { engine, connection, pool, approved, production, current, windows, triggers, context }
    const drift = await driftOf(work)
    const labelled = await labelledMetrics(work)
    const estimates = await estimateWindows(work)
    const report = await assemble(work, drift, labelled, estimates)
    await storeReport(engine, report)
    recordConditions(engine, report)
    return report.id
  } catch (error) {
    context.signal.throwIfAborted()
    throw error
  } finally {
    context.signal.removeEventListener('abort', interrupt)
    await pool.close()
    connection.closeSync()
    await production.close()
  }
}

export interface Work {
  readonly engine: Engine
  readonly connection: DuckDBConnection
  readonly pool: WorkerPool
  readonly approved: Approved
  readonly production: Production
  readonly current: Side
  readonly windows: Windows
  readonly triggers: Triggers
  readonly context: JobContext
}

async function driftOf(work: Work): Promise<MonitorReport['drift']> {
  const { engine, connection, approved, current, windows, triggers, context } = work
  const { run } = approved
  const request = {
    referenceId: run.datasetId,
    currentId: run.datasetId,
    referenceRunId: run.id,
    options: driftOptionsSchema.parse({ alpha: triggers.alpha, splits: 0, multivariate: false, seed }),
  }
  const reference = await openSide(engine, connection, request, 'reference')
  const columns = current.dataset.columns
    // Queries are new every day, as ids are.
    .filter(({ role, name }) => role !== 'target' && role !== 'id' && role !== 'group' && name !== timeName)
    .map(({ name }) => name)
  const plan = planColumns({ ...request, columns }, reference, current)
  // Rows that failed the approved scoring have no time, so the reference's own band is cut by rows.
  const parts = Math.max(2, Math.min(200, windows.chunks.labels.length))
  const chunks = {
    reference: await cutSide(connection, reference, { by: 'rows', chunks: parts }, context.signal),
    current: windows.chunks,
  }
  const { options } = request
  const outcomes = await compareColumns({ ...work, reference, columns: plan.columns, chunks, options })
  const compared = outcomes.filter((outcome) => 'compared' in outcome)
  const found = compared.map((outcome) => outcome.compared)
  const { decisions, counts, hypotheses } = decideColumns(found, options)
  const labels = { reference: [...chunks.reference.labels], current: [...windows.chunks.labels] }
  const timeline = judgeTimeline(found, labels, options)
  const { features, absent } = loggedFeatures(work)
  return {
    counts,
    hypotheses,
    columns: compared.map(
      ({ column, compared: { test: _test, chunks: _chunks, size: _size, ...rest } }, index): DriftColumn => ({
        name: column.name,
        source: column.source,
        role: column.role,
        type: column.type,
        ...(column.measured ? { measured: column.measured } : {}),
        ...rest,
        ...decisions[index]!,
        timeline: timeline.columns[index] ?? null,
      }),
    ),
    skipped: [
      ...plan.skipped,
      ...outcomes.filter((outcome) => 'reason' in outcome).map(({ column, reason }) => ({ name: column.name, reason })),
      ...absent.filter((name) => !features.has(name)).map((name) => ({ name, reason: 'the logs do not hold it' })),
    ],
    timeline: { labels, alarms: timeline.alarms, tests: timeline.tests },
  }
}

function loggedFeatures({ production }: Work): { features: Set<string>; absent: string[] } {
  const features = new Set(production.logs.flatMap((batch) => batch.features))
  return { features, absent: [...new Set(production.logs.flatMap((batch) => batch.absent))] }
}

export interface Estimates {
  readonly windows: readonly Metrics[]
  readonly overall: Metrics
  readonly reason: string | null
}

async function assemble(
  work: Work,
  drift: MonitorReport['drift'],
  labelled: LabelledMetrics,
  estimates: Estimates,
): Promise<MonitorReport> {
  const { engine, approved, production, windows, triggers } = work
  const { ledger } = engine.workspace
  const { run, evidence } = approved
  const { name, version } = readVersion(ledger, run.versionId)
  const watched = watchedMetrics(approved, triggers)
  const known = windows.traffic.map((_, k): Metrics => {
    const fromLabels = labelled.windows[k]?.metrics ?? {}
    return triggers.performance.estimates ? { ...estimates.windows[k], ...fromLabels } : fromLabels
  })
  const { drop } = triggers.performance
  const against = againstApproved(known, evidence.metrics, watched, metricDefinitions, { drop, alpha: triggers.alpha })
  const inAlarm = windows.traffic.map((_, k) =>
    drift.columns
      .filter(({ source, timeline }) => source === 'column' && timeline?.current[k]?.alarm)
      .map((column) => column.name),
  )
  const all = windows.traffic.map((traffic, k): MonitorWindow => {
    const metrics = labelled.windows[k]?.metrics ?? {}
    return {
      ...traffic,
      labelled: labelled.windows[k]?.labelled ?? 0,
      metrics,
      estimated: estimates.windows[k] ?? {},
      calibration: labelled.windows[k]?.calibration ?? null,
      against: against[k] ?? {},
      alarms: inAlarm[k]!.length,
      predictionAlarm: drift.columns.some(
        ({ source, timeline }) => source === 'prediction' && timeline?.current[k]?.alarm === true,
      ),
      gates: gatesOf(approved, metrics),
    }
  })
  const now = new Date().toISOString()
  const newerPolicy = await newerPolicyOf(engine, approved)
  const { rows, from, to } = production
  const conditions = findConditions({
    windows: all,
    triggers,
    comparedColumns: drift.columns.filter(({ source }) => source === 'column').length,
    inAlarm,
    approved: evidence.metrics,
    titles: metricDefinitions,
    labelled: rows.labelled,
    referenceRows: evidence.rows.used,
    newerPolicy,
    approvedUntil: approved.until,
    now,
  })
  return {
    schema: 'assay.monitor/1',
    id: newId<MonitorId>('mon'),
    createdAt: now,
    versionId: run.versionId,
    model: name,
    version,
    task: run.task,
    reference: {
      runId: run.id,
      datasetId: run.datasetId,
      dataset: run.dataset,
      rows: run.rows,
      evidenceSha256: approved.evidenceSha256,
      approvedUntil: approved.until,
      policy: approved.policy && { name: approved.policy.policy.name, sha256: approved.policy.sha256 },
      metrics: pick(evidence.metrics, watched),
    },
    batches: [...production.logs, ...production.labels].map(({ id }) => id),
    rows,
    from,
    to,
    period: windows.period,
    watched,
    windows: all,
    overall: {
      metrics: labelled.overall,
      metricsReason: labelled.reason,
      estimated: estimates.overall,
      estimateReason: estimates.reason,
      calibrationReason: labelled.calibrationReason,
    },
    drift,
    triggers,
    conditions,
    findings: findingsOf(work, drift),
  }
}

const pick = (metrics: Metrics, names: readonly string[]): Metrics =>
  Object.fromEntries(names.flatMap((name) => (metrics[name] ? [[name, metrics[name]]] : [])))

/** The headline of the task and what the policy's gates name, as far as one way is better. */
function watchedMetrics({ evidence, policy }: Approved, { performance }: Triggers): string[] {
  const gates = policy?.policy.gates.map(({ path }) => /^metrics\.(\w+)$/.exec(path)?.[1]) ?? []
  const wanted = performance.metrics ?? [evidence.headline, ...gates.filter((name) => name !== undefined)]
  return [...new Set(wanted)].filter((name) => ['higher', 'lower'].includes(metricDefinitions[name]?.better ?? ''))
}

/** The gates that are about metrics alone, held against a window's. */
function gatesOf({ policy, evidence, evidenceSha256 }: Approved, metrics: Metrics): MonitorWindow['gates'] {
  const gates = policy?.policy.gates.filter((gate) => gate.path.startsWith('metrics.') && !gate.versus) ?? []
  if (gates.length === 0 || Object.keys(metrics).length === 0) return []
  const judged = judgePolicy({
    policy: { ...policy!.policy, gates, objective: { ...policy!.policy.objective, target: 'of the whole evaluation' } },
    policySha256: policy!.sha256,
    evidence: { ...evidence, metrics },
    evidenceSha256,
    champion: null,
    now: new Date().toISOString(),
  })
  return judged.gates.map(({ id, title, outcome }) => ({ id, title, outcome }))
}

function findingsOf({ engine, production, approved }: Work, drift: MonitorReport['drift']): EvidenceFinding[] {
  const findings: EvidenceFinding[] = [...production.logs, ...production.labels].flatMap(({ source, leftOut }) =>
    leftOut.n === 0
      ? []
      : [
          {
            code: 'monitor/lines-left-out',
            severity: 'warning',
            message: `${leftOut.n} lines of ${source.fileName} are left out; the first: line ${leftOut.examples[0]!.line}, ${leftOut.examples[0]!.reason}.`,
            remedy: 'Look at what writes the log.',
            where: { file: source.fileName, rows: leftOut.n },
          },
        ],
  )
  const { run } = approved
  // Queries of a ranking count alike anyway.
  if (run.task !== 'ranking' && !production.dataset.columns.some(({ role }) => role === 'weight')) {
    findings.push(...weightsUnused(readDataset(engine.workspace.ledger, run.datasetId), 'Monitoring'))
  }
  for (const { name, reason } of drift.skipped) {
    findings.push({
      code: 'drift/skipped',
      severity: 'note',
      message: `"${name}" is not compared: ${reason}.`,
      remedy: 'Log it, unless privacy forbids it.',
      where: { column: name },
    })
  }
  for (const { name, kind, unseen, current } of drift.columns) {
    if (kind !== 'categorical' || unseen.n === 0) continue
    findings.push({
      code: 'drift/unseen-category',
      severity: 'warning',
      message: `${unseen.n} of ${current.n} rows of "${name}" have a category that was not evaluated: ${unseen.examples.join(', ')}.`,
      remedy: 'A model that never saw a category gives it the score of none.',
      where: { column: name, rows: unseen.n },
    })
  }
  if (approved.until === null) {
    findings.push({
      code: 'monitor/not-approved',
      severity: 'note',
      message: 'This version has no standing approval; its newest evaluation stands in.',
      remedy: 'Have it reviewed.',
    })
  }
  return findings
}
