/** The samples that ship: each model's scores agree with what scikit-learn gave, and the metrics with its own. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetOptions } from '../../shared/contract/dataset.ts'
import { openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

interface Sample {
  readonly name: string
  readonly dataset: { readonly file: string } & Required<Pick<DatasetOptions, 'target' | 'task'>> & DatasetOptions
  readonly models: readonly { readonly file: string; readonly name: string }[]
}

const all = JSON.parse(readFileSync(join(samples, 'samples.json'), 'utf8')) as Sample[]
const pairs = all.flatMap((sample) => sample.models.map((model) => ({ sample, model, file: model.file })))

describe('samples', () => {
  let test: TestEngine
  beforeAll(async () => {
    test = await openTestEngine()
  })
  afterAll(() => test.close())

  it.each(pairs)('$file', async ({ sample, model }) => {
    const { file, target, task, positive } = sample.dataset
    const dataset = await test.importDataset(join(samples, file), { target, task, ...(positive ? { positive } : {}) })
    const version = await test.importModel(join(samples, model.file))
    const run = await test.score(version, dataset)
    const folder = join(samples, file, '..')
    const expected = Papa.parse<Record<string, string>>(readFileSync(join(folder, 'expected.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    const { columns, rows } = await test.call.runs.rows({ id: run.id, request: { offset: 0, limit: 1000 } })
    const short = model.file.replace(/^.*\//, '').replace('.onnx', '')
    const scored = columns
      .map((column, place) => ({ name: column.name.replace('probability ', ''), place }))
      .slice(dataset.columns.length)
    let compared = 0
    if (run.binding.output.transform === 'none') {
      for (const { name, place } of scored) {
        const theirs = name === 'prediction' ? short : `${short}:${name}`
        if (!(theirs in expected[0]!)) continue
        rows.forEach((row, index) => {
          const value = Number(expected[index]![theirs])
          expect(Math.abs(Number(row[place]) - value) / Math.max(Math.abs(value), 0.05)).toBeLessThan(1e-5)
        })
        compared++
      }
      expect(compared).toBeGreaterThan(0)
    }
    const evidence = await test.evaluate(run)
    const reference = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
      holdout: Record<string, Record<string, number>>
    }
    const metrics = reference.holdout[short]!
    const shared = Object.keys(metrics).filter((name) => typeof evidence.metrics[name]?.value === 'number')
    expect(shared.length).toBeGreaterThan(2)
    for (const name of shared) {
      const difference = Math.abs(evidence.metrics[name]!.value! - metrics[name]!)
      expect(difference / Math.max(Math.abs(metrics[name]!), 1e-3), name).toBeLessThan(1e-5)
    }
  })
})
