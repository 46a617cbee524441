/** A model with smaller weights runs, is bound as before, and its price is measured on the same rows. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ComparisonId, VersionId } from '../../shared/contract/ids.ts'
import type { Run } from '../../shared/contract/run.ts'
import { codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
let run: Run

beforeAll(async () => {
  test = await openTestEngine()
  const dataset = await test.importDataset(join(samples, 'digits/holdout.csv'), { target: 'label', task: 'multiclass' })
  run = await test.score(await test.importModel(join(samples, 'digits/mlp.onnx')), dataset)
  await test.evaluate(run)
}, 60_000)
afterAll(() => test.close())

describe('the digits network', () => {
  it.each([
    ['float16', 0.55, 2e-3, 0],
    ['int8', 0.32, 0.12, 0.01],
  ] as const)(
    'with %s weights: a file of a part of the size, a price with its interval',
    async (to, size, largest, price) => {
      const { jobId } = await test.call.models.shrink({ runId: run.id, to })
      const id = (await test.finish(jobId)) as VersionId
      const [before, after] = await Promise.all([run.versionId, id].map((one) => test.call.models.get({ id: one })))
      expect(after!.bytes / before!.bytes).toBeLessThan(size)
      expect(after!.edits.at(-1)).toContain(`as ${to} of version 1`)
      const { lineage } = await test.call.registry.get({ id })
      expect(lineage.parents).toMatchObject([{ versionId: run.versionId, kind: 'quantized' }])
      const smaller = await test.score(after!, await test.call.datasets.get({ id: run.datasetId }))
      const evidence = await test.evaluate(smaller)
      const wide = (one: Run) => test.call.runs.rows({ id: one.id, request: { offset: 0, limit: 1000 } })
      const [a, b] = [await wide(run), await wide(smaller)]
      const columns = a.columns.flatMap(({ name }, at) => (name.startsWith('probability') ? [at] : []))
      expect(columns).toHaveLength(10)
      const distances = a.rows.flatMap((row, k) =>
        columns.map((at) => Math.abs(Number(row[at]) - Number(b.rows[k]![at]))),
      )
      expect(Math.max(...distances)).toBeLessThan(largest)
      expect(Math.max(...distances)).toBeGreaterThan(0)
      const compared = await test.call.comparisons.start({ runs: [run.id, smaller.id], margins: {} })
      const { comparison } = await test.call.comparisons.get({
        id: (await test.finish(compared.jobId)) as ComparisonId,
      })
      const { difference } = comparison.pairs[0]!.differences['accuracy']!
      expect(Math.abs(difference.value!)).toBeLessThanOrEqual(price)
      expect(evidence.metrics['accuracy']!.value).toBeGreaterThan(0.9)
      console.info(
        `${to}: ${before!.bytes} to ${after!.bytes} bytes; accuracy ${difference.value} [${difference.low}, ${difference.high}]; largest difference of a probability ${Math.max(...distances).toExponential(1)}`,
      )
    },
  )
})

it('trees are as small as they get', async () => {
  const dataset = await test.importDataset(join(samples, 'churn/holdout.csv'), {
    target: 'churned',
    task: 'binary',
    positive: 'Yes',
    id: 'customer_id',
  })
  const trees = await test.score(await test.importModel(join(samples, 'churn/gradient-boosting.onnx')), dataset)
  const { jobId } = await test.call.models.shrink({ runId: trees.id, to: 'int8' })
  expect(await codeOf(test.finish(jobId))).toBe('shrink/nothing')
})
