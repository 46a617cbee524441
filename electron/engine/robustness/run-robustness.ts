/** Changes a sample of a run's rows in several ways, scores them again, and keeps what came of it in the evidence. */
import type { AssayErrorData } from '../../../shared/contract/errors.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { robustnessSectionSchema } from '../../../shared/contract/robustness.ts'
import type {
  Perturbation,
  PerturbationKind,
  RobustnessOptions,
  RobustnessPoint,
  RobustnessSection,
} from '../../../shared/contract/robustness.ts'
import type { AnswerShape, Answers } from '../../../shared/robustness/answers.ts'
import { kindDefinitions, kindNames } from '../../../shared/robustness/kinds.ts'
import { headlineFor, measurePoint } from '../../../shared/robustness/measure-point.ts'
import type { HeadlineName } from '../../../shared/robustness/measure-point.ts'
import type { Engine } from '../engine.ts'
import { addSection, readEvidence } from '../evaluation/evidence-store.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { scoringTask } from '../models/try-binding.ts'
import { readDataset, readRun, readVersion } from '../records.ts'
import { appliesTo, changeColumn } from './changed-columns.ts'
import type { Fits } from './changed-columns.ts'
import { findingsOf } from './findings.ts'
import { moveColumns } from './move-columns.ts'
import { fitColumns, readSample } from './read-sample.ts'
import type { Sample } from './read-sample.ts'
import { Rescorer } from './score-again.ts'
import { oneAnswerTask } from '../evaluation/gather-run.ts'
import { weightsUnused } from '../evaluation/weights-unused.ts'

/** Images cost a hundred times what numbers do. */
const mostImages = 300

export interface Setting {
  readonly engine: Engine
  readonly dataset: ReturnType<typeof readDataset>
  readonly sample: Sample
  readonly fits: Fits
  readonly rescorer: Rescorer
  readonly shape: AnswerShape
  readonly options: RobustnessOptions
  readonly seed: number
  readonly context: JobContext
}

/** @throws AssayError robustness/no-such-column, robustness/no-rows, run/not-evaluated, what scoring throws */
export async function runRobustness(
  engine: Engine,
  runId: RunId,
  options: RobustnessOptions,
  context: JobContext,
): Promise<RobustnessSection> {
  const { ledger } = engine.workspace
  const { evidence } = await readEvidence(engine, runId)
  const run = readRun(ledger, runId)
  const dataset = readDataset(ledger, run.datasetId)
  const version = readVersion(ledger, run.versionId)
  const { binding } = run
  const { output } = binding
  const task = oneAnswerTask(output.task, 'Robustness')
  context.progress({ step: 'Reading rows', done: 0, total: null, unit: 'steps' })
  const images = binding.inputs.some((input) => input.kind === 'image')
  const sample = await readSample(
    engine,
    dataset,
    version,
    binding,
    images ? Math.min(options.rows, mostImages) : options.rows,
  )
  checkColumns(sample, options)
  const shape: AnswerShape = {
    task,
    positive: Math.max(0, output.classes.indexOf(output.positive ?? '')),
    threshold: evidence.detail.kind === 'binary' ? evidence.detail.threshold : 0.5,
  }
  const rescorer = new Rescorer(engine, await scoringTask(engine, version, dataset, binding), shape, context.signal)
  try {
    const fits = await fitColumns(engine, dataset, sample.columns)
    const setting: Setting = { engine, dataset, sample, fits, rescorer, shape, options, seed: evidence.seed, context }
    const base = await rescorer.score(sample.columns, sample.rows)
    const headline = headlineFor(task, output.score !== null, evidence.headline)
    const { perturbations, skipped } = await perturbAll(setting, base, headline)
    const moved = await moveColumns(setting)
    const unchanged = measurePoint(shape, headline, sample.truth, base, base, true)
    const section = robustnessSectionSchema.parse({
      schema: 'assay.robustness/1',
      createdAt: new Date().toISOString(),
      task,
      seed: evidence.seed,
      rows: { total: dataset.rows, sampled: sample.read, used: sample.rows },
      headline,
      baseline: unchanged.metric,
      confidence: unchanged.confidence,
      perturbations,
      monotonicity: moved.monotonicity,
      skipped: [...skipped, ...moved.skipped],
      findings: [
        ...weightsUnused(dataset, 'Robustness'),
        ...findingsOf(dataset.rows, sample, perturbations, moved.monotonicity, unchanged),
      ],
    } satisfies RobustnessSection)
    await addSection(engine, runId, 'robustness', section)
    return section
  } finally {
    rescorer.stop()
  }
}

function checkColumns({ columns }: Sample, options: RobustnessOptions): void {
  const known = new Set(columns.map((column) => column.name))
  const unknown = [...(options.columns ?? []), ...Object.keys(options.expected)].find((name) => !known.has(name))
  if (unknown === undefined) return
  throw new AssayError({
    code: 'robustness/no-such-column',
    message: `The model reads no column "${unknown}".`,
    remedy: `It reads ${[...known].slice(0, 12).join(', ')}.`,
    where: { column: unknown },
  })
}

async function perturbAll(
  setting: Setting,
  base: Answers,
  headline: HeadlineName,
): Promise<Pick<RobustnessSection, 'perturbations' | 'skipped'>> {
  const { options, context } = setting
  const wanted = kindNames.filter((kind) => !options.kinds || options.kinds.includes(kind))
  const plans = wanted.map((kind) => ({ kind, columns: columnsOf(setting, kind) }))
  const skipped = plans
    .filter(({ columns }) => columns.length === 0)
    // Unless asked for, a kind for images says nothing about a table.
    .filter(({ kind }) => options.kinds !== undefined || !kindDefinitions[kind].applies.includes('image'))
    .map(({ kind }) => ({
      what: kindDefinitions[kind].title,
      reason: 'the model reads no column that it could change',
    }))
  const planned = plans.filter(({ columns }) => columns.length > 0)
  const total = planned.reduce((sum, { kind }) => sum + kindDefinitions[kind].strengths.length, 0)
  let done = 0
  const perturbations: Perturbation[] = []
  for (const { kind, columns } of planned) {
    const { strengths, truthHolds, title, what, strengthUnit } = kindDefinitions[kind]
    const points: RobustnessPoint[] = []
    let failure: AssayErrorData | null = null
    for (const strength of strengths) {
      context.signal.throwIfAborted()
      context.progress({ step: title, done: done++, total, unit: 'steps' })
      try {
        const changed = await scoreChanged(setting, kind, columns, strength)
        points.push({
          strength,
          ...measurePoint(setting.shape, headline, setting.sample.truth, base, changed, truthHolds),
        })
      } catch (error) {
        if (!(error instanceof AssayError)) throw error
        failure = error.toJSON()
        break
      }
    }
    perturbations.push({
      kind,
      title,
      what,
      strengthUnit,
      columns,
      points,
      failure: failure && { ...failure, where: { ...failure.where } },
    })
  }
  return { perturbations, skipped }
}

/** Names of the columns that a kind changes. */
function columnsOf({ dataset, sample, options }: Setting, kind: PerturbationKind): string[] {
  const chosen = sample.columns.filter((column) => !options.columns || options.columns.includes(column.name))
  return [...new Set(chosen.filter((column) => appliesTo(kind, dataset, column)).map((column) => column.name))]
}

async function scoreChanged(
  { dataset, sample, fits, rescorer, seed }: Setting,
  kind: PerturbationKind,
  names: readonly string[],
  strength: number,
): Promise<Answers> {
  const columns = []
  for (const column of sample.columns) {
    const changes = names.includes(column.name) && appliesTo(kind, dataset, column)
    columns.push(changes ? await changeColumn(kind, column, strength, fits, seed) : column)
  }
  return rescorer.score(columns, sample.rows)
}
