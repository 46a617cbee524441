/** Batches on several threads give the same chunks, to the byte, as batches in one, and name the rows that fail. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FromScorer, ScoringPlan, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import { resolveBinding, scoringTask } from '../../electron/engine/models/try-binding.ts'
import { withScorer } from '../../electron/engine/scoring/ask-scorer.ts'
import { initializer, input, model, node, output } from '../support/build-model.ts'
import { openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

describe('lanes', () => {
  let test: TestEngine
  let task: ScoringTask
  let rows: number
  beforeAll(async () => {
    test = await openTestEngine()
    const dataset = await test.importDataset(join(samples, 'churn/holdout.csv'), { target: 'churned', task: 'binary' })
    const version = await test.importModel(join(samples, 'churn/gradient-boosting.onnx'))
    const { binding } = await resolveBinding(test.engine, version, dataset)
    task = await scoringTask(test.engine, version, dataset, binding)
    rows = dataset.rows
  })
  afterAll(() => test.close())

  const planOf = (lanes: number): ScoringPlan => ({
    device: 'cpu',
    threads: 1,
    lanes,
    batchRows: 64,
    readRows: 128,
    chunkRows: 384,
    parity: null,
  })

  async function score(name: string, plan: ScoringPlan, firstChunk = 0, scored = task) {
    const folder = join(test.folder, 'tmp', name)
    await mkdir(folder, { recursive: true })
    const messages: FromScorer[] = []
    await withScorer(test.engine.launcher, (scorer) =>
      scorer.ask({ type: 'score', task: scored, plan, folder, firstChunk, totalRows: rows }, 'scored', {
        onMessage: (message) => void messages.push(message),
      }),
    )
    const chunks = messages.flatMap((message) => (message.type === 'chunk' ? [message.chunk] : []))
    const files = await Promise.all(
      (await readdir(folder)).sort().map(async (file) => (await readFile(join(folder, file))).toString('base64')),
    )
    return { chunks, files }
  }

  it('give the chunks of one thread, also from the middle', async () => {
    const alone = await score('alone', planOf(1))
    const beside = await score('beside', planOf(3))
    expect(alone.chunks.length).toBeGreaterThan(2)
    expect(alone.chunks.map(({ firstRow, rows: n }) => [firstRow, n]).at(-1)).toEqual([
      384 * (alone.chunks.length - 1),
      rows - 384 * (alone.chunks.length - 1),
    ])
    expect(beside).toEqual(alone)
    const resumed = await score('resumed', planOf(3), 1)
    expect(resumed.chunks).toEqual(alone.chunks.slice(1))
  })

  it('are planned where the work lasts, and say so', async () => {
    const planned = await withScorer(test.engine.launcher, (scorer) =>
      scorer.ask(
        { type: 'plan', task: { ...task, threads: 2 }, devices: ['cpu'], batchRows: null, totalRows: 1e9 },
        'planned',
      ),
    )
    expect(planned.tried.some((line) => line.includes('2 lanes'))).toBe(true)
    const { batchRows, readRows, chunkRows } = planned.plan
    expect(readRows! % batchRows).toBe(0)
    expect(chunkRows % readRows!).toBe(0)
  })

  it('name the rows that a model fails on', async () => {
    // Adds 64 rows of zeros: any other number of rows is refused while running.
    const modelPath = join(test.folder, 'tmp', 'sixty-four.onnx')
    const zeros = initializer('zeros', [64, 2], new Array<number>(128).fill(0))
    await writeFile(
      modelPath,
      model([node('Add', ['x', 'zeros'], ['y']), zeros, input('x', 1, [null, 2]), output('y', 1, [null, 2])]),
    )
    const binding: ScoringTask['binding'] = {
      ...task.binding,
      inputs: [{ kind: 'matrix', input: 'x', columns: ['tenure_months', 'monthly_charges'] }],
      output: { ...task.binding.output, score: ['y'], label: null },
    }
    const failure = await score('broken', planOf(2), 0, { ...task, modelPath, binding }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({
      code: 'score/run-failed',
      where: { firstRow: rows - (rows % 64) + 1, rows: rows % 64 },
    })
  })
})
