/** Pages of rows: an image's cell names its row in the file, whatever the order and the filter. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Dataset } from '../../shared/contract/dataset.ts'
import { openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
let dataset: Dataset
beforeAll(async () => {
  test = await openTestEngine()
  dataset = await test.importDataset(join(samples, 'digits/holdout.csv'), { target: 'label', task: 'multiclass' })
})
afterAll(() => test.close())

it('an image keeps its row through sorting and filtering', async () => {
  const rows = async (request: object) =>
    (await test.call.datasets.rows({ id: dataset.id, request: { offset: 0, limit: 1000, ...request } })).rows
  const image = dataset.columns.findIndex(({ type }) => type === 'image')
  const label = dataset.columns.findIndex(({ name }) => name === 'label')
  const inFile = await rows({})
  expect(inFile.map((row) => row[image])).toEqual(inFile.map((_, index) => `image ${index + 1}`))
  const chosen = await rows({ sort: { column: 'label', direction: 'descending' }, filter: 'label >= 7' })
  expect(chosen.length).toBeGreaterThan(10)
  for (const row of chosen) {
    const place = Number(row[image]!.replace('image ', '')) - 1
    expect(inFile[place]![label]).toBe(row[label])
  }
})
