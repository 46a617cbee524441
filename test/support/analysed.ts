/** Runs that are scored, evaluated and analysed further, and the sections that come of it. */
import { join } from 'node:path'
import { fairnessSectionSchema } from '../../shared/contract/fairness.ts'
import type { FairnessSection } from '../../shared/contract/fairness.ts'
import { robustnessSectionSchema } from '../../shared/contract/robustness.ts'
import type { RobustnessSection } from '../../shared/contract/robustness.ts'
import type { Run } from '../../shared/contract/run.ts'
import { slicesSectionSchema } from '../../shared/contract/slices.ts'
import type { SlicesSection } from '../../shared/contract/slices.ts'
import { samples } from './engine.ts'
import type { TestEngine } from './engine.ts'

export async function evaluated(
  test: TestEngine,
  folder: string,
  model: string,
  data: string,
  options: object,
): Promise<Run> {
  const dataset = await test.importDataset(join(folder, data), options)
  const version = await test.importModel(join(folder, model))
  const run = await test.score(version, dataset)
  await test.evaluate(run)
  return test.call.runs.get({ id: run.id })
}

export const churnRun = (test: TestEngine): Promise<Run> =>
  evaluated(test, samples, 'churn/gradient-boosting.onnx', 'churn/holdout.csv', {
    target: 'churned',
    id: 'customer_id',
    task: 'binary',
    positive: 'Yes',
    protected: ['gender', 'senior'],
  })

export const diabetesRun = (test: TestEngine): Promise<Run> =>
  evaluated(test, samples, 'diabetes/ridge.onnx', 'diabetes/holdout.csv', { target: 'progression', task: 'regression' })

async function sectionOf(
  test: TestEngine,
  run: Run,
  name: 'fairness' | 'slices' | 'robustness',
  options: object,
): Promise<unknown> {
  const { jobId } = await test.call[name].start({ id: run.id, options })
  await test.finish(jobId)
  return (await test.call.runs.evidence({ id: run.id })).sections![name]
}

export const fairnessOf = async (test: TestEngine, run: Run, options: object = {}): Promise<FairnessSection> =>
  fairnessSectionSchema.parse(await sectionOf(test, run, 'fairness', options))

export const slicesOf = async (test: TestEngine, run: Run, options: object = {}): Promise<SlicesSection> =>
  slicesSectionSchema.parse(await sectionOf(test, run, 'slices', options))

export const robustnessOf = async (test: TestEngine, run: Run, options: object = {}): Promise<RobustnessSection> =>
  robustnessSectionSchema.parse(await sectionOf(test, run, 'robustness', options))
