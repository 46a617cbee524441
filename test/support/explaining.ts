/** An engine with runs to explain: imported, scored and evaluated as a user would, effects left out unless asked for. */
import { afterAll, beforeAll } from 'vitest'
import type { DatasetOptions } from '../../shared/contract/dataset.ts'
import type { Explanation } from '../../shared/contract/explain.ts'
import type { Run } from '../../shared/contract/run.ts'
import { closeLocalSession } from '../../electron/engine/explain/local-session.ts'
import { openTestEngine } from './engine.ts'
import type { TestEngine } from './engine.ts'

export const churn = { target: 'churned', id: 'customer_id', task: 'binary', positive: 'Yes' } as const

/** Opens an engine for the file's tests, and closes it after them. */
export function explainingEngine() {
  let test: TestEngine
  beforeAll(async () => {
    test = await openTestEngine()
  })
  afterAll(async () => {
    await closeLocalSession(test.engine)
    await test.close()
  })
  return {
    get test(): TestEngine {
      return test
    },
    async evaluated(dataset: string, model: string, options: DatasetOptions): Promise<Run> {
      const data = await test.importDataset(dataset, options)
      const run = await test.score(await test.importModel(model), data)
      await test.evaluate(run)
      return run
    },
    async explain(run: Run, more: object = {}): Promise<Explanation> {
      const { jobId } = await test.call.explain.start({ id: run.id, effects: false, ...more })
      await test.finish(jobId)
      return (await test.call.explain.get({ id: run.id }))!
    },
  }
}
