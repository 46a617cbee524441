/** The churn models that ship with Assay, scored on the hold-out rows and evaluated. */
import { join } from 'node:path'
import type { Comparison } from '../../shared/contract/comparison.ts'
import type { Dataset } from '../../shared/contract/dataset.ts'
import type { ComparisonId } from '../../shared/contract/ids.ts'
import type { Evidence, Run } from '../../shared/contract/run.ts'
import { openTestEngine, samples } from './engine.ts'
import type { TestEngine } from './engine.ts'

export const churnOptions = { target: 'churned', task: 'binary', id: 'customer_id', positive: 'Yes' } as const
export const churnFile = (file: string): string => join(samples, 'churn', file)

export interface ChurnRuns {
  readonly test: TestEngine
  readonly holdout: Dataset
  readonly boosting: Run
  readonly logistic: Run
  /** Of boosting. */
  readonly evidence: Evidence
}

export async function openChurnRuns(): Promise<ChurnRuns> {
  const test = await openTestEngine()
  const named = { ...churnOptions, protected: ['gender', 'senior'], name: 'holdout' }
  const holdout = await test.importDataset(churnFile('holdout.csv'), named)
  const boosting = await test.score(await test.importModel(churnFile('gradient-boosting.onnx'), 'boosting'), holdout)
  const logistic = await test.score(await test.importModel(churnFile('logistic-regression.onnx'), 'logistic'), holdout)
  const evidence = await test.evaluate(boosting)
  await test.evaluate(logistic)
  return { test, holdout, boosting, logistic, evidence }
}

export async function compareRuns(
  test: TestEngine,
  request: object,
): Promise<{ readonly id: ComparisonId; readonly comparison: Comparison }> {
  const { jobId } = await test.call.comparisons.start(request as never)
  const id = (await test.finish(jobId)) as ComparisonId
  return { id, comparison: (await test.call.comparisons.get({ id })).comparison }
}
