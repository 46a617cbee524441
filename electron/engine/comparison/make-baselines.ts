/** The baselines of a comparison: one answer for every row, a linear model and a small tree, trained on the spot. */
import { constantScores } from '../../../shared/comparison/baselines.ts'
import { crossFitParts } from '../../../shared/comparison/trained-baselines.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { plural } from '../../../shared/format/number.ts'
import type { Engine } from '../engine.ts'
import { runAnalysis } from '../evaluation/run-analysis.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { mostTrainingRows, readTraining, sharesOf } from './baseline-scores.ts'
import type { TrainingTable } from './baseline-scores.ts'
import type { GatheredRuns } from './gather-runs.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

export interface ScoredBaseline {
  readonly key: 'baseline:constant' | 'baseline:linear' | 'baseline:tree'
  readonly title: string
  readonly detail: string
  readonly scores: Float64Array
}

export interface BaselineRequest {
  readonly runs: readonly Run[]
  readonly dataset: Dataset
  /** Null: the compared rows, each part of them predicted by what was learnt from the others. */
  readonly train: Dataset | null
  readonly gathered: GatheredRuns
  readonly findings: EvidenceFinding[]
  readonly seed: number
}

/** @throws AssayError what readTraining throws */
export async function makeBaselines(
  engine: Engine,
  request: BaselineRequest,
  context: JobContext,
): Promise<ScoredBaseline[]> {
  const { runs, dataset, gathered, seed } = request
  // A model of the very rows that it predicts would look better than it is.
  const train = request.train?.id === dataset.id ? null : request.train
  const { task, binding } = runs[0]!
  const labels = binding.output.classes
  const { used, rowNumber } = gathered
  const table = await readTraining(engine, { train, dataset, task, labels, rowNumber, seed }, context)
  const trained = 'reason' in table ? null : table.trained
  const source = trained ? `of "${train!.name}"` : 'of these rows, which makes it a little too good'
  const constant: ScoredBaseline = {
    key: 'baseline:constant',
    title: task === 'regression' ? 'Baseline: the mean' : 'Baseline: the majority class',
    detail: task === 'regression' ? `the mean ${source} for every row` : `the class shares ${source} for every row`,
    scores: constantScores(used, trained?.shares ?? ownShares(request)),
  }
  if ('reason' in table) {
    leaveOut(request, 'linear baseline and no tree', table.reason)
    return [constant]
  }
  return [constant, ...(await trainedBaselines(engine, { ...request, train }, table, context))]
}

function ownShares({ runs, gathered }: BaselineRequest): number[] {
  const { classes, values, used } = gathered
  const known = classes ? mapTo(Uint8Array, classes, (k) => (k < 0 ? 0 : 1)) : null
  const total = known ? known.reduce((sum, one) => sum + one, 0) : used
  return sharesOf((values ?? classes)!, known, total, runs[0]!.binding.output.classes.length)
}

function leaveOut({ dataset, train, findings }: BaselineRequest, what: string, reason: string): void {
  findings.push({
    code: 'comparison/no-trained-baseline',
    severity: 'note',
    message: `There is no ${what}: ${reason}.`,
    remedy: 'The other numbers do not depend on it.',
    where: { train: (train ?? dataset).name },
  })
}

async function trainedBaselines(
  engine: Engine,
  request: BaselineRequest,
  { design, rows, trained }: TrainingTable,
  context: JobContext,
): Promise<ScoredBaseline[]> {
  const { runs, train, gathered, seed } = request
  const { task, binding } = runs[0]!
  context.progress({ step: 'Training baselines', done: 0, total: 2, unit: 'steps' })
  const found = await runAnalysis(
    engine,
    {
      analysis: 'trained baselines',
      input: {
        task,
        design,
        classes: task === 'regression' ? 0 : binding.output.classes.length,
        rows,
        train: trained,
        own: { classes: gathered.classes, values: gathered.values },
        mostRows: mostTrainingRows,
        seed,
      },
    },
    [rows.index, rows.value, trained?.rows.index ?? null, trained?.rows.value ?? null],
    context,
  )
  const learnt =
    trained && train
      ? `fitted on ${trained.rows.rows < trained.total ? `${plural(trained.rows.rows, 'row')} drawn from ` : ''}${plural(trained.total, 'row')} of "${train.name}"`
      : `cross-fitted: each of ${crossFitParts} parts of these rows by a model of the others`
  const features = plural(design.columns.length, 'feature')
  const kinds = [
    {
      key: 'baseline:linear',
      name: 'linear baseline',
      title: `Baseline: ${task === 'regression' ? 'ridge regression' : 'logistic regression'}`,
      detail: `${learnt}, ${features}, ridge penalty 1`,
      ...found.linear,
    },
    {
      key: 'baseline:tree',
      name: 'tree baseline',
      title: 'Baseline: a small tree',
      detail: `${learnt}, ${features}, at most 4 levels`,
      ...found.tree,
    },
  ] as const
  return kinds.flatMap(({ key, name, title, detail, scores, reason }) => {
    if (scores !== null) return [{ key, title, detail, scores }]
    leaveOut(request, name, reason)
    return []
  })
}
