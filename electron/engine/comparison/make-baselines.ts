/** The baselines of a comparison: one answer for every row, and a linear model fitted on the spot. */
import { constantScores } from '../../../shared/comparison/baselines.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { plural } from '../../../shared/format/number.ts'
import type { Engine } from '../engine.ts'
import { runAnalysis } from '../evaluation/run-analysis.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readTraining, sharesOf } from './baseline-scores.ts'
import type { TrainingTable } from './baseline-scores.ts'
import type { GatheredRuns } from './gather-runs.ts'

/** Past this many classes a linear model a class is no quick baseline any more. */
const mostLinearClasses = 30

export interface Baseline {
  readonly key: 'baseline:constant' | 'baseline:linear'
  readonly title: string
  readonly detail: string
  readonly scores: Float64Array
}

export interface BaselineRequest {
  readonly runs: readonly Run[]
  readonly dataset: Dataset
  readonly train: Dataset | null
  readonly gathered: GatheredRuns
  readonly findings: EvidenceFinding[]
  readonly seed: number
}

/** @throws AssayError what readTraining throws */
export async function makeBaselines(
  engine: Engine,
  { runs, dataset, train, gathered, findings, seed }: BaselineRequest,
  context: JobContext,
): Promise<Baseline[]> {
  const { task, binding } = runs[0]!
  const labels = binding.output.classes
  const { used, rowNumber } = gathered
  const answers = (gathered.values ?? gathered.classes)!
  const known = gathered.classes ? Uint8Array.from(gathered.classes, (k) => (k < 0 ? 0 : 1)) : null
  const ownTotal = known ? known.reduce((sum, one) => sum + one, 0) : used
  const training = train ? await readTraining(engine, { train, dataset, task, labels, rowNumber, seed }, context) : null
  const shares = training?.shares ?? sharesOf(answers, known, ownTotal, task === 'regression' ? 0 : labels.length)
  const source = train ? `of "${train.name}"` : 'of these rows, which makes it a little too good'
  const constant: Baseline = {
    key: 'baseline:constant',
    title: task === 'regression' ? 'Baseline: the mean' : 'Baseline: the majority class',
    detail: task === 'regression' ? `the mean ${source} for every row` : `the class shares ${source} for every row`,
    scores: constantScores(used, shares),
  }
  if (!training || !train) return [constant]
  if (train.id === dataset.id) {
    findings.push({
      code: 'comparison/trained-on-itself',
      severity: 'warning',
      message: 'The linear baseline is fitted on the rows that it is compared on, and so looks better than it is.',
      remedy: 'Give the dataset that the models were trained on.',
    })
  }
  const linear = await linearBaseline(engine, training, train, labels, findings, context)
  return linear ? [constant, linear] : [constant]
}

async function linearBaseline(
  engine: Engine,
  training: TrainingTable,
  train: Dataset,
  labels: readonly string[],
  findings: EvidenceFinding[],
  context: JobContext,
): Promise<Baseline | null> {
  const { input, rows, total, fitted } = training
  const leftOut = (reason: string): null => {
    findings.push({
      code: 'comparison/no-linear-baseline',
      severity: 'note',
      message: `There is no linear baseline: ${reason}.`,
      remedy: 'The other numbers do not depend on it.',
      where: { train: train.name },
    })
    return null
  }
  if (labels.length > mostLinearClasses) return leftOut(`${labels.length} classes are too many to fit on the spot`)
  context.progress({ step: 'Fitting the linear baseline', done: 0, total: null, unit: 'steps' })
  const found = await runAnalysis(
    engine,
    { analysis: 'linear baseline', input: { ...input, rows } },
    [input.train.index, input.train.value, rows.index, rows.value],
    context,
  )
  if (found.scores === null) return leftOut(found.reason)
  const { columns } = input.design
  const kind = input.task === 'regression' ? 'ridge regression' : 'logistic regression'
  const seen = fitted < total ? `${plural(fitted, 'row')} drawn from ${plural(total, 'row')}` : plural(total, 'row')
  return {
    key: 'baseline:linear',
    title: `Baseline: ${kind}`,
    detail: `fitted on ${seen} of "${train.name}", ${plural(columns.length, 'feature')}, ridge penalty 1`,
    scores: found.scores,
  }
}
