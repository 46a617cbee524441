/** What the runs add to a comparison: performance estimated without labels, and concept drift where there are labels. */
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { DriftOptions } from '../../../shared/contract/drift-request.ts'
import type { DriftReport, PerformanceEstimate } from '../../../shared/contract/drift.ts'
import { differMetrics } from '../../../shared/drift/concept-drift.ts'
import type { LabelledScores } from '../../../shared/drift/estimate-classification.ts'
import { estimatedClassesAtMost } from '../../../shared/drift/estimate-multiclass.ts'
import type { ScoredClasses } from '../../../shared/drift/estimate-multiclass.ts'
import type { PredictedValues } from '../../../shared/drift/estimate-regression.ts'
import { readNumbers } from '../../data-plane/read-numbers.ts'
import type { Engine } from '../engine.ts'
import { readEvidence } from '../evaluation/evidence-store.ts'
import { gather } from '../evaluation/gather.ts'
import type { Gathered } from '../evaluation/gather.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { listChunks, readVersion } from '../records.ts'
import { scoreShape } from '../../../shared/scoring/score-columns.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import type { Side } from './side.ts'
import type { WorkerPool } from './worker-pool.ts'
import { oneAnswerTask } from '../evaluation/gather-run.ts'

type FromRuns = Pick<DriftReport, 'performance' | 'concept'>
const rowsAtLeast = 100

const compared = {
  binary: [
    'accuracy',
    'balanced_accuracy',
    'precision',
    'recall',
    'f1',
    'roc_auc',
    'average_precision',
    'brier_score',
    'log_loss',
  ],
  multiclass: ['accuracy', 'balanced_accuracy', 'f1_macro', 'roc_auc_ovr', 'log_loss'],
  regression: ['mae', 'rmse', 'r2'],
} as const

const because = (reason: string): FromRuns => ({
  performance: { made: false, reason },
  concept: { made: false, reason },
})

export interface FromRunsRequest {
  readonly engine: Engine
  readonly connection: DuckDBConnection
  readonly pool: WorkerPool
  readonly reference: Side
  readonly current: Side
  readonly options: DriftOptions
  readonly context: JobContext
}

export async function analyseRuns(request: FromRunsRequest): Promise<FromRuns> {
  const { reference, current } = request
  if (!reference.run || !current.run) return because('no runs on both datasets were given')
  if (reference.window || current.window) return because('runs are judged on whole datasets, not on windows')
  if (reference.run.binding.output.score === null) return because('the model gives labels without scores')
  if (reference.run.task === 'multilabel' || reference.run.task === 'ranking') {
    return because(`performance is not estimated for a ${reference.run.task} task`)
  }
  request.context.progress({ step: 'Reading scores and labels' })
  const known = await gatherSide(request, reference)
  if (known === null) return because(`the reference "${reference.dataset.name}" has no labels to learn from`)
  if (known.used < rowsAtLeast) return because(`the reference has fewer than ${rowsAtLeast} labelled rows`)
  const now = await gatherSide(request, current)
  request.context.progress({ step: 'Estimating performance' })
  return reference.run.task === 'regression'
    ? fromRegression(request, known, now)
    : fromClassification(request, known, now)
}

/** @returns null without a target */
async function gatherSide({ engine, context }: FromRunsRequest, side: Side): Promise<Gathered | null> {
  const { workspace } = engine
  const run = side.run!
  try {
    return await gather({
      dataset: side.dataset,
      dataPath: workspace.files.path(side.dataset.data.sha256),
      chunkPaths: listChunks(workspace.ledger, run.id).map((chunk) =>
        join(workspace.runFolder(run.id), chunkName(chunk.number)),
      ),
      shape: scoreShape(readVersion(workspace.ledger, run.versionId), run.binding.output),
      context,
    })
  } catch (error) {
    if (error instanceof AssayError && /^evaluation\/(no-target|no-rows|target-type)$/.test(error.code)) return null
    throw error
  }
}

async function fromRegression(request: FromRunsRequest, known: Gathered, now: Gathered | null): Promise<FromRuns> {
  const { connection, pool, current, context } = request
  const reference = { predictions: Float64Array.from(known.scores!), targets: known.values! }
  const after: PredictedValues = now
    ? { predictions: Float64Array.from(now.scores!), targets: now.values! }
    : { predictions: await readScore(connection, current, 'prediction', context), targets: null }
  const performance = await pool.run('regression', { reference, current: after })
  const test = now ? await pool.run('errors', { reference, current: after }) : null
  return { performance: { made: true, result: performance }, concept: await concept(request, test) }
}

async function fromClassification(request: FromRunsRequest, known: Gathered, now: Gathered | null): Promise<FromRuns> {
  const { connection, pool, reference, current, options, context } = request
  const { output } = reference.run!.binding
  const binary = output.task === 'binary'
  const positive = Math.max(0, output.classes.indexOf(output.positive ?? ''))
  const before = binary ? ofPositive(known, positive) : ofCall(known)
  const both = before.events!.includes(0) && before.events!.includes(1)
  if (!both)
    return because(binary ? 'the reference holds one class only' : 'the model is right (or wrong) on every row')
  const score = binary ? `p${positive}` : `greatest(${output.classes.map((_, k) => `p${k}`).join(', ')})`
  const after: LabelledScores = now
    ? binary
      ? ofPositive(now, positive)
      : ofCall(now)
    : { scores: await readScore(connection, current, score, context), events: null }
  const threshold = binary ? await thresholdOf(request) : null
  const input = { reference: before, current: after, threshold, seed: options.seed }
  const performance =
    (binary ? null : await ofEachClass(request, known, now)) ?? (await pool.run('classification', input))
  const test = now ? await pool.run('labels', { reference: before, current: after }) : null
  return { performance: { made: true, result: performance }, concept: await concept(request, test) }
}

/** Scores that all classes of one side may take. */
const scoresAtMost = 1e8

/** Null where a class has no row in the reference, or there is too much of them: then only accuracy is estimated. */
async function ofEachClass(
  { connection, pool, current, options, context }: FromRunsRequest,
  known: Gathered,
  now: Gathered | null,
): Promise<PerformanceEstimate | null> {
  const { width } = known
  const reference = namedClasses(known)
  const missing = new Set(reference.classes).size < width
  if (missing || width > estimatedClassesAtMost || width * current.rows > scoresAtMost) return null
  const after = now
    ? namedClasses(now)
    : { scores: await readScores(connection, current, width, context), classes: null, width }
  return pool.run('multiclass', { reference, current: after, seed: options.seed })
}

/** Without rows of a class that the model never names. */
function namedClasses({ scores, classes, width, used }: Gathered): ScoredClasses {
  const kept = Uint32Array.from({ length: used }, (_, row) => row).filter((row) => classes![row]! >= 0)
  const taken = new Float64Array(kept.length * width)
  kept.forEach((row, to) => {
    for (let k = 0; k < width; k++) taken[to * width + k] = scores![row * width + k]!
  })
  return { scores: taken, classes: Int32Array.from(kept, (row) => classes![row]!), width }
}

async function readScores(
  connection: DuckDBConnection,
  side: Side,
  width: number,
  context: JobContext,
): Promise<Float64Array> {
  const select = Array.from({ length: width }, (_, k) => `p${k}::DOUBLE`)
  const sql = `SELECT ${select.join(', ')} FROM ${side.scored}`
  const columns = await readNumbers(connection, sql, width, side.rows, context.signal)
  const scores = new Float64Array(width * side.rows)
  let kept = 0
  for (let row = 0; row < side.rows; row++) {
    if (!columns.every((column) => Number.isFinite(column[row]))) continue
    columns.forEach((column, k) => (scores[kept * width + k] = column[row]!))
    kept++
  }
  return scores.subarray(0, kept * width)
}

/** The threshold that the reference run was evaluated at, else 0.5. */
async function thresholdOf({ engine, reference }: FromRunsRequest): Promise<number> {
  if (reference.run!.evidenceSha256 === null) return 0.5
  const { detail } = (await readEvidence(engine, reference.run!.id)).evidence
  return detail.kind === 'binary' ? detail.threshold : 0.5
}

/** The chance of the positive class, and whether it came; rows of classes that the model never names are left out. */
export function ofPositive({ scores, classes, width, used }: Gathered, positive: number): LabelledScores {
  const kept = [...Array(used).keys()].filter((row) => classes![row]! >= 0)
  return {
    scores: Float64Array.from(kept, (row) => scores![row * width + positive]!),
    events: Uint8Array.from(kept, (row) => (classes![row] === positive ? 1 : 0)),
  }
}

/** The confidence in the predicted class, and whether it was right. */
export function ofCall({ scores, classes, width, used }: Gathered): LabelledScores {
  const confidence = new Float64Array(used)
  const right = new Uint8Array(used)
  for (let row = 0; row < used; row++) {
    let best = 0
    for (let k = 1; k < width; k++) if (scores![row * width + k]! > scores![row * width + best]!) best = k
    confidence[row] = scores![row * width + best]!
    right[row] = classes![row] === best ? 1 : 0
  }
  return { scores: confidence, events: right }
}

async function readScore(
  connection: DuckDBConnection,
  side: Side,
  score: string,
  context: JobContext,
): Promise<Float64Array> {
  const sql = `SELECT (${score})::DOUBLE FROM ${side.scored}`
  const [scores] = await readNumbers(connection, sql, 1, side.rows, context.signal)
  return scores!.filter(Number.isFinite)
}

type LabelTest = Omit<ConceptResult, 'metrics'>
type ConceptResult = Extract<DriftReport['concept'], { made: true }>['result']

async function concept(
  { engine, reference, current }: FromRunsRequest,
  test: LabelTest | null,
): Promise<FromRuns['concept']> {
  if (test === null) return { made: false, reason: `"${current.dataset.name}" has no labels` }
  const evaluated = reference.run!.evidenceSha256 !== null && current.run!.evidenceSha256 !== null
  const metrics = evaluated
    ? differMetrics(
        (await readEvidence(engine, reference.run!.id)).evidence.metrics,
        (await readEvidence(engine, current.run!.id)).evidence.metrics,
        compared[oneAnswerTask(reference.run!.task, 'Concept drift')],
      )
    : {}
  return { made: true, result: { ...test, metrics } }
}
