/** Rows on several threads give the same chunks, to the byte, as rows in one, and name the rows that fail. */
import { copyFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FromScorer, ScoringPlan, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import { resolveBinding, scoringTask } from '../../electron/engine/models/try-binding.ts'
import { withScorer } from '../../electron/engine/scoring/ask-scorer.ts'
import { writeNumberFile } from '../../electron/data-plane/write-number-file.ts'
import { writeTable } from '../bench/table.ts'
import { initializer, input, model, node, output } from '../support/build-model.ts'
import { openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'

describe('lanes', () => {
  const rows = 10_000
  let test: TestEngine
  let task: ScoringTask
  beforeAll(async () => {
    test = await openTestEngine()
    const inFolder = (name: string) => join(test.folder, 'tmp', name)
    await writeTable(inFolder('table.csv'), rows)
    await writeFile(inFolder('mlp.onnx'), makeMlp([30, 8, 1]))
    const dataset = await test.importDataset(inFolder('table.csv'), { target: 'y', task: 'binary' })
    const version = await test.importModel(inFolder('mlp.onnx'))
    const { binding } = await resolveBinding(test.engine, version, dataset)
    // A table of this size gets no number file by itself.
    const numbersPath = inFolder('numbers.f32')
    task = { ...(await scoringTask(test.engine, version, dataset, binding)), numbersPath }
    const names = Array.from({ length: 30 }, (_, k) => `x${k}`)
    await writeNumberFile(task.dataPath, names, numbersPath, new AbortController().signal, () => undefined)
  })
  afterAll(() => test.close())

  const planOf = (lanes: number): ScoringPlan => ({
    device: 'cpu',
    threads: 1,
    lanes,
    batchRows: 64,
    readRows: 192,
    chunkRows: 3840,
    parity: null,
  })

  async function score(name: string, plan: ScoringPlan, firstChunk = 0, scored = task) {
    const folder = join(test.folder, 'tmp', name)
    await mkdir(folder, { recursive: true })
    const messages: FromScorer[] = []
    const { scoresSha256 } = await withScorer(test.engine.launcher, (scorer) =>
      scorer.ask({ type: 'score', task: scored, plan, folder, firstChunk, totalRows: rows }, 'scored', {
        onMessage: (message) => void messages.push(message),
      }),
    )
    const chunks = messages.flatMap((message) => (message.type === 'chunk' ? [message.chunk] : []))
    const files = await Promise.all(
      (await readdir(folder)).sort().map(async (file) => (await readFile(join(folder, file))).toString('base64')),
    )
    return { chunks, files, scoresSha256 }
  }

  it('give the chunks of one thread, also from the middle', async () => {
    const alone = await score('alone', planOf(1))
    const beside = await score('beside', planOf(3))
    expect(alone.chunks).toHaveLength(3)
    expect(alone.chunks.map(({ firstRow, rows: n }) => [firstRow, n]).at(-1)).toEqual([
      3840 * (alone.chunks.length - 1),
      rows - 3840 * (alone.chunks.length - 1),
    ])
    expect(beside).toEqual(alone)
    const resumed = await score('beside', planOf(3), 1)
    expect(resumed).toEqual({ ...alone, chunks: alone.chunks.slice(1) })
    const complete = await score('beside', planOf(3), 3)
    expect(complete).toEqual({ ...alone, chunks: [] })
  })

  it('are not needed to go on with a run that began in them, when the number file is gone', async () => {
    const alone = await score('with', planOf(1))
    expect(await score('without', planOf(3), 0, { ...task, numbersPath: null })).toEqual(alone)
  })

  it('pass on what a lane finds wrong with the number file', async () => {
    const cut = join(test.folder, 'tmp', 'cut.f32')
    await copyFile(task.numbersPath!, cut)
    await truncate(cut, 1000)
    const failure = await score('cut', planOf(2), 0, { ...task, numbersPath: cut }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'dataset/file-changed', where: { byte: expect.any(Number) as number } })
  })

  it('pass on that ONNX Runtime refuses the model', async () => {
    const modelPath = join(test.folder, 'tmp', 'broken.onnx')
    await writeFile(modelPath, 'no model')
    const failure = await score('refused', planOf(2), 0, { ...task, modelPath }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'model/runtime-refused' })
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
    const zeros = initializer('zeros', [64, 10], new Array<number>(640).fill(0))
    await writeFile(
      modelPath,
      model([node('Add', ['x', 'zeros'], ['y']), zeros, input('x', 1, [null, 10]), output('y', 1, [null, 10])]),
    )
    const columns = Array.from({ length: 10 }, (_, k) => `x${k}`)
    const binding: ScoringTask['binding'] = {
      ...task.binding,
      inputs: [{ kind: 'matrix', input: 'x', columns }],
      output: { ...task.binding.output, task: 'multiclass', score: ['y'], classes: columns, label: null },
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
