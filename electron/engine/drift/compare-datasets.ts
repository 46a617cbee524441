/** One comparison from request to stored document. */
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { DriftColumn } from '../../../shared/contract/drift-column.ts'
import type { DriftRequest } from '../../../shared/contract/drift-request.ts'
import type { DriftReport, DriftSection } from '../../../shared/contract/drift.ts'
import type { DriftId } from '../../../shared/contract/ids.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { decideColumns } from '../../../shared/drift/decide.ts'
import { driftDefinitions } from '../../../shared/drift/definitions.ts'
import { judgeTimeline } from '../../../shared/drift/judge-timeline.ts'
import { worse } from '../../../shared/drift/verdicts.ts'
import { openReader } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'
import { addSection } from '../evaluation/evidence-store.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { newId } from '../workspace/new-id.ts'
import { compareColumns } from './compare-columns.ts'
import type { ColumnOutcome } from './compare-columns.ts'
import { storeDrift } from './drift-store.ts'
import { analyseRuns } from './performance.ts'
import { planColumns } from './plan-columns.ts'
import type { ColumnPlan } from './plan-columns.ts'
import { readSample } from './read-sample.ts'
import { describeSide, openSide } from './side.ts'
import type { Side } from './side.ts'
import { cutSide } from './timeline.ts'
import { WorkerPool } from './worker-pool.ts'

/** Columns that a run's evidence keeps of a comparison. */
const sectionColumns = 200

/**
 * @returns the id of the comparison
 * @throws AssayError drift/*, run/not-scored, dataset/unknown, run/unknown
 */
export async function compareDatasets(engine: Engine, request: DriftRequest, context: JobContext): Promise<DriftId> {
  const { options } = request
  const connection = await (await openReader()).connect()
  // A wide file is opened once for every few columns, and its footer alone takes 0.2 s to read; stored files never change.
  await connection.run('SET parquet_metadata_cache = true')
  const interrupt = (): void => connection.interrupt()
  context.signal.addEventListener('abort', interrupt)
  const pool = new WorkerPool(engine)
  try {
    const reference = await openSide(engine, connection, request, 'reference')
    const current = await openSide(engine, connection, request, 'current')
    refuseEmpty(reference, 'reference')
    refuseEmpty(current, 'current')
    const plan = planColumns(request, reference, current)
    const chunks = options.timeline && {
      reference: await cutSide(connection, reference, options.timeline, context.signal),
      current: await cutSide(connection, current, options.timeline, context.signal),
    }
    const work = { engine, connection, pool, reference, current, options, context }
    const outcomes = await compareColumns({ ...work, columns: plan.columns, chunks })
    const fromRuns = await analyseRuns(work)
    const multivariate = await analyseTogether(work, plan)
    const report = assemble({ request, reference, current, plan, outcomes, chunks, fromRuns, multivariate })
    const sha256 = await storeDrift(engine, report)
    if (current.run?.evidenceSha256) {
      await addSection(engine, current.run.id, 'drift', sectionOf(report, sha256))
    }
    engine.jobs.changed('workspace')
    return report.id
  } finally {
    context.signal.removeEventListener('abort', interrupt)
    await pool.close()
    connection.closeSync()
  }
}

function refuseEmpty({ dataset, rows, window }: Side, name: string): void {
  if (rows > 0) return
  throw new AssayError({
    code: 'drift/no-rows',
    message: `The ${name} "${dataset.name}" has no row${window ? ' in this window' : ''}.`,
    remedy: window ? 'Choose a wider window.' : 'Choose a dataset that has rows.',
    where: { dataset: dataset.name, side: name },
  })
}

type Multivariate = Pick<DriftReport, 'domainClassifier' | 'pca' | 'meanDiscrepancy'>

async function analyseTogether(work: Parameters<typeof analyseRuns>[0], plan: ColumnPlan): Promise<Multivariate> {
  const { connection, pool, reference, current, options, context } = work
  const because = (reason: string): Multivariate => ({
    domainClassifier: { made: false, reason },
    pca: { made: false, reason },
    meanDiscrepancy: { made: false, reason },
  })
  if (!options.multivariate) return because('not asked for')
  context.progress({ step: 'Training a classifier to tell the samples apart' })
  const sample = await readSample(connection, reference, current, plan.columns)
  if (typeof sample === 'string') return because(sample)
  const [domain, pca, discrepancy] = await Promise.all([
    pool.run('domain', { sample, seed: options.seed }),
    pool.run('pca', { sample }),
    pool.run('discrepancy', { sample, seed: options.seed }),
  ])
  return {
    domainClassifier: { made: true, result: domain },
    pca: typeof pca === 'string' ? { made: false, reason: pca } : { made: true, result: pca },
    meanDiscrepancy: { made: true, result: discrepancy },
  }
}

interface Parts {
  readonly request: DriftRequest
  readonly reference: Side
  readonly current: Side
  readonly plan: ColumnPlan
  readonly outcomes: readonly ColumnOutcome[]
  readonly chunks: {
    readonly reference: { readonly labels: readonly string[] }
    readonly current: { readonly labels: readonly string[] }
  } | null
  readonly fromRuns: Pick<DriftReport, 'performance' | 'concept'>
  readonly multivariate: Multivariate
}

function assemble({ request, reference, current, plan, outcomes, chunks, fromRuns, multivariate }: Parts): DriftReport {
  const { options } = request
  const compared = outcomes.filter((outcome) => 'compared' in outcome)
  const skipped = [
    ...plan.skipped,
    ...outcomes.filter((outcome) => 'reason' in outcome).map(({ column, reason }) => ({ name: column.name, reason })),
  ]
  const { decisions, counts, hypotheses } = decideColumns(
    compared.map((outcome) => outcome.compared),
    options,
  )
  const labels = chunks && { reference: [...chunks.reference.labels], current: [...chunks.current.labels] }
  const timeline =
    labels &&
    judgeTimeline(
      compared.map((outcome) => outcome.compared),
      labels,
      options,
    )
  const columns = compared.map(
    ({ column, compared: { test: _test, chunks: _chunks, size: _size, ...found } }, index): DriftColumn => ({
      name: column.name,
      source: column.source,
      role: column.role,
      type: column.type,
      ...(column.measured ? { measured: column.measured } : {}),
      ...found,
      ...decisions[index]!,
      timeline: timeline?.columns[index] ?? null,
    }),
  )
  return {
    schema: 'assay.drift/1',
    id: newId<DriftId>('drift'),
    createdAt: new Date().toISOString(),
    reference: describeSide(reference),
    current: describeSide(current),
    options,
    hypotheses,
    counts,
    columns,
    skipped,
    timeline: timeline ? { labels: labels!, alarms: timeline.alarms, tests: timeline.tests } : null,
    ...multivariate,
    ...fromRuns,
    definitions: driftDefinitions,
    findings: findingsOf(columns, skipped),
  }
}

function findingsOf(columns: readonly DriftColumn[], skipped: DriftReport['skipped']): EvidenceFinding[] {
  const findings: EvidenceFinding[] = skipped.map(({ name, reason }) => ({
    code: 'drift/skipped',
    severity: 'note',
    message: `"${name}" is not compared: ${reason}.`,
    remedy: 'Compare it in another way, or leave it out.',
    where: { column: name },
  }))
  for (const { name, kind, unseen, current } of columns) {
    if (kind !== 'categorical' || unseen.n === 0) continue
    findings.push({
      code: 'drift/unseen-category',
      severity: 'warning',
      message: `${unseen.n} of ${current.n} rows of "${name}" have a category that the reference does not: ${unseen.examples.join(', ')}.`,
      remedy: 'A model that never saw a category gives it the score of none.',
      where: { column: name, rows: unseen.n },
    })
  }
  return findings
}

const order = ['drifted', 'slight', 'undefined', 'stable'] as const

/** Most drifted first: by verdict, then by the size of the shift. */
function sectionOf(report: DriftReport, sha256: string): DriftSection {
  const verdict = ({ decision, missing }: DriftColumn) => order.indexOf(worse(decision.verdict, missing?.verdict))
  const size = ({ tests }: DriftColumn): number => tests.psi?.statistic ?? 0
  const sorted = [...report.columns].sort((a, b) => verdict(a) - verdict(b) || size(b) - size(a))
  return {
    schema: 'assay.drift-section/1',
    driftId: report.id,
    sha256,
    reference: report.reference,
    current: report.current,
    options: report.options,
    hypotheses: report.hypotheses,
    counts: report.counts,
    columns: sorted
      .slice(0, sectionColumns)
      .map(({ name, source, role, kind, reference, current, decision, tests }) => ({
        name,
        source,
        role,
        kind,
        n: { reference: reference.n, current: current.n },
        decision,
        psi: tests.psi?.effect ?? null,
      })),
    columnsLeftOut: Math.max(0, sorted.length - sectionColumns),
    domainClassifier: report.domainClassifier,
    performance: report.performance,
    concept: report.concept,
  }
}
